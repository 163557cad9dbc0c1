//! Conformance tests, filed by RFC section: all in `tests/conformance`, one binary. The messages they read are in `data`.
