//! The machine sleeps and wakes: dbusmock's logind on a private system bus. A missing program is a failure, not a skip.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod common;

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bellhop_control::snapshot::{Cause, LineState};
use common::{
    Running, Started, assert_ended_well, await_file, await_words, in_own_process, is_inner,
    registrar, registrar_that_tells,
};
use zbus::zvariant::Value;

const BUS: &str = "DBUS_SYSTEM_BUS_ADDRESS";
const MANAGER: &str = "org.freedesktop.login1.Manager";

#[tokio::test]
async fn the_company_hears_of_a_sleep_before_it_begins_and_of_the_wake_at_once() {
    if !is_inner() {
        return again("the_company_hears_of_a_sleep_before_it_begins_and_of_the_wake_at_once");
    }
    let logind = Logind::start().await;
    let (port, said) = registrar_that_tells();
    let mut engine = Running::at(port).await;
    logind.await_locks(1).await;
    let lock = logind.locks().await.remove(0);
    assert_eq!(
        (lock.0.as_str(), lock.1.as_str(), lock.3.as_str()),
        ("sleep", "Bellhop", "delay")
    );

    for _ in 0..2 {
        logind.prepare_for_sleep(true).await;
        let begun = Instant::now();
        logind.await_locks(0).await;
        assert!(begun.elapsed() < Duration::from_secs(1));
        await_words(&said, "(removed)");
        engine.line_in(LineState::Offline).await;

        logind.prepare_for_sleep(false).await;
        let line = engine.line_in(LineState::Registered).await;
        assert_eq!(line.last_rebind.unwrap().cause, Cause::Wake);
        logind.await_locks(1).await;
    }
    engine.stop().await;
    logind.await_locks(0).await;
}

#[tokio::test]
async fn a_silent_company_holds_the_sleep_up_for_no_more_than_a_second() {
    if !is_inner() {
        return again("a_silent_company_holds_the_sleep_up_for_no_more_than_a_second");
    }
    let logind = Logind::start().await;
    let company = Muted::in_front_of(registrar());
    let mut engine = Running::at(company.port).await;
    logind.await_locks(1).await;
    company.muted.store(true, Ordering::Relaxed);
    logind.prepare_for_sleep(true).await;
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(logind.locks().await.len(), 1, "it still may answer");
    logind.await_locks(0).await;
    assert!(
        begun.elapsed() < Duration::from_millis(1_050),
        "{:?}",
        begun.elapsed()
    );
    company.muted.store(false, Ordering::Relaxed);
    logind.prepare_for_sleep(false).await;
    let line = engine.line_in(LineState::Registered).await;
    assert_eq!(line.last_rebind.unwrap().cause, Cause::Wake);
    engine.stop().await;
}

#[tokio::test]
async fn a_bus_that_ends_in_the_sleep_leaves_no_line_asleep() {
    if !is_inner() {
        return again("a_bus_that_ends_in_the_sleep_leaves_no_line_asleep");
    }
    let logind = Logind::start().await;
    let mut engine = Running::at(registrar()).await;
    logind.await_locks(1).await;
    logind.prepare_for_sleep(true).await;
    engine.line_in(LineState::Offline).await;
    drop(logind);
    engine.line_in(LineState::Registered).await;
    engine.stop().await;
}

#[tokio::test]
async fn a_machine_without_a_system_bus_registers_and_says_nothing() {
    if !is_inner() {
        return again("a_machine_without_a_system_bus_registers_and_says_nothing");
    }
    let engine = Running::at(registrar()).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let text = bellhop_tests_support::log_layer::said();
    assert!(text.contains("ready"), "{text}");
    assert!(!text.contains("WARN") && !text.contains("sleep"), "{text}");
    engine.stop().await;
}

/// This test in a process of its own, whose system bus is where nothing is yet.
fn again(test: &str) {
    let home = tempfile::tempdir().unwrap();
    let address = format!("unix:path={}", home.path().join("bus").display());
    let output = in_own_process(test, &[], |command| {
        command.env(BUS, address);
    });
    assert_ended_well(&output);
}

/// A system bus, with the mock's logind on it.
struct Logind {
    connection: zbus::Connection,
    _mock: Started,
    _bus: Started,
}

impl Logind {
    async fn start() -> Logind {
        let address = std::env::var(BUS).unwrap();
        let bus = Started::new(
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--nopidfile"])
                .arg(format!("--address={address}")),
        );
        await_file(Path::new(address.trim_start_matches("unix:path=")));
        // Debian's modules belong to Debian's Python, whichever comes first in PATH.
        let mock = Started::new(
            Command::new("/usr/bin/python3")
                .args(["-m", "dbusmock", "--template", "logind"])
                .stdout(Stdio::null()),
        );
        let logind = Logind {
            connection: zbus::Connection::system().await.unwrap(),
            _mock: mock,
            _bus: bus,
        };
        let until = Instant::now() + Duration::from_secs(10);
        while logind.ask_for_locks().await.is_err() {
            assert!(Instant::now() < until, "no logind: python3-dbusmock");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        logind
    }

    async fn prepare_for_sleep(&self, begins: bool) {
        let arguments = vec![Value::from(begins)];
        let words = (MANAGER, "PrepareForSleep", "b", arguments);
        self.call("org.freedesktop.DBus.Mock", "EmitSignal", &words)
            .await
            .unwrap();
    }

    async fn await_locks(&self, count: usize) {
        let until = Instant::now() + Duration::from_secs(8);
        loop {
            let locks = self.locks().await;
            if locks.len() == count {
                return;
            }
            assert!(Instant::now() < until, "not {count}: {locks:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What, who, why, mode, uid, pid.
    async fn locks(&self) -> Vec<(String, String, String, String, u32, u32)> {
        self.ask_for_locks().await.unwrap()
    }

    async fn ask_for_locks(&self) -> zbus::Result<Vec<(String, String, String, String, u32, u32)>> {
        let reply = self.call(MANAGER, "ListInhibitors", &()).await?;
        reply.body().deserialize()
    }

    async fn call<B>(&self, interface: &str, method: &str, body: &B) -> zbus::Result<zbus::Message>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let (name, path) = ("org.freedesktop.login1", "/org/freedesktop/login1");
        self.connection
            .call_method(Some(name), path, Some(interface), method, body)
            .await
    }
}

/// A company that can be made silent.
struct Muted {
    port: u16,
    muted: Arc<AtomicBool>,
}

impl Muted {
    fn in_front_of(registrar: u16) -> Muted {
        let inside = UdpSocket::bind("127.0.0.1:0").unwrap();
        let outside = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = outside.local_addr().unwrap().port();
        let muted = Arc::new(AtomicBool::new(false));
        inside.connect(("127.0.0.1", registrar)).unwrap();
        std::thread::spawn({
            let muted = Arc::clone(&muted);
            move || {
                let mut buffer = [0; 65_535];
                loop {
                    let (length, phone) = outside.recv_from(&mut buffer).unwrap();
                    if muted.load(Ordering::Relaxed) {
                        continue;
                    }
                    // One answer to one request is all that REGISTER takes.
                    inside.send(&buffer[..length]).unwrap();
                    let length = inside.recv(&mut buffer).unwrap();
                    outside.send_to(&buffer[..length], phone).unwrap();
                }
            }
        });
        Muted { port, muted }
    }
}
