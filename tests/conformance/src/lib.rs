//! Conformance tests, filed by RFC section.
