//! The messages as bytes of a stream: cut apart by their Content-Length, over TCP and TLS.

use std::io::{ErrorKind, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Result, ensure};

use super::table::{self, Case, Stream};
use super::{PORT, Place, TLS_PORT, message, status};
use crate::client;
use crate::phones::web_socket::{self, Bytes};

/// A stream that is waiting for more is left after so long.
const SILENCE: Duration = Duration::from_millis(700);

pub(super) fn over_tcp() -> Result<()> {
    let place = Place::new()?;
    each(&place, PORT, |stream| Ok(Box::new(stream)))?;
    place.compare()
}

pub(super) fn over_tls() -> Result<()> {
    let place = Place::new()?;
    let authority = place.house.certificate_file()?;
    each(&place, TLS_PORT, |stream| {
        Ok(Box::new(web_socket::tls(stream, &authority)?))
    })?;
    place.compare()
}

/// Each on a connection of its own, since what can't be cut apart ends it.
fn each(
    place: &Place,
    port: u16,
    wrap: impl Fn(TcpStream) -> Result<Box<dyn Bytes>>,
) -> Result<()> {
    let mut wrong = Vec::new();
    for case in table::CASES {
        let tcp = client::tcp(&place.host, (Ipv4Addr::LOCALHOST, port).into())?;
        let patience = tcp.try_clone()?;
        let mut stream = wrap(tcp)?;
        stream.write_all(&message(case)?)?;
        // One that has all that it wants is not waited for.
        patience.set_read_timeout(Some(match case.stream {
            Stream::Answers(_) => Duration::from_secs(5),
            Stream::Silence | Stream::Over(_) => SILENCE,
        }))?;
        let (found, ended) = heard(stream.as_mut(), case)?;
        let fits = match case.stream {
            Stream::Answers(wanted) => {
                found.len() == wanted.len()
                    && found
                        .iter()
                        .zip(wanted)
                        .all(|(it, wanted)| wanted.contains(it))
            }
            Stream::Silence => found.is_empty() && !ended,
            Stream::Over(wanted) => ended && found.iter().all(|it| wanted.contains(it)),
        };
        if !fits {
            let end = if ended {
                "and the end"
            } else {
                "and it stays open"
            };
            wrong.push(format!(
                "{} ({}): {found:?} {end}, not {:?}",
                case.name, case.section, case.stream
            ));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The statuses that came, and whether the connection was closed.
fn heard(stream: &mut dyn Bytes, case: &Case) -> Result<(Vec<u16>, bool)> {
    let mut text = String::new();
    let mut buffer = [0; 8192];
    let wanted = match case.stream {
        Stream::Answers(wanted) => wanted.len(),
        Stream::Silence | Stream::Over(_) => usize::MAX,
    };
    loop {
        let found: Vec<u16> = text
            .split("\r\n\r\n")
            .filter(|it| !it.is_empty())
            .map(status)
            .collect::<Result<_>>()?;
        if found.len() >= wanted {
            return Ok((found, false));
        }
        match stream.read(&mut buffer) {
            Ok(0) => return Ok((found, true)),
            Ok(length) => {
                text += &String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
            }
            // The last: TLS that ends without a word.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof
                ) =>
            {
                return Ok((found, true));
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok((found, false));
            }
            Err(error) => return Err(error.into()),
        }
    }
}
