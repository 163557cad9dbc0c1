//! The messages over a WebSocket: one in each frame (RFC 7118 §5), so that each ends where its frame does, as a datagram's.

use std::net::Ipv4Addr;

use anyhow::{Result, bail, ensure};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::{Place, WS_PORT, message, status, table};
use crate::client::{self, Carrier as _};
use crate::house::Over;
use crate::phones::web_socket::{self, Connected};

pub(super) fn over_web_socket() -> Result<()> {
    let place = Place::new()?;
    let authority = place.house.certificate_file()?;
    let mut wrong = Vec::new();
    for case in table::CASES {
        let stream = client::tcp(&place.host, (Ipv4Addr::LOCALHOST, WS_PORT).into())?;
        let mut connected = web_socket::connect(stream, Over::Ws, &authority, &[])?;
        let found = answers(&mut connected, message(case)?);
        match found {
            Ok(found) => wrong.extend(case.is_otherwise(&found)),
            Err(error) => wrong.push(format!("{} ({}): {error:#}", case.name, case.section)),
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    place.compare()
}

/// What is asked next is answered next: by then an answer to the message is there, or there is none.
fn answers(connected: &mut Connected, message: Vec<u8>) -> Result<Vec<u16>> {
    let socket = &mut connected.socket;
    socket.send(match String::from_utf8(message) {
        Ok(text) => Message::text(text),
        Err(bytes) => Message::Binary(Bytes::from(bytes.into_bytes())),
    })?;
    let last = client::options("WS", connected.local()?, "example.com");
    let socket = &mut connected.socket;
    socket.send(Message::text(last))?;
    let mut found = Vec::new();
    loop {
        let answer = match socket.read()? {
            Message::Text(text) => text.to_string(),
            Message::Binary(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            other @ (Message::Ping(_)
            | Message::Pong(_)
            | Message::Close(_)
            | Message::Frame(_)) => bail!("no answer but {other:?}"),
        };
        if answer.contains("Call-ID: options.") {
            return Ok(found);
        }
        found.push(status(&answer)?);
    }
}
