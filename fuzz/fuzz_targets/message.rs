//! Bytes as messages.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bellhop_tests_conformance::fuzzed::message(bytes));
