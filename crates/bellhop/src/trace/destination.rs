//! Where a capture goes: stdout, or a file that its owner alone may read and that is there whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::failure::Failure;
use crate::output;

/// A place that was looked at before the capture is made.
#[derive(Debug)]
pub(super) enum Destination<'a> {
    Stdout,
    File { path: &'a Path, replace: bool },
}

impl Destination<'_> {
    /// `-` is stdout.
    ///
    /// # Errors
    /// If stdout is a terminal, if the file is there and is not to be replaced, or if it is no ordinary file.
    pub(super) fn of(path: &Path, replace: bool) -> Result<Destination<'_>, Failure> {
        if path == Path::new("-") {
            return if output::is_terminal() {
                Err(Failure::usage(
                    "A capture is nothing for a terminal. Name a file, or send stdout somewhere else.",
                ))
            } else {
                Ok(Destination::Stdout)
            };
        }
        match fs::symlink_metadata(path) {
            Ok(there) if replace && !there.is_file() => Err(Failure::refused(format!(
                "{} is not an ordinary file: it is not replaced.",
                path.display()
            ))),
            Ok(_) if !replace => Err(exists(path)),
            // What can't be looked at can't be written either, and says so then.
            Ok(_) | Err(_) => Ok(Destination::File { path, replace }),
        }
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// If that does not work; then nothing is left behind.
    pub(super) fn write(self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Destination::Stdout => output::print_bytes(bytes),
            Destination::File { path, replace } => file(path, replace, bytes).map_err(|error| {
                if error.kind() == io::ErrorKind::AlreadyExists {
                    exists(path)
                } else {
                    // The kind alone: the error's own words name the file beside it.
                    Failure::refused(format!(
                        "{} can't be written: {}",
                        path.display(),
                        error.kind()
                    ))
                }
            }),
        }
    }
}

/// Beside its place first: mode 0600 from the beginning, whatever is there.
fn file(path: &Path, replace: bool, bytes: &[u8]) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    if replace {
        file.persist(path)?;
    } else {
        file.persist_noclobber(path)?;
    }
    Ok(())
}

fn exists(path: &Path) -> Failure {
    Failure::refused(format!(
        "{} is there already. --force replaces it.",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_is_its_owners_alone_even_where_another_stood() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.pcapng");
        for before in [None, Some("an older one")] {
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            }
            Destination::of(&path, before.is_some())
                .unwrap()
                .write(b"capture")
                .unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"capture");
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_is_not_there_is_named_as_it_was_given() {
        let path = Path::new("/nonexistent/x.pcapng");
        let failure = Destination::of(path, false)
            .unwrap()
            .write(b"")
            .unwrap_err();
        assert_eq!(
            failure.lines,
            ["/nonexistent/x.pcapng can't be written: entity not found"]
        );
    }

    #[test]
    fn what_is_there_stays_unless_it_is_an_ordinary_file_and_force_is_given() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.pcapng");
        fs::write(&path, "mine").unwrap();
        let refused = Destination::of(&path, false).unwrap_err();
        assert_eq!(refused.exit, 1);
        // One that came between looking and writing.
        let late = Destination::File {
            path: &path,
            replace: false,
        };
        assert_eq!(late.write(b"capture").unwrap_err(), refused);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(Destination::of(directory.path(), true).unwrap_err().exit, 1);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
