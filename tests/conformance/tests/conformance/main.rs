//! Conformance tests, filed by RFC section.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;
mod corpus;
mod desk;
mod probes;
mod registrar;
mod rfc3261;
mod rfc3327;
mod rfc3966;
mod rfc4475;
mod rfc5118;
mod rfc5626;
mod rfc7616;
mod rfc8760;
