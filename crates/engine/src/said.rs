//! What the person at the terminal is told while the engine runs: stderr, a sentence a line. The log has it too.

use std::io::{self, Write};

/// Says a sentence. It never holds a value from the config. Nobody is left to be told if that does not work.
pub(crate) fn say(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "{sentence}");
}
