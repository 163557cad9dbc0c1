//! stdout for results, stderr for everything else.

use std::io::{self, IsTerminal as _, Write as _};

use crate::failure::Failure;

/// Prints a result and a line end.
///
/// # Errors
/// If stdout can't be written. A reader that has gone (`| head`) wants no more: then the process ends, and that is success.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    write(text).or_else(unwritten)
}

/// Prints a result that is no text, as it is.
///
/// # Errors
/// As [`print()`].
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .or_else(unwritten)
}

fn unwritten(error: io::Error) -> Result<(), Failure> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(0)
    } else {
        Err(Failure::refused(format!("stdout: {error}")))
    }
}

/// Prints a result and a line end, and leaves it to the caller what a reader that has gone means.
pub(crate) fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

/// Says a sentence on stderr. Nobody is left to be told if that does not work.
pub(crate) fn say(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "{sentence}");
}

/// Whether stdout is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Paints results: on a terminal, unless `NO_COLOR` is set to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Coloured,
}

/// What is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Working,
    Bad,
    Quiet,
}

impl Paint {
    /// For stdout as it is.
    pub(crate) fn of_stdout() -> Paint {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if is_terminal() && !unwanted {
            Paint::Coloured
        } else {
            Paint::Plain
        }
    }

    /// `text` in `tone`: bold green, yellow or red, or dim.
    pub(crate) fn tone(self, tone: Tone, text: &str) -> String {
        let code = match (self, tone) {
            (Paint::Plain, _) => return text.to_owned(),
            (Paint::Coloured, Tone::Good) => "1;32",
            (Paint::Coloured, Tone::Working) => "1;33",
            (Paint::Coloured, Tone::Bad) => "1;31",
            (Paint::Coloured, Tone::Quiet) => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
