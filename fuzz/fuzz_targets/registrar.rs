//! Requests in a row, to one registrar.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bellhop_tests_conformance::fuzzed::registrar(bytes));
