//! Who looks around in the home network.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::desk::Desk;
use crate::travel::{INSIDE, a_home, again};

const TEST: &str = "strangers::handshakes_that_come_to_nothing_ban_who_makes_them";

#[test]
fn handshakes_that_come_to_nothing_ban_who_makes_them() {
    if std::env::var_os(INSIDE).is_none() {
        return again(TEST);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(handshakes());
}

async fn handshakes() {
    let (home, network) = a_home(&["tls:5061", "ws:5072"]);
    let mut desk = Desk::with_config(tempfile::tempdir().unwrap(), &[], &network).await;
    desk.home_where(|it| it.listening.len() == 2).await;
    // Of either kind half as many as it takes.
    assert!(home.enters(|| (0..24).all(|_| fails(5061) && fails(5072))));
    assert_eq!(desk.home().await.bans, 0);
    assert!(home.enters(|| (0..3).all(|_| fails(5061) && fails(5072))));
    desk.home_where(|it| it.bans == 1).await;
    desk.stop().await;
}

/// Says what begins no handshake, and hears the end.
fn fails(port: u16) -> bool {
    let mut stream = TcpStream::connect(("192.168.77.20", port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let _ = stream.write_all(b"nonsense\r\n\r\n");
    let read = stream.read_to_end(&mut Vec::new());
    !matches!(read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}
