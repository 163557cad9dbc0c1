//! The MAC address of a gateway, asked for anew.

use std::time::Duration;

use super::networks::Question;

/// A gateway that is silent for so long is not there; it is asked for again with the next change.
const PATIENCE: Duration = Duration::from_secs(5);
/// The first look comes as soon as a gateway in the room can have answered.
const LOOK: Duration = Duration::from_millis(20);

/// What the neighbour answers now.
pub(crate) async fn confirm(question: &Question) -> Option<[u8; 6]> {
    tokio::time::timeout(PATIENCE, look(question)).await.ok()?
}

#[cfg(target_os = "linux")]
async fn look(question: &Question) -> Option<[u8; 6]> {
    loop {
        nudge(question);
        tokio::time::sleep(LOOK).await;
        let table = std::fs::read_to_string("/proc/net/arp").ok()?;
        if let Some(mac) = find(&table, question) {
            return Some(mac);
        }
    }
}

#[cfg(not(target_os = "linux"))]
async fn look(question: &Question) -> Option<[u8; 6]> {
    let _ = (question, LOOK);
    std::future::pending().await
}

/// Has the kernel ask for the neighbour: a datagram to the discard port.
#[cfg(target_os = "linux")]
fn nudge(question: &Question) {
    use socket2::{Domain, Protocol, Socket, Type};
    let to = std::net::SocketAddr::new(question.gateway, 9);
    let sent =
        Socket::new(Domain::for_address(to), Type::DGRAM, Some(Protocol::UDP)).and_then(|socket| {
            socket.set_nonblocking(true)?;
            socket.bind_device(Some(question.interface.as_bytes()))?;
            socket.send_to(&[], &to.into())
        });
    if let Err(error) = sent {
        tracing::debug!(%error, "a gateway can't be asked for");
    }
}

#[cfg(target_os = "linux")]
fn find(table: &str, question: &Question) -> Option<[u8; 6]> {
    const COMPLETE: u32 = 0x2;
    let gateway = question.gateway.to_string();
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let [ip, _, flags, mac, _, device] = fields.as_slice() else {
            return None;
        };
        let flags = u32::from_str_radix(flags.strip_prefix("0x")?, 16).ok()?;
        if *ip != gateway || *device != question.interface || flags & COMPLETE == 0 {
            return None;
        }
        let mut bytes = mac.split(':').map(|it| u8::from_str_radix(it, 16));
        let mut address = [0; 6];
        for byte in &mut address {
            *byte = bytes.next()?.ok()?;
        }
        Some(address)
    })
}
