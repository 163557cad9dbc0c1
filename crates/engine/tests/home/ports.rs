//! A port that somebody else has.

use std::net::UdpSocket;

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
