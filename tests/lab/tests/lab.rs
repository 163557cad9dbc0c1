//! The lab's scenarios as tests: see the package's documentation.
//!
//! Every change of network happens at every kind of registrar (`runner/changes.rs`). What must hold after each: the registrar holds one
//! binding, the new one; a call through the registrar arrives, and `bellhop trace` shows where; and the time from usable network to
//! binding stored is not of another kind than half a round trip. How long it took exactly is in the report, printed at the end and
//! written to `lab/report.md` in the target directory.
//!
//! What measures milliseconds runs one after the other, beside the few that sleep for minutes. What waits for a keep-alive or a refresh
//! then runs side by side.
//!
//! ```text
//! cargo test -p bellhop-tests-lab --test lab                                    all of it, some minutes
//! cargo test -p bellhop-tests-lab --test lab -- an_asterisk_that_refuses        what has this in its name
//! BELLHOP_LAB_TIMES=20 cargo test -p bellhop-tests-lab --test lab               each change 20 times, for figures: half an hour
//! ```
//!
//! It runs as root, with a round trip of 40 ms, and as an ordinary user wherever the machine lets users have user namespaces: with a
//! round trip of 0 there, because the wire needs `/dev/net/tun`. A machine that allows neither fails the tests and is told what to do.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test runner of its own: its report is what it prints"
)]

#[cfg(target_os = "linux")]
mod runner;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    runner::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the lab is made of Linux namespaces: there is nothing to run here");
}
