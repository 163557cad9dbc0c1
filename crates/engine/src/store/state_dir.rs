//! The state directory: ours alone, and one engine's at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::failed::Failed;

/// The directory, held by this process through a lock on `engine.lock` for as long as this lives.
#[derive(Debug)]
pub(crate) struct StateDir {
    path: PathBuf,
    _lock: File,
}

impl StateDir {
    /// Creates the directory if needed (0700), repairs a mode that lets others in, and takes the lock.
    ///
    /// # Errors
    /// Exit 1: it can't be made, it belongs to somebody else, or another engine holds it.
    pub(crate) fn open(path: &Path) -> Result<StateDir, Failed> {
        create(path).map_err(|error| {
            Failed::refused(format!("the state directory can't be made: {error}"))
        })?;
        keep_private(path)?;
        let lock = private_file(
            OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false),
            &path.join("engine.lock"),
        )
        .map_err(|error| {
            Failed::refused(format!(
                "engine.lock in the state directory can't be opened: {error}"
            ))
        })?;
        match lock.try_lock() {
            Ok(()) => Ok(StateDir {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(Failed::refused(
                "another Bellhop engine already runs with this state directory",
            )),
            Err(TryLockError::Error(error)) => Err(Failed::refused(format!(
                "engine.lock in the state directory can't be locked: {error}"
            ))),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Opens with mode 0600 where the OS has modes.
pub(crate) fn private_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn keep_private(path: &Path) -> Result<(), Failed> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let told =
        |error: io::Error| Failed::refused(format!("the state directory can't be used: {error}"));
    let metadata = fs::metadata(path).map_err(told)?;
    if metadata.uid() != nix::unistd::geteuid().as_raw() {
        return Err(Failed::refused(
            "the state directory belongs to another user",
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(told)?;
        tracing::warn!("the state directory was open to other users; now it is yours alone");
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_private(_path: &Path) -> Result<(), Failed> {
    // The user's own profile directory is private by its inherited rights.
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;

    #[test]
    fn it_is_made_private_and_repaired_when_it_was_not() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        drop(StateDir::open(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        drop(StateDir::open(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_second_engine_is_refused_until_the_first_is_gone() {
        let parent = tempfile::tempdir().unwrap();
        let first = StateDir::open(parent.path()).unwrap();
        let refused = StateDir::open(parent.path()).unwrap_err();
        assert_eq!(refused.exit, 1);
        assert!(refused.lines[0].contains("another Bellhop engine"));
        drop(first);
        StateDir::open(parent.path()).unwrap();
    }

    #[test]
    fn a_file_in_its_place_is_told() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("file");
        fs::write(&path, "x").unwrap();
        assert_eq!(StateDir::open(&path).unwrap_err().exit, 1);
    }
}
