//! A caller on the internet: an OPTIONS through the registrar to the AOR, which arrives where the stored binding points.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::namespace::Namespace;

/// Time between copies (RFC 3261 §17.1.2.2, T1).
const AGAIN: Duration = Duration::from_millis(500);
/// Longer than the registrar waits for the contact.
const PATIENCE: Duration = Duration::from_secs(5);

/// The final answer to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The Call-ID that was used, to find the call in the registrar's log.
    pub call_id: String,
}

/// Asks `aor` through `registrar` from `address` on `host`. `cseq` numbers the request, and names the call.
///
/// # Errors
/// When no final answer comes.
pub fn options(
    host: &Namespace,
    address: Ipv4Addr,
    registrar: SocketAddr,
    aor: &str,
    cseq: u32,
) -> Result<Answer> {
    let socket = host.inside(|| Ok(UdpSocket::bind((IpAddr::V4(address), 0))?))?;
    let local = socket.local_addr()?;
    let call_id = format!("call-{cseq}");
    let request = format!(
        "OPTIONS {aor} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-{call_id};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:caller@{address}>;tag=caller\r\nTo: <{aor}>\r\nCall-ID: {call_id}\r\nCSeq: {cseq} OPTIONS\r\n\
         Contact: <sip:caller@{local}>\r\nContent-Length: 0\r\n\r\n"
    );
    socket.set_read_timeout(Some(AGAIN))?;
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        socket.send_to(request.as_bytes(), registrar)?;
        if let Some(status) = final_status(&socket, Instant::now() + AGAIN)? {
            return Ok(Answer { status, call_id });
        }
    }
    bail!("a call to {aor} got no answer")
}

fn final_status(socket: &UdpSocket, until: Instant) -> Result<Option<u16>> {
    let mut buffer = [0; 4096];
    while Instant::now() < until {
        let Ok(length) = socket.recv(&mut buffer) else {
            continue;
        };
        let answer = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
        let status = answer
            .split(' ')
            .nth(1)
            .context("an answer without status")?
            .parse()?;
        if status >= 200 {
            return Ok(Some(status));
        }
    }
    Ok(None)
}
