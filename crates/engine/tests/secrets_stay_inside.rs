//! The password, its HA1 and what a registrar was sent of them are searched for wherever others can look.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod common;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bellhop_control::client::Client;
use bellhop_control::protocol::{Reply, Request};
use bellhop_control::snapshot::LineState;
use bellhop_tests_support::logs::{Private, leaks};
use common::{assert_ended_well, config, in_own_process, is_inner, options, registrar};
use md5::Digest;

const CANARY: &str = "c4nary-Passw0rd";

#[test]
fn neither_logs_nor_state_nor_trace_nor_argv_hold_the_password_or_its_hash() {
    let name = "neither_logs_nor_state_nor_trace_nor_argv_hold_the_password_or_its_hash";
    if is_inner() {
        return register_and_look();
    }
    let output = in_own_process(name, &[], |command| {
        command
            .env("BELLHOP_LOG", "trace")
            .env("BELLHOP_DEMO_PASSWORD", CANARY);
    });
    assert_ended_well(&output);
    for text in [&output.stdout, &output.stderr] {
        assert_clean("output with BELLHOP_LOG=trace", text);
    }
    assert!(!output.stderr.is_empty(), "the log was on");
}

fn register_and_look() {
    let directory = tempfile::tempdir().unwrap();
    let secret = directory.path().join("secret");
    fs::write(&secret, format!("{CANARY}\n")).unwrap();
    let config = config(directory.path(), registrar(), "{ file = \"secret\" }");
    let state = directory.path().join("state");
    let engine = std::thread::spawn({
        let options = options(&config, Some(state.clone()));
        move || bellhop_engine::run(options, || {})
    });
    let trace = tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(trace_of_a_registered_line(&state));
    engine.join().unwrap().unwrap();

    assert!(trace.contains("Authorization: Digest"), "{trace}");
    assert_clean("trace", trace.as_bytes());
    assert_clean("argv", &fs::read("/proc/self/cmdline").unwrap());
    let mut seen = Vec::new();
    for entry in fs::read_dir(&state)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
    {
        assert_clean(&entry.display().to_string(), &fs::read(&entry).unwrap());
        seen.push(entry.file_name().unwrap().to_string_lossy().into_owned());
    }
    assert!(
        ["bellhop.log", "instance"]
            .iter()
            .all(|name| seen.contains(&(*name).to_owned())),
        "{seen:?}"
    );
    let private = Private::default().and_config(&config).and_state(&state);
    assert_eq!(leaks(&private, &state, Path::new("")), [""; 0]);
}

async fn trace_of_a_registered_line(state: &Path) -> String {
    let until = Instant::now() + Duration::from_secs(10);
    let mut client = loop {
        match Client::connect(state).await {
            Ok(client) => break client,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    loop {
        let Reply::Status { snapshot } = client.request(Request::Status).await.unwrap() else {
            panic!("no status")
        };
        if snapshot.lines[0].state == LineState::Registered {
            break;
        }
        assert!(Instant::now() < until, "{snapshot:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let Reply::Trace { entries } = client.request(Request::Trace).await.unwrap() else {
        panic!("no trace")
    };
    assert_eq!(
        client.request(Request::Shutdown).await.unwrap(),
        Reply::Done
    );
    entries.into_iter().map(|entry| entry.text).collect()
}

fn assert_clean(place: &str, bytes: &[u8]) {
    let login = format!("tina:company.test:{CANARY}");
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    for secret in [
        CANARY.to_owned(),
        hex(&md5::Md5::digest(&login)),
        hex(&sha2::Sha256::digest(&login)),
    ] {
        let found = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{place} holds a secret");
    }
}
