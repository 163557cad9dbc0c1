//! Conformance tests, filed by RFC section: all in `tests/conformance`, one binary. The messages they read are in `data`.
//!
//! [`fuzzed`] is what the fuzz targets of `fuzz/` run; the tests run it over the corpus that is kept there.

pub mod fuzzed;
