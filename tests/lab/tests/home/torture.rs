//! RFC 4475 and RFC 5118 whole, sent to the listeners of a running home that serves `example.com`: each message has the answer that its section states, and
//! afterwards everything is as it was.

mod logins;
mod streams;
mod table;
mod web_socket;

use std::collections::HashMap;
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bellhop_tests_lab::namespace::Namespace;
use serde_json::Value;

use crate::client::{self, Client};
use crate::house::House;
use crate::runner::Trials;
use table::{Case, Rfc};

const PORT: u16 = 5066;
const TLS_PORT: u16 = 5067;
const WS_PORT: u16 = 5068;
const CONFIG: &str = "[home]\nenabled = true\ndomain = \"example.com\"\n\
    listen = [\"udp:127.0.0.1:5066\", \"tcp:127.0.0.1:5066\", \"udp:[::1]:5066\", \"tls:127.0.0.1:5067\", \"ws:127.0.0.1:5068\"]\n\
    [home.limits]\nrequests_per_second = 0\n\
    [[device]]\nname = \"phone1\"\nextension = \"101\"\npassword = { file = \"secret\" }\n";
/// Where the messages' Vias want their answers.
const PORTS: [u16; 6] = [5060, 5050, 5070, 6050, 19823, 9];

/// Adds the trials.
pub(crate) fn add(trials: &mut Trials) {
    trials.add(
        "the_torture_messages_are_answered_as_their_rfcs_say_over_udp",
        || over_udp(Ipv4Addr::LOCALHOST.into()),
    );
    trials.add(
        "the_torture_messages_are_answered_as_their_rfcs_say_over_udp_and_ipv6",
        || over_udp(Ipv6Addr::LOCALHOST.into()),
    );
    trials.add(
        "the_torture_messages_are_answered_as_their_rfcs_say_over_tcp",
        streams::over_tcp,
    );
    trials.add(
        "the_torture_messages_are_answered_as_their_rfcs_say_over_tls",
        streams::over_tls,
    );
    trials.add(
        "the_torture_messages_are_answered_as_their_rfcs_say_over_a_web_socket",
        web_socket::over_web_socket,
    );
    trials.add(
        "the_torture_messages_bind_what_their_rfc_says_when_they_log_in",
        logins::bind,
    );
    trials.add("no_torture_message_is_left_out", none_left_out);
}

/// Bit for bit; those of RFC 5118 as they were meant to be sent, since the archive has bare line feeds, no last empty line, and lengths that count neither.
fn message(case: &Case) -> Result<Vec<u8>> {
    let bytes = fs::read(folder(case.rfc).join(format!("{}.dat", case.name)))?;
    if case.rfc == Rfc::Torture {
        return Ok(bytes);
    }
    let text = String::from_utf8(bytes)?;
    let text = text.replace('\n', "\r\n");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.trim_end(), ""));
    let lines = head.split("\r\n").map(|line| match line.split_once(": ") {
        Some(("Content-Length", _)) => format!("Content-Length: {}\r\n", body.len()),
        Some(_) | None => format!("{line}\r\n"),
    });
    Ok(format!("{}\r\n{body}", lines.collect::<String>()).into_bytes())
}

fn folder(rfc: Rfc) -> std::path::PathBuf {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/data");
    data.join(match rfc {
        Rfc::Torture => "rfc4475",
        Rfc::Ipv6 => "rfc5118",
    })
}

fn none_left_out() -> Result<()> {
    for rfc in [Rfc::Torture, Rfc::Ipv6] {
        for file in fs::read_dir(folder(rfc))? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if let Some(name) = name.strip_suffix(".dat") {
                let is_there = table::CASES
                    .iter()
                    .any(|it| (it.rfc, it.name) == (rfc, name));
                ensure!(is_there, "{name} is in no table");
            }
        }
    }
    Ok(())
}

/// A home with one phone that is registered, and its sockets where answers may arrive.
struct Place {
    host: Namespace,
    house: House,
    _phone: Client<UdpSocket>,
    before: Value,
}

impl Place {
    fn new() -> Result<Place> {
        let host = Namespace::new("the machine")?;
        let house = House::start(&host, CONFIG)?;
        let udp = client::udp(&host, (Ipv4Addr::LOCALHOST, PORT).into())?;
        let mut phone = Client::of("example.com", udp, "101", house.password());
        phone.register(3600)?;
        house.wait_for_contacts("the phone", |it| it.len() == 1)?;
        let before = house.home()?;
        Ok(Place {
            host,
            house,
            _phone: phone,
            before,
        })
    }

    fn compare(mut self) -> Result<()> {
        let after = self.house.home()?;
        ensure!(after == self.before, "{after}\nwas\n{}", self.before);
        self.house.is_running()
    }
}

fn over_udp(own: std::net::IpAddr) -> Result<()> {
    let place = Place::new()?;
    let listener = SocketAddr::new(own, PORT);
    let sockets: HashMap<u16, UdpSocket> = place.host.inside(|| {
        PORTS
            .iter()
            .map(|&port| {
                let socket = UdpSocket::bind((own, port))?;
                socket.set_read_timeout(Some(Duration::from_secs(20)))?;
                Ok((port, socket))
            })
            .collect()
    })?;
    let sender = sockets.get(&5060).context("a socket")?;
    let mut wrong = Vec::new();
    for case in table::CASES {
        sender.send_to(&message(case)?, listener)?;
        // What is asked next is answered next: by then an answer to the message is there, or there is none.
        let found = answers(&sockets, sender, listener)?;
        wrong.extend(case.is_otherwise(&found));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    place.compare()
}

fn answers(
    sockets: &HashMap<u16, UdpSocket>,
    sender: &UdpSocket,
    listener: SocketAddr,
) -> Result<Vec<u16>> {
    let last = client::options("UDP", sender.local_addr()?, "example.com");
    sender.send_to(last.as_bytes(), listener)?;
    let mut found = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let length = sender
            .recv(&mut buffer)
            .context("no answer to an OPTIONS")?;
        let text = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
        if text.contains("options.5060") {
            break;
        }
        found.push(status(&text)?);
    }
    for (port, socket) in sockets {
        if *port != 5060 {
            socket.set_nonblocking(true)?;
            while let Ok(length) = socket.recv(&mut buffer) {
                let text = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
                found.push(status(&text)?);
            }
        }
    }
    Ok(found)
}

fn status(answer: &str) -> Result<u16> {
    let status = answer.strip_prefix("SIP/2.0 ").and_then(|it| it.get(..3));
    let status = status.with_context(|| format!("no answer but: {answer}"))?;
    Ok(status.parse()?)
}
