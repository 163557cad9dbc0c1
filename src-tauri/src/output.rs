//! stderr, for what a person who started this in a terminal wants to know.

use std::io::{self, Write as _};

/// Says a sentence. Nobody is left to be told if that does not work.
pub(crate) fn say(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "{sentence}");
}
