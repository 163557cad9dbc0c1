//! A phone at home, as far as it takes to be bound.

use std::net::UdpSocket;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_support::engine::PASSWORD;
use bellhop_tests_support::registrar::md5_hex;

/// Binds 101 to `contact`.
pub(crate) fn register(port: u16, contact: &str) -> Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    let talk = |cseq: u32, credentials: &str| -> Result<String> {
        let message = format!(
            "REGISTER sip:home SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK{cseq};rport\r\nMax-Forwards: 70\r\nFrom: <sip:101@home>;tag=a\r\n\
             To: <sip:101@home>\r\nCall-ID: {contact}\r\nCSeq: {cseq} REGISTER\r\nContact: <{contact}>\r\n{credentials}Content-Length: 0\r\n\r\n"
        );
        socket.send_to(message.as_bytes(), ("127.0.0.1", port))?;
        let mut answer = [0; 4096];
        let length = socket.recv(&mut answer)?;
        let answer = answer.get(..length).unwrap_or_default();
        Ok(String::from_utf8_lossy(answer).into_owned())
    };
    let refusal = talk(1, "")?;
    let nonce = refusal
        .split("nonce=\"")
        .nth(1)
        .and_then(|it| it.split('"').next())
        .context("no challenge")?;
    let (ha1, ha2) = (
        md5_hex(&format!("101:home:{PASSWORD}")),
        md5_hex("REGISTER:sip:home"),
    );
    let response = md5_hex(&format!("{ha1}:{nonce}:00000001:c:auth:{ha2}"));
    let answer = talk(
        2,
        &format!(
            "Authorization: Digest username=\"101\", realm=\"home\", nonce=\"{nonce}\", uri=\"sip:home\", response=\"{response}\", algorithm=MD5, \
             qop=auth, nc=00000001, cnonce=\"c\"\r\n"
        ),
    )?;
    ensure!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    Ok(())
}
