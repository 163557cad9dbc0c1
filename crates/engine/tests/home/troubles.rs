//! A store that can't be used.

use std::net::SocketAddr;

use bellhop_control::error::Code;

use crate::desk::{Desk, free_port};
use crate::phone::Phone;
use crate::udp::{socket, talk};

const FULL: &str =
    "troubles::a_disk_that_is_full_is_told_and_everything_is_written_when_it_has_room";
const INSIDE: &str = "BELLHOP_HOME_TEST_FULL";

/// On a disk of its own, which takes a mount namespace.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_is_told_and_everything_is_written_when_it_has_room() {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        return runtime.unwrap().block_on(full());
    }
    let output = std::process::Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount"])
        .arg(std::env::current_exe().unwrap())
        .args([FULL, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && text.contains("1 passed");
    assert!(
        passed,
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[cfg(target_os = "linux")]
async fn full() {
    use std::time::{Duration, Instant};
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    private(&state);
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs"])
        .arg(&state)
        .status();
    assert!(mounted.unwrap().success());
    let port = free_port();
    let listen = [format!("udp:127.0.0.1:{port}")];
    let mut desk = Desk::with_config(directory, &listen, TABLET).await;
    assert_eq!(desk.home().await.store, None);
    let (socket, to) = (socket(), SocketAddr::from(([127, 0, 0, 1], port)));
    let local = socket.local_addr().unwrap();
    let mut tablet = Phone::new("UDP", &format!("sip:102@{local}")).with_extension("102");
    assert_eq!(talk(&socket, to, &mut tablet, 600), 200);
    let filler = std::fs::write(state.join("filler"), vec![7; 5 << 20]);
    assert!(filler.is_err(), "the disk is full now");
    let mut told = None;
    for number in 0..200 {
        let contact = format!("sip:{number}@{local};x={}", "x".repeat(500));
        let mut phone = Phone::new("UDP", &contact);
        assert_eq!(talk(&socket, to, &mut phone, 600), 200);
        told = desk.home().await.store;
        if told.is_some() {
            break;
        }
    }
    assert_eq!(told.unwrap().code, Code::HomeStoreUnwritable);
    // Somebody makes room, and takes too much for useless.
    std::fs::remove_file(state.join("filler")).unwrap();
    std::fs::remove_file(state.join("home.redb")).unwrap();
    let until = Instant::now() + Duration::from_secs(40);
    while desk.home().await.store.is_some() {
        assert!(Instant::now() < until, "it is tried again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // It had not changed meanwhile.
    let (directory, _) = desk.stop().await;
    let mut desk = Desk::with_config(directory, &listen, TABLET).await;
    desk.home_where(|it| it.devices.iter().all(|it| it.online))
        .await;
    desk.stop().await;
}

#[cfg(target_os = "linux")]
const TABLET: &str =
    "[[device]]\nname = \"tablet\"\nextension = \"102\"\npassword = { file = \"secret\" }\n";

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
