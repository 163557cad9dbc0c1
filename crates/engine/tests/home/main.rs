//! The home's listeners, as phones meet them: an engine in a thread, real sockets.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, its helpers too, and prints what it measured"
)]

mod desk;
mod flood;
mod here;
mod phone;
mod ports;
mod strangers;
mod streams;
mod travel;
mod troubles;
mod udp;
mod web_sockets;
