//! Getting a password from a person or a program, without it ever being an argument.

use std::io::{self, IsTerminal as _, Read as _};

use bellhop_control::protocol::Password;

use crate::failure::Failure;

/// Longest password, in bytes.
const LONGEST: u64 = Password::LONGEST as u64;

/// The password of `number`: from stdin, or asked for on the terminal.
pub(crate) fn ask(number: &str, from_stdin: bool) -> Result<Password, Failure> {
    let text = if from_stdin {
        read(io::stdin().lock())?
    } else {
        prompt(number)?
    };
    if text.is_empty() {
        return Err(Failure::usage("the password is empty; nothing was changed"));
    }
    Ok(Password::from(text))
}

fn prompt(number: &str) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "there is no terminal to ask for the password on; use --password-stdin",
        ));
    }
    rpassword::prompt_password(format!("Password of {number}: "))
        .map_err(|error| Failure::refused(format!("the password could not be read: {error}")))
}

/// All of `from` but one trailing line end.
fn read(from: impl io::Read) -> Result<String, Failure> {
    let mut text = String::with_capacity(usize::try_from(LONGEST).unwrap_or_default() + 1);
    from.take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(|_| Failure::usage("the password on stdin is not text"))?;
    let end = text
        .strip_suffix("\r\n")
        .or(text.strip_suffix('\n'))
        .unwrap_or(&text)
        .len();
    text.truncate(end);
    match text {
        _ if text.len() as u64 > LONGEST => {
            Err(Failure::usage("the password on stdin is too long"))
        }
        _ if text.contains(['\n', '\r', '\0']) => Err(Failure::usage(
            "the password on stdin has more than one line",
        )),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trailing_line_end_is_dropped() {
        for (given, kept) in [
            ("pass", "pass"),
            ("pass\n", "pass"),
            ("pass\r\n", "pass"),
            ("pass word \n", "pass word "),
        ] {
            assert_eq!(read(given.as_bytes()).unwrap(), kept);
        }
    }

    #[test]
    fn what_can_be_no_password_is_refused_without_repeating_it() {
        for given in [
            b"canary\n\n".as_slice(),
            b"canary\xff",
            &b"canary".repeat(200),
        ] {
            let failure = read(given).unwrap_err();
            assert_eq!(failure.exit, 2);
            assert!(!failure.lines.concat().contains("canary"));
        }
    }
}
