//! The home as phones, networks and strangers meet it: a real `bellhop run` on a laptop in namespaces, and other people's programs around it.
//!
//! Every trial has a LAN of its own ([`lan`]): a gateway, the laptop that Bellhop runs on, and hosts for phones and strangers. What is asserted is read at both
//! ends: in Bellhop's status, and from the phone itself.
//!
//! ```text
//! cargo test -p bellhop-tests-lab --test home                   all of it, a minute and a half
//! cargo test -p bellhop-tests-lab --test home -- baresip        what has this in its name
//! ```
//!
//! PJSIP and SIPVicious are packages of Python's: `cargo xtask test` brings them, or `BELLHOP_PEERS` names a virtual environment that has them.
#![cfg_attr(
    target_os = "linux",
    allow(
        clippy::print_stdout,
        clippy::print_stderr,
        reason = "a test runner of its own"
    )
)]

#[cfg(target_os = "linux")]
mod client;
#[cfg(target_os = "linux")]
mod flood;
#[cfg(target_os = "linux")]
mod house;
#[cfg(target_os = "linux")]
mod lan;
#[cfg(target_os = "linux")]
mod nat;
#[cfg(target_os = "linux")]
mod phones;
#[cfg(target_os = "linux")]
mod python;
#[cfg(target_os = "linux")]
mod runner;
#[cfg(target_os = "linux")]
mod scanners;
#[cfg(target_os = "linux")]
mod stranger;
#[cfg(target_os = "linux")]
mod timing;
#[cfg(target_os = "linux")]
mod torture;
#[cfg(target_os = "linux")]
mod travel;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    runner::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {}
