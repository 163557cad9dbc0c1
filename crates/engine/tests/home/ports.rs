//! A port that somebody else has.

use std::net::{TcpListener, UdpSocket};

use bellhop_control::error::Code;

use crate::desk::{Desk, free_port};

#[tokio::test]
async fn a_taken_port_is_told_with_its_holder_and_a_free_one_and_opens_when_it_is_given_back() {
    let port = free_port();
    let holder = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    let other = free_port();
    let listen = [
        format!("udp:127.0.0.1:{port}"),
        format!("tcp:127.0.0.1:{other}"),
    ];
    let mut desk = Desk::listening(&listen).await;
    let home = desk.home().await;
    assert_eq!(home.listening, [format!("tcp:127.0.0.1:{other}")]);
    let problem = &home.problems[0];
    assert_eq!(problem.listener, format!("udp:127.0.0.1:{port}"));
    assert_eq!(problem.error.code, Code::PortTaken);
    let holder_named = &problem.error.params["holder"];
    assert!(
        cfg!(not(target_os = "linux")) || holder_named.contains(&std::process::id().to_string()),
        "{holder_named}"
    );
    let free: u16 = problem.error.params["free"].parse().unwrap();
    UdpSocket::bind(("127.0.0.1", free)).unwrap();
    drop(holder);
    desk.home_where(|home| home.listening.len() == 2 && home.problems.is_empty())
        .await;
    desk.stop().await;
}

#[tokio::test]
async fn the_ports_that_are_proposed_can_all_be_had_together() {
    let first = free_port();
    let taken = [
        TcpListener::bind(("127.0.0.1", first)).unwrap(),
        TcpListener::bind(("127.0.0.2", first)).unwrap(),
    ];
    // Free, and spoken for by the config: it can't be opened for want of a certificate.
    let own = first + 2;
    let listen = [
        format!("tcp:127.0.0.1:{first}"),
        format!("ws:127.0.0.2:{first}"),
        format!("tls:127.0.0.3:{own}"),
    ];
    let certificate = "[home.certificate]\nchain = \"missing.pem\"\nkey = \"missing.pem\"\n";
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::with_config(directory, &listen, certificate).await;
    let home = desk.home_where(|home| home.problems.len() == 3).await;
    let proposed: Vec<u16> = home
        .problems
        .iter()
        .filter(|it| it.error.code == Code::PortTaken)
        .map(|it| it.error.params["free"].parse().unwrap())
        .collect();
    assert_eq!(proposed.len(), taken.len());
    assert!(!proposed.contains(&own), "{proposed:?}");
    assert_ne!(proposed[0], proposed[1]);
    desk.stop().await;
}
