//! The watch against the kernel's real networks: each test has a network namespace of its own, with veth pairs for links.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, its helpers too, and prints what it measured"
)]

mod addresses;
mod burst;
mod carrier;
mod host;
mod latency;
mod neighbours;
mod paths;
mod privilege;
mod renames;
mod routes;
mod tentative;
mod witness;
