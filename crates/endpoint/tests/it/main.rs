//! The endpoint from outside: two of them and a virtual wire ([`pair`]), or one and a peer that says what the test says ([`lone`]).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod bounds;
mod early_copy;
mod lone;
mod lossy_wire;
mod pair;
mod properties;
mod rfc3261_17_1_2;
mod rfc3261_17_1_3;
mod rfc3261_17_2_1;
mod rfc3261_17_2_2;
mod rfc3261_17_2_3;
mod rfc3261_18_2;
mod rfc3261_18_3;
