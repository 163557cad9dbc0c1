//! Conformance tests, filed by RFC section.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;
mod probes;
mod rfc3261;
mod rfc3966;
mod rfc4475;
mod rfc5118;
