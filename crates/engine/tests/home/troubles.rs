//! A store that can't be used.

use std::net::SocketAddr;

use bellhop_control::error::Code;

use crate::desk::{Desk, free_port};
use crate::phone::Phone;
use crate::udp::{socket, talk};

fn private(path: &std::path::Path) {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path).unwrap();
}

#[tokio::test]
async fn a_damaged_store_is_told_kept_aside_and_phones_register_anew() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    private(&state);
    std::fs::write(state.join("home.redb"), "nonsense").unwrap();
    let port = free_port();
    let mut desk = Desk::at(directory, &[format!("udp:127.0.0.1:{port}")]).await;
    let error = desk.home().await.store.unwrap();
    assert_eq!(error.code, Code::HomeStoreUnusable);
    let aside = desk.directory.path().join("state/home.redb.damaged");
    assert_eq!(std::fs::read(aside).unwrap(), b"nonsense");
    let (socket, to) = (socket(), SocketAddr::from(([127, 0, 0, 1], port)));
    let mut phone = Phone::new("UDP", &format!("sip:101@{}", socket.local_addr().unwrap()));
    assert_eq!(talk(&socket, to, &mut phone, 600), 200);
    desk.stop().await;
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_told_and_phones_are_served() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    private(&state);
    // Not even root can make a file of this.
    std::fs::create_dir(state.join("home.redb")).unwrap();
    std::fs::create_dir(state.join("home.redb.damaged")).unwrap();
    std::fs::write(state.join("home.redb.damaged/full"), "").unwrap();
    let port = free_port();
    let mut desk = Desk::at(directory, &[format!("udp:127.0.0.1:{port}")]).await;
    let error = desk.home().await.store.unwrap();
    assert_eq!(error.code, Code::HomeStoreUnwritable);
    let (socket, to) = (socket(), SocketAddr::from(([127, 0, 0, 1], port)));
    let mut phone = Phone::new("UDP", &format!("sip:101@{}", socket.local_addr().unwrap()));
    assert_eq!(talk(&socket, to, &mut phone, 600), 200);
    desk.phone_where(|it| it.online).await;
    desk.stop().await;
}
