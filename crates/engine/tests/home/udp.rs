//! Datagrams.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use crate::desk::{Desk, free_port};
use crate::phone::Phone;

/// Asks until it is answered something else than a challenge.
pub(crate) fn talk(socket: &UdpSocket, to: SocketAddr, phone: &mut Phone, expires: u32) -> u16 {
    for _ in 0..2 {
        socket
            .send_to(phone.register(expires).as_bytes(), to)
            .unwrap();
        let mut buffer = vec![0; 65_535];
        let length = socket.recv(&mut buffer).unwrap();
        let status = phone.hear(&buffer[..length]);
        if status != 401 {
            return status;
        }
    }
    401
}

pub(crate) fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    socket
}

#[tokio::test]
async fn a_phone_registers_is_seen_and_survives_a_restart() {
    let port = free_port();
    let listen = [format!("udp:127.0.0.1:{port}")];
    let mut desk = Desk::listening(&listen).await;
    let (socket, to) = (socket(), SocketAddr::from(([127, 0, 0, 1], port)));
    let contact = format!("sip:101@{}", socket.local_addr().unwrap());
    let mut phone = Phone::new("UDP", &contact);
    assert_eq!(talk(&socket, to, &mut phone, 600), 200);
    let seen = desk.phone_where(|it| it.online).await;
    assert_eq!(seen.contacts[0].contact, contact);
    assert_eq!(seen.contacts[0].transport, "udp");
    assert!(seen.since.is_some());
    let mut desk = desk.restarted(&listen).await;
    let again = desk.phone_where(|it| it.online).await;
    assert_eq!(again.contacts[0].contact, contact);
    assert_eq!(talk(&socket, to, &mut phone, 0), 200);
    desk.phone_where(|it| !it.online).await;
    desk.stop().await;
}

/// The binding ends with the device, although no engine ran when the device was removed.
#[tokio::test]
async fn the_next_phone_of_an_extension_is_not_bound_to_where_the_last_one_was() {
    let port = free_port();
    let listen = [format!("udp:127.0.0.1:{port}")];
    let mut desk = Desk::listening(&listen).await;
    let (socket, to) = (socket(), SocketAddr::from(([127, 0, 0, 1], port)));
    let contact = format!("sip:101@{}", socket.local_addr().unwrap());
    let mut phone = Phone::new("UDP", &contact);
    assert_eq!(talk(&socket, to, &mut phone, 600), 200);
    desk.phone_where(|it| it.online).await;
    for extension in ["102", "101"] {
        let (directory, state) = desk.stop().await;
        desk = Desk::of(directory, state, &listen, extension).await;
        let there = desk.home().await.devices;
        assert_eq!(there[0].extension, extension);
        assert!(there[0].contacts.is_empty(), "{there:?}");
    }
    desk.stop().await;
}

#[tokio::test]
async fn a_phone_is_online_while_a_listener_hears_it() {
    let (port, other) = (free_port(), free_port());
    let mut desk = Desk::listening(&[format!("udp:127.0.0.1:{port}")]).await;
    let (socket, to) = (socket(), SocketAddr::from(([127, 0, 0, 1], port)));
    let contact = format!("sip:101@{}", socket.local_addr().unwrap());
    let mut phone = Phone::new("UDP", &contact);
    assert_eq!(talk(&socket, to, &mut phone, 600), 200);
    let before = desk.phone_where(|it| it.online).await;
    let (udp, tcp) = (
        format!("udp:127.0.0.1:{port}"),
        format!("tcp:127.0.0.1:{other}"),
    );
    desk.edit(&udp, &tcp);
    let gone = desk.phone_where(|it| !it.online).await;
    assert_eq!(gone.contacts[0].contact, contact, "the binding stays");
    assert_eq!(gone.contacts[0].reachable, Some(false));
    assert!(gone.last_seen.is_some());
    desk.edit(&tcp, &udp);
    let back = desk.phone_where(|it| it.online).await;
    assert_eq!(back.contacts[0].reachable, None);
    assert!(back.since > before.since, "not without a break");
    desk.stop().await;
}

#[tokio::test]
async fn a_phone_behind_a_nat_is_asked_and_found_to_be_there() {
    let port = free_port();
    let mut desk = Desk::listening(&[format!("udp:127.0.0.1:{port}")]).await;
    let (socket, to) = (socket(), SocketAddr::from(([127, 0, 0, 1], port)));
    let mut phone = Phone::new("UDP", "sip:101@192.0.2.7:5060");
    assert_eq!(talk(&socket, to, &mut phone, 600), 200);
    let mut buffer = [0; 4096];
    let (length, from) = socket.recv_from(&mut buffer).unwrap();
    assert_eq!(from, to);
    let options = String::from_utf8_lossy(&buffer[..length]).into_owned();
    assert!(
        options.starts_with("OPTIONS sip:101@192.0.2.7:5060 SIP/2.0\r\n"),
        "{options}"
    );
    let kept = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
    let kept: Vec<&str> = options
        .split("\r\n")
        .filter(|line| kept.iter().any(|it| line.starts_with(it)))
        .collect();
    let answer = format!(
        "SIP/2.0 200 OK\r\n{}\r\nContent-Length: 0\r\n\r\n",
        kept.join("\r\n")
    );
    socket.send_to(answer.as_bytes(), to).unwrap();
    let seen = desk
        .phone_where(|it| it.contacts[0].reachable == Some(true))
        .await;
    assert!(seen.contacts[0].rtt_ms.is_some() && seen.online);
    desk.stop().await;
}
