//! The MAC address of a gateway, asked for anew.

use std::time::Duration;

use super::networks::Question;

/// How often the kernel's table is looked at: a gateway in the room answers within some milliseconds.
const LOOK: Duration = Duration::from_millis(20);
/// So many looks in a row, while the kernel asks its neighbour.
const LOOKS: u32 = 50;
/// Then it is left alone for so long, which grows up to the last: a router may still be starting.
const FIRST_REST: Duration = Duration::from_secs(1);
const LAST_REST: Duration = Duration::from_secs(30);

/// What the neighbour answers, as soon as it answers. Dropped, it asks no more.
pub(crate) async fn confirm(question: &Question) -> [u8; 6] {
    let mut rest = FIRST_REST;
    loop {
        nudge(question);
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK).await;
            match bellhop_netwatch::gateway_mac(question.index, question.gateway) {
                Ok(Some(neighbour)) if neighbour.confirmed => return neighbour.mac,
                Ok(Some(_) | None) => {}
                Err(error) => {
                    tracing::debug!(%error, "the table of neighbours can't be read");
                    break;
                }
            }
        }
        tokio::time::sleep(rest).await;
        rest = (rest * 2).min(LAST_REST);
    }
}

/// Has the kernel ask for the neighbour: a datagram to the discard port.
fn nudge(question: &Question) {
    use socket2::{Domain, Protocol, Socket, Type};
    let to = std::net::SocketAddr::new(question.gateway, 9);
    let kind = Domain::for_address(to);
    let sent = Socket::new(kind, Type::DGRAM, Some(Protocol::UDP)).and_then(|socket| {
        socket.set_nonblocking(true)?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        socket.bind_device(Some(question.interface.as_bytes()))?;
        socket.send_to(&[0], &to.into())
    });
    if let Err(error) = sent {
        tracing::debug!(%error, "a gateway can't be asked for");
    }
}
