//! Where the password of a line or a device is kept, and reading it from there if that is no keyring.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bellhop_agent::SecretFailure;
use secrecy::SecretString;
use zeroize::Zeroize;

/// No password is longer; a larger file is something else.
const MAX_SECRET: u64 = 4096;

/// As the config says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// The OS's keyring: service `bellhop`, user the AOR or `device:NAME`.
    Keyring { user: String },
    /// A file, its one trailing newline dropped.
    File(PathBuf),
    /// An environment variable of the engine.
    Env(String),
    /// Nowhere: the demo's is known to everybody.
    Demo,
}

/// An environment variable of the engine.
pub(super) fn variable(name: &str) -> Result<SecretString, SecretFailure> {
    match std::env::var(name) {
        Ok(value) if value.is_empty() => Err(SecretFailure::Missing),
        Ok(value) => Ok(value.into()),
        Err(std::env::VarError::NotPresent) => Err(SecretFailure::Missing),
        Err(std::env::VarError::NotUnicode(_)) => Err(SecretFailure::Unreadable),
    }
}

/// A file without its one trailing newline. May block: called on a thread of its own.
pub(super) fn file(path: &Path) -> Result<SecretString, SecretFailure> {
    let file = fs::File::open(path).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            SecretFailure::Missing
        } else {
            SecretFailure::Unreadable
        }
    })?;
    warn_if_open_to_others(&file);
    let mut text = String::new();
    let read = file.take(MAX_SECRET + 1).read_to_string(&mut text);
    if read.is_err() || text.len() as u64 > MAX_SECRET {
        text.zeroize();
        return Err(SecretFailure::Unreadable);
    }
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        Err(SecretFailure::Missing)
    } else {
        Ok(text.into())
    }
}

#[cfg(unix)]
fn warn_if_open_to_others(file: &fs::File) {
    use std::os::unix::fs::MetadataExt;
    if file
        .metadata()
        .is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
    {
        tracing::warn!(
            "a password file can be read by other users; chmod 600 makes it yours alone"
        );
    }
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_file: &fs::File) {}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(content: &[u8]) -> Result<String, SecretFailure> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        fs::write(&path, content).unwrap();
        file(&path).map(|s| s.expose_secret().to_owned())
    }

    #[test]
    fn one_trailing_newline_is_dropped_and_no_more() {
        assert_eq!(read(b"pa ss\n").unwrap(), "pa ss");
        assert_eq!(read(b"pass\r\n").unwrap(), "pass");
        assert_eq!(read(b"pass\n\n").unwrap(), "pass\n");
        assert_eq!(read(b" pass").unwrap(), " pass");
    }

    #[test]
    fn what_is_not_a_password_is_told_apart() {
        assert!(matches!(read(b"\n"), Err(SecretFailure::Missing)));
        assert!(matches!(read(b"\xff\xfe"), Err(SecretFailure::Unreadable)));
        assert!(matches!(
            read(&[b'x'; 5000]),
            Err(SecretFailure::Unreadable)
        ));
        let missing = file(Path::new("/nonexistent/secret"));
        assert!(matches!(missing, Err(SecretFailure::Missing)));
        let unset = variable("BELLHOP_NO_SUCH_VARIABLE");
        assert!(matches!(unset, Err(SecretFailure::Missing)));
    }
}
