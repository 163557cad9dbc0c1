//! A client of a few lines, for what no phone lets one do: it registers over whatever carries its messages.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bellhop_tests_lab::digest::Challenge;
use bellhop_tests_lab::namespace::Namespace;

/// So long it waits for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// What carries messages.
pub(crate) trait Carrier {
    /// As a Via names it.
    fn name(&self) -> &'static str;
    /// Its own end.
    fn local(&self) -> Result<SocketAddr>;
    /// Sends one and gives what comes back.
    fn ask(&mut self, message: &str) -> Result<String>;
}

impl Carrier for UdpSocket {
    fn name(&self) -> &'static str {
        "UDP"
    }

    fn local(&self) -> Result<SocketAddr> {
        Ok(self.local_addr()?)
    }

    fn ask(&mut self, message: &str) -> Result<String> {
        self.send(message.as_bytes())?;
        let mut buffer = [0; 8192];
        loop {
            let length = self.recv(&mut buffer).context("no answer")?;
            let answer = text(buffer.get(..length))?;
            // It may be asked whether it is still there.
            if answer.starts_with("SIP/2.0 ") {
                return Ok(answer);
            }
        }
    }
}

impl Carrier for TcpStream {
    fn name(&self) -> &'static str {
        "TCP"
    }

    fn local(&self) -> Result<SocketAddr> {
        Ok(self.local_addr()?)
    }

    fn ask(&mut self, message: &str) -> Result<String> {
        self.write_all(message.as_bytes())?;
        let mut buffer = [0; 8192];
        let length = self.read(&mut buffer).context("no answer")?;
        ensure!(length > 0, "the connection was closed");
        text(buffer.get(..length))
    }
}

fn text(bytes: Option<&[u8]>) -> Result<String> {
    Ok(String::from_utf8_lossy(bytes.context("nothing")?).into_owned())
}

/// A UDP socket of a host that speaks with one listener.
pub(crate) fn udp(host: &Namespace, to: SocketAddr) -> Result<UdpSocket> {
    host.inside(|| {
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        socket.connect(to)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(socket)
    })
}

/// A connection of a host.
pub(crate) fn tcp(host: &Namespace, to: SocketAddr) -> Result<TcpStream> {
    host.inside(|| {
        let stream = TcpStream::connect_timeout(&to, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    })
}

/// One user at one carrier.
pub(crate) struct Client<C> {
    pub(crate) carrier: C,
    user: String,
    password: String,
    domain: String,
    cseq: u32,
}

impl<C: Carrier> Client<C> {
    pub(crate) fn new(carrier: C, user: &str, password: &str) -> Client<C> {
        Client::of("home", carrier, user, password)
    }

    /// One of another domain.
    pub(crate) fn of(domain: &str, carrier: C, user: &str, password: &str) -> Client<C> {
        Client {
            carrier,
            user: user.to_owned(),
            password: password.to_owned(),
            domain: domain.to_owned(),
            cseq: 0,
        }
    }

    /// Logs in and binds itself for so many seconds; 0 takes it off. What the 200 says.
    pub(crate) fn register(&mut self, seconds: u32) -> Result<String> {
        let challenged = self.ask(seconds, "")?;
        ensure!(challenged.starts_with("SIP/2.0 401 "), "{challenged}");
        let answer = self.answer(seconds, &challenged)?;
        ensure!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        Ok(answer)
    }

    /// Asks with what was left of a password, and gives the status line.
    pub(crate) fn answer(&mut self, seconds: u32, challenged: &str) -> Result<String> {
        let challenge = Challenge::of(challenged).context("no challenge")?;
        let uri = format!("sip:{}", self.domain);
        let login = challenge.answer(&self.user, &self.password, &uri, 1);
        self.ask(seconds, &format!("{login}\r\n"))
    }

    /// One REGISTER, with these header lines.
    pub(crate) fn ask(&mut self, seconds: u32, more: &str) -> Result<String> {
        self.cseq += 1;
        let message = register(
            self.carrier.name(),
            self.carrier.local()?,
            (&self.user, &self.domain),
            self.cseq,
            seconds,
            more,
        );
        self.carrier.ask(&message)
    }
}

/// A REGISTER.
pub(crate) fn register(
    over: &str,
    local: SocketAddr,
    (user, domain): (&str, &str),
    cseq: u32,
    seconds: u32,
    more: &str,
) -> String {
    let param = if over == "UDP" {
        String::new()
    } else {
        format!(";transport={}", over.to_ascii_lowercase())
    };
    format!(
        "REGISTER sip:{domain} SIP/2.0\r\n\
         Via: SIP/2.0/{over} {local};rport;branch=z9hG4bK{cseq}.{}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:{user}@{domain}>;tag=client\r\n\
         To: <sip:{user}@{domain}>\r\n\
         Call-ID: {}\r\n\
         CSeq: {cseq} REGISTER\r\n\
         Contact: <sip:{user}@{local}{param}>\r\n\
         Expires: {seconds}\r\n\
         User-Agent: tungstenite\r\n\
         {more}Content-Length: 0\r\n\r\n",
        local.port(),
        local.port(),
    )
}

/// An OPTIONS.
pub(crate) fn options(over: &str, local: SocketAddr, to: &str) -> String {
    format!(
        "OPTIONS sip:{to} SIP/2.0\r\n\
         Via: SIP/2.0/{over} {local};rport;branch=z9hG4bKoptions.{}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:somebody@{local}>;tag=client\r\n\
         To: <sip:{to}>\r\n\
         Call-ID: options.{}\r\n\
         CSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\r\n",
        local.port(),
        local.port(),
    )
}
