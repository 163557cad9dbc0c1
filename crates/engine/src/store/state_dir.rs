//! The state directory: ours alone, and one engine's at a time.
//!
//! One that can't be written (read-only, full, not ours to write in) is no reason not to register: lock and control socket are then in a
//! folder outside it, or nowhere, and what is learned ends with the engine. The person is told.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use bellhop_control::error::{Code, Error};
use bellhop_control::places;

/// The directory, held by this process through a lock on `engine.lock` for as long as this lives.
#[derive(Debug)]
pub(crate) struct StateDir {
    path: PathBuf,
    /// Where the lock is; none if there is no place for one.
    home: Option<PathBuf>,
    _lock: Option<File>,
    /// Others could look into it until now.
    repaired: bool,
    trouble: Option<Error>,
}

/// Why a directory is not held.
#[derive(Debug)]
enum Refusal {
    /// It can't be written, which the person may not be able to change now.
    Unwritable(io::Error),
    /// It can't be ours.
    Told(Error),
}

impl StateDir {
    /// Creates the directory if needed (0700), repairs the mode of one that is ours and lets others in, and takes the lock; outside, if it
    /// can't be written.
    ///
    /// # Errors
    /// It can't be ours, it is open to others and was not made by us, or another engine holds it.
    pub(crate) fn open(path: &Path) -> Result<StateDir, Error> {
        let outside = places::runtime_dir(path);
        match hold(path) {
            Ok((lock, repaired)) => {
                // An engine that can't write here, or could not when it began, is outside.
                if is_ours_alone(&outside) && is_held(&outside) {
                    return Err(in_use(path));
                }
                Ok(StateDir {
                    path: path.to_owned(),
                    home: Some(path.to_owned()),
                    _lock: Some(lock),
                    repaired,
                    trouble: None,
                })
            }
            Err(Refusal::Told(error)) => Err(error),
            // It may have been writable when another engine began.
            Err(Refusal::Unwritable(_)) if is_held(path) => Err(in_use(path)),
            Err(Refusal::Unwritable(error)) => {
                let lock = match hold(&outside) {
                    Ok((lock, _)) => is_ours_alone(&outside).then_some(lock),
                    Err(Refusal::Told(error)) if error.code == Code::StateDirInUse => {
                        return Err(in_use(path));
                    }
                    Err(_) => None,
                };
                Ok(StateDir {
                    path: path.to_owned(),
                    home: lock.is_some().then_some(outside),
                    _lock: lock,
                    repaired: false,
                    trouble: Some(unusable(path, error.to_string())),
                })
            }
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the control socket is, with the lock.
    pub(crate) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Where it is instead if that takes the lock and no socket: it is full, or its name is too long. Made ready by this.
    pub(crate) fn second_home(&self) -> Option<PathBuf> {
        let outside = places::runtime_dir(&self.path);
        let wanted = self.home.as_ref() == Some(&self.path);
        (wanted && prepare(&outside).is_ok() && is_ours_alone(&outside)).then_some(outside)
    }

    /// Why it could not be written.
    pub(crate) fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }

    /// Says in the log what was repaired, once there is a log.
    pub(crate) fn tell_repair(&self) {
        if self.repaired {
            tracing::warn!("the state directory was open to other users; now it is yours alone");
        }
    }
}

impl Drop for StateDir {
    fn drop(&mut self) {
        let outside = places::runtime_dir(&self.path);
        if self.home.as_ref() == Some(&outside) {
            let _ = fs::remove_file(outside.join(places::ENGINE_LOCK));
        }
        // If something is left in it, it is not ours to remove.
        let _ = fs::remove_dir(outside);
    }
}

/// What makes a directory unwritable rather than wrong.
fn is_unwritable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::PermissionDenied
    )
}

fn hold(path: &Path) -> Result<(File, bool), Refusal> {
    let repaired = prepare(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let lock = private_file(&mut options, &path.join(places::ENGINE_LOCK))
        .map_err(|error| refusal(path, error))?;
    match lock.try_lock() {
        Ok(()) => Ok((lock, repaired)),
        Err(TryLockError::WouldBlock) => Err(Refusal::Told(in_use(path))),
        Err(TryLockError::Error(error)) => Err(refusal(path, error)),
    }
}

/// There is an engine that holds it.
fn is_held(path: &Path) -> bool {
    let lock = File::open(path.join(places::ENGINE_LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// There, and ours alone; true if that had to be repaired.
fn prepare(path: &Path) -> Result<bool, Refusal> {
    create(path).map_err(|error| refusal(path, error))?;
    keep_private(path)
}

fn refusal(path: &Path, error: io::Error) -> Refusal {
    if is_unwritable(&error) {
        Refusal::Unwritable(error)
    } else {
        Refusal::Told(unusable(path, error.to_string()))
    }
}

fn in_use(path: &Path) -> Error {
    Error::new(Code::StateDirInUse, [("path", path.display().to_string())])
}

pub(super) fn unusable(path: &Path, why: String) -> Error {
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

/// Whether what is there is a directory of this account that nobody else can enter, and no link. The folder for temporary files is
/// everybody's: what another account put there under our name must not stop us, nor lead us elsewhere.
#[cfg(unix)]
fn is_ours_alone(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let ours = |it: fs::Metadata| {
        it.is_dir() && it.uid() == nix::unistd::geteuid().as_raw() && it.mode() & 0o077 == 0
    };
    fs::symlink_metadata(path).is_ok_and(ours)
}

#[cfg(not(unix))]
fn is_ours_alone(path: &Path) -> bool {
    path.is_dir()
}

/// True if the mode had to be repaired. A directory with other things in it (the home directory, /tmp) is not ours to close.
#[cfg(unix)]
fn keep_private(path: &Path) -> Result<bool, Refusal> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let told = |error: io::Error| refusal(path, error);
    let metadata = fs::metadata(path).map_err(told)?;
    if metadata.uid() != nix::unistd::geteuid().as_raw() {
        let why = "it belongs to another user".into();
        return Err(Refusal::Told(unusable(path, why)));
    }
    if metadata.mode() & 0o077 == 0 {
        return Ok(false);
    }
    let empty = fs::read_dir(path).map_err(told)?.next().is_none();
    if !empty && !path.join(places::ENGINE_LOCK).exists() {
        return Err(Refusal::Told(Error::new(
            Code::StateDirNotPrivate,
            [("path", path.display().to_string())],
        )));
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(told)?;
    Ok(true)
}

/// The user's own profile directory is private by its inherited rights.
#[cfg(not(unix))]
fn keep_private(_path: &Path) -> Result<bool, Refusal> {
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
    fn what_others_put_where_the_lock_may_be_stops_nobody() {
        let parent = tempfile::tempdir().unwrap();
        let state = parent.path().join("state");
        fs::create_dir(&state).unwrap();
        let outside = places::runtime_dir(&state);
        fs::create_dir(&outside).unwrap();
        // Open to all, as whoever is not us needs it to be.
        fs::set_permissions(&outside, fs::Permissions::from_mode(0o777)).unwrap();
        let held = File::create(outside.join(places::ENGINE_LOCK)).unwrap();
        held.lock().unwrap();
        assert!(is_held(&outside));
        let open = StateDir::open(&state).map(drop);
        fs::remove_dir_all(&outside).unwrap();
        open.unwrap();

        std::os::unix::fs::symlink(parent.path(), &outside).unwrap();
        let seen = is_ours_alone(&outside);
        fs::remove_file(&outside).unwrap();
        assert!(!seen);
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
