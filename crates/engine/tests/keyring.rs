//! Passwords in a real keyring: gnome-keyring on a private session bus. A missing program is a failure, not a skip.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod common;

use std::io::Write;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bellhop_control::error::Code;
use bellhop_control::protocol::{CheckStep, Outcome, Step};
use bellhop_engine::secrets::keyring_store;
use common::{
    AOR, Started, assert_ended_well, await_file, config, in_own_process, is_inner, options,
    registrar,
};

const BUS: &str = "DBUS_SESSION_BUS_ADDRESS";

#[test]
fn a_password_in_gnome_keyring_logs_the_line_in() {
    if is_inner() {
        let _keyring = Keyring::start();
        return with_a_keyring();
    }
    let home = tempfile::tempdir().unwrap();
    let output = in_own_process(
        "a_password_in_gnome_keyring_logs_the_line_in",
        &["dbus-run-session", "--"],
        |command| at_home(command, home.path()),
    );
    assert_ended_well(&output);
}

fn with_a_keyring() {
    let directory = tempfile::tempdir().unwrap();
    let config = config(directory.path(), registrar(), "{ keyring = true }");
    let check = || bellhop_engine::check(options(&config, None)).unwrap();

    assert_eq!(failure(&check(), Step::Secret), Some(Code::SecretMissing));

    secret_tool(
        &[
            "store",
            "--label=Bellhop",
            "service",
            "bellhop",
            "username",
            AOR,
        ],
        "demo",
    );
    let steps = check();
    assert!(
        holds(&steps, Step::Secret) && holds(&steps, Step::Login),
        "{steps:?}"
    );

    keyring_store(AOR, "another".to_owned().into()).unwrap();
    assert_eq!(
        secret_tool(&["lookup", "service", "bellhop", "username", AOR], ""),
        "another"
    );
    assert_eq!(failure(&check(), Step::Login), Some(Code::PasswordRefused));

    secret_tool(&["clear", "service", "bellhop", "username", AOR], "");
    assert_eq!(failure(&check(), Step::Secret), Some(Code::SecretMissing));
}

#[test]
fn a_session_bus_that_comes_later_is_found() {
    if is_inner() {
        return with_a_late_bus();
    }
    let home = tempfile::tempdir().unwrap();
    let output = in_own_process("a_session_bus_that_comes_later_is_found", &[], |command| {
        at_home(command, home.path());
        command.env(
            BUS,
            format!("unix:path={}", home.path().join("bus").display()),
        );
    });
    assert_ended_well(&output);
}

fn with_a_late_bus() {
    let directory = tempfile::tempdir().unwrap();
    let config = config(directory.path(), registrar(), "{ keyring = true }");
    let steps = bellhop_engine::check(options(&config, None)).unwrap();
    assert_eq!(
        failure(&steps, Step::Secret),
        Some(Code::SecretUnavailable),
        "{steps:?}"
    );

    let address = std::env::var(BUS).unwrap();
    let _bus = Started::new(
        Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile"])
            .arg(format!("--address={address}")),
    );
    await_file(Path::new(address.trim_start_matches("unix:path=")));
    let _keyring = Keyring::start();
    keyring_store(AOR, "demo".to_owned().into()).unwrap();
    let steps = bellhop_engine::check(options(&config, None)).unwrap();
    assert!(holds(&steps, Step::Login), "{steps:?}");
}

#[test]
fn a_bus_that_never_answers_is_told_within_the_limit() {
    if is_inner() {
        let directory = tempfile::tempdir().unwrap();
        let config = config(directory.path(), registrar(), "{ keyring = true }");
        let begun = Instant::now();
        let steps = bellhop_engine::check(options(&config, None)).unwrap();
        assert_eq!(
            failure(&steps, Step::Secret),
            Some(Code::SecretUnavailable),
            "{steps:?}"
        );
        assert!(
            begun.elapsed() < Duration::from_secs(7),
            "{:?}",
            begun.elapsed()
        );
        // The process must not wait for the thread that hangs.
        std::process::exit(0);
    }
    let home = tempfile::tempdir().unwrap();
    let silent = home.path().join("bus");
    let _listener = UnixListener::bind(&silent).unwrap();
    let output = in_own_process(
        "a_bus_that_never_answers_is_told_within_the_limit",
        &[],
        |command| {
            at_home(command, home.path());
            command.env(BUS, format!("unix:path={}", silent.display()));
        },
    );
    assert_ended_well(&output);
}

fn at_home(command: &mut Command, home: &Path) {
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("DISPLAY");
}

fn holds(steps: &[CheckStep], step: Step) -> bool {
    steps
        .iter()
        .any(|it| it.step == step && it.outcome == Outcome::Holds)
}

fn failure(steps: &[CheckStep], step: Step) -> Option<Code> {
    steps
        .iter()
        .find(|it| it.step == step)
        .and_then(|it| it.error.as_ref())
        .map(|error| error.code)
}

fn secret_tool(words: &[&str], input: &str) -> String {
    let mut child = Command::new("secret-tool")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("secret-tool (libsecret-tools)");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "secret-tool {words:?}: {}",
        output.status
    );
    String::from_utf8(output.stdout).unwrap()
}

/// gnome-keyring with an unlocked collection.
struct Keyring(#[expect(dead_code, reason = "ended by Drop")] Started);

impl Keyring {
    fn start() -> Keyring {
        let mut started = Started::new(
            Command::new("gnome-keyring-daemon")
                .args(["--foreground", "--unlock", "--components=secrets"])
                .stdin(Stdio::piped())
                .stdout(Stdio::null()),
        );
        started.0.stdin.take().unwrap().write_all(b"pw").unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        // Asking for a secret before it owns its name would make the bus start another one, which is locked.
        while !is_owned("org.freedesktop.secrets") {
            assert!(Instant::now() < until, "gnome-keyring does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
        Keyring(started)
    }
}

fn is_owned(name: &str) -> bool {
    let output = Command::new("dbus-send")
        .args([
            "--session",
            "--print-reply=literal",
            "--dest=org.freedesktop.DBus",
            "/",
            "org.freedesktop.DBus.NameHasOwner",
        ])
        .arg(format!("string:{name}"))
        .output()
        .expect("dbus-send (dbus)");
    String::from_utf8_lossy(&output.stdout).contains("true")
}
