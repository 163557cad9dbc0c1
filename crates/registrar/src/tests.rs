//! A phone and a registrar, as dialogues at given times.

mod login;
mod property;
mod rfc3261_10_3;
mod support;
