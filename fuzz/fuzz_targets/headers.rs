//! Messages by their headers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bellhop_tests_conformance::fuzzed::headers(bytes));
