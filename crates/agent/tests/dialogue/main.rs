//! The agent's behaviour as dialogues: what goes in, what comes out, when.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod any_order;
mod challenge;
mod change;
mod copies;
mod desk;
mod elsewhere;
mod fetch;
mod granted;
mod leaving;
mod next_nonce;
mod proof;
mod public;
mod refusal;
mod register;
mod sleep;
