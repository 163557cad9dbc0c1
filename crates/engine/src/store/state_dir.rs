//! The state directory: ours alone, and one engine's at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use bellhop_control::error::{Code, Error};
use bellhop_control::places;

/// The directory, held by this process through a lock on `engine.lock` for as long as this lives.
#[derive(Debug)]
pub(crate) struct StateDir {
    path: PathBuf,
    _lock: File,
    /// Others could look into it until now.
    repaired: bool,
}

impl StateDir {
    /// Creates the directory if needed (0700), repairs the mode of one that is ours and lets others in, and takes the lock.
    ///
    /// # Errors
    /// It can't be used, it is open to others and was not made by us, or another engine holds it.
    pub(crate) fn open(path: &Path) -> Result<StateDir, Error> {
        let unusable = |error: io::Error| unusable(path, error.to_string());
        create(path).map_err(unusable)?;
        let repaired = keep_private(path)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let lock = private_file(&mut options, &path.join(places::ENGINE_LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(StateDir {
                path: path.to_owned(),
                _lock: lock,
                repaired,
            }),
            Err(TryLockError::WouldBlock) => Err(Error::new(
                Code::StateDirInUse,
                [("path", path.display().to_string())],
            )),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Says in the log what was repaired, once there is a log.
    pub(crate) fn tell_repair(&self) {
        if self.repaired {
            tracing::warn!("the state directory was open to other users; now it is yours alone");
        }
    }
}

fn unusable(path: &Path, why: String) -> Error {
    Error::new(
        Code::StateDirUnusable,
        [("path", path.display().to_string()), ("why", why)],
    )
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

/// True if the mode had to be repaired. A directory with other things in it (the home directory, /tmp) is not ours to close.
#[cfg(unix)]
fn keep_private(path: &Path) -> Result<bool, Error> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let told = |error: io::Error| unusable(path, error.to_string());
    let metadata = fs::metadata(path).map_err(told)?;
    if metadata.uid() != nix::unistd::geteuid().as_raw() {
        return Err(unusable(path, "it belongs to another user".into()));
    }
    if metadata.mode() & 0o077 == 0 {
        return Ok(false);
    }
    let empty = fs::read_dir(path).map_err(told)?.next().is_none();
    if !empty && !path.join(places::ENGINE_LOCK).exists() {
        return Err(Error::new(
            Code::StateDirNotPrivate,
            [("path", path.display().to_string())],
        ));
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(told)?;
    Ok(true)
}

/// The user's own profile directory is private by its inherited rights.
#[cfg(not(unix))]
fn keep_private(_path: &Path) -> Result<bool, Error> {
    Ok(false)
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
        assert_eq!(refused.code, Code::StateDirInUse);
        drop(first);
        StateDir::open(parent.path()).unwrap();
    }

    #[test]
    fn a_file_in_its_place_is_told() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("file");
        fs::write(&path, "x").unwrap();
        assert_eq!(
            StateDir::open(&path).unwrap_err().code,
            Code::StateDirUnusable
        );
    }

    #[test]
    fn a_directory_of_others_things_is_left_as_it_is() {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(parent.path().join("letter"), "x").unwrap();
        assert_eq!(
            StateDir::open(parent.path()).unwrap_err().code,
            Code::StateDirNotPrivate
        );
        assert_eq!(fs::metadata(parent.path()).unwrap().mode() & 0o777, 0o755);
    }
}
