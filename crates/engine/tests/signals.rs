//! What ends the engine from outside, each in a process of its own. A missing program is a failure, not a skip.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod common;

use std::process::Command;
use std::time::{Duration, Instant};

use bellhop_control::snapshot::LineState;
use common::{
    Running, assert_ended_well, await_words, in_own_process, is_inner, registrar_that_tells,
};

#[tokio::test]
async fn a_hangup_unregisters() {
    ends_by("a_hangup_unregisters", "HUP").await;
}

#[tokio::test]
async fn a_termination_unregisters() {
    ends_by("a_termination_unregisters", "TERM").await;
}

#[tokio::test]
async fn an_interrupt_unregisters() {
    ends_by("an_interrupt_unregisters", "INT").await;
}

#[tokio::test]
async fn a_hangup_that_nohup_ignores_stays_ignored() {
    if is_inner() {
        let (port, said) = registrar_that_tells();
        let mut engine = Running::at(port).await;
        signal("HUP");
        tokio::time::sleep(Duration::from_millis(300)).await;
        engine.line_in(LineState::Registered).await;
        signal("TERM");
        await_words(&said, "(removed)");
        return engine.ended().unwrap();
    }
    let test = "a_hangup_that_nohup_ignores_stays_ignored";
    assert_ended_well(&in_own_process(test, &["nohup"], |_| {}));
}

async fn ends_by(test: &str, name: &str) {
    if is_inner() {
        let (port, said) = registrar_that_tells();
        let engine = Running::at(port).await;
        let begun = Instant::now();
        signal(name);
        await_words(&said, "(removed)");
        engine.ended().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(2));
        return;
    }
    // Whoever runs the tests may have ignored it.
    let wrapper = ["env", "--default-signal=HUP"];
    assert_ended_well(&in_own_process(test, &wrapper, |_| {}));
}

fn signal(name: &str) {
    let status = Command::new("sh")
        .args(["-c", "kill -$0 $PPID", name])
        .status()
        .expect("sh");
    assert!(status.success());
}
