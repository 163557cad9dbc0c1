//! The state directory: this account's alone, and one process's of each role at a time.
//!
//! One that can't be written (read-only, full, not ours to write in) is no reason not to run: lock and socket are then in a folder outside
//! it, or nowhere, and what is learned ends with the process. The person is told.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Code, Error};
use crate::places;
use crate::role::Role;

/// The directory, held by this process in a role through a lock for as long as this lives.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    role: Role,
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
    /// It can't be ours, it is open to others and was not made by us, or another process has the role: [`Code::StateDirInUse`].
    pub fn open(path: &Path, role: Role) -> Result<StateDir, Error> {
        let outside = places::runtime_dir(path);
        match hold(path, role) {
            Ok((lock, repaired)) => {
                // One that can't write here, or could not when it began, is outside.
                if is_ours_alone(&outside) && is_held(&outside, role) {
                    return Err(in_use(path));
                }
                Ok(StateDir {
                    path: path.to_owned(),
                    role,
                    home: Some(path.to_owned()),
                    _lock: Some(lock),
                    repaired,
                    trouble: None,
                })
            }
            Err(Refusal::Told(error)) => Err(error),
            // It may have been writable when another began.
            Err(Refusal::Unwritable(_)) if is_held(path, role) => Err(in_use(path)),
            Err(Refusal::Unwritable(error)) => {
                let lock = match hold(&outside, role) {
                    Ok((lock, _)) => is_ours_alone(&outside).then_some(lock),
                    Err(Refusal::Told(error)) if error.code == Code::StateDirInUse => {
                        return Err(in_use(path));
                    }
                    Err(_) => None,
                };
                Ok(StateDir {
                    path: path.to_owned(),
                    role,
                    home: lock.is_some().then_some(outside),
                    _lock: lock,
                    repaired: false,
                    trouble: Some(unusable(path, error.to_string())),
                })
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the socket is, with the lock.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Where it is instead if that takes the lock and no socket: it is full, or its name is too long. Made ready by this.
    pub fn second_home(&self) -> Option<PathBuf> {
        let outside = places::runtime_dir(&self.path);
        let wanted = self.home.as_ref() == Some(&self.path);
        (wanted && prepare(&outside).is_ok() && is_ours_alone(&outside)).then_some(outside)
    }

    /// Why it could not be written.
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }

    /// Others could look into it until now: its mode was repaired.
    pub fn was_open(&self) -> bool {
        self.repaired
    }
}

impl Drop for StateDir {
    fn drop(&mut self) {
        let outside = places::runtime_dir(&self.path);
        if self.home.as_ref() == Some(&outside) {
            let _ = fs::remove_file(self.role.lock(&outside));
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

fn hold(path: &Path, role: Role) -> Result<(File, bool), Refusal> {
    let repaired = prepare(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let lock =
        private_file(&mut options, &role.lock(path)).map_err(|error| refusal(path, error))?;
    match lock.try_lock() {
        Ok(()) => Ok((lock, repaired)),
        Err(TryLockError::WouldBlock) => Err(Refusal::Told(in_use(path))),
        Err(TryLockError::Error(error)) => Err(refusal(path, error)),
    }
}

/// There is a process that has that role.
fn is_held(path: &Path, role: Role) -> bool {
    let lock = File::open(role.lock(path));
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

/// The sentence for a directory that can't be used.
pub fn unusable(path: &Path, why: String) -> Error {
    Error::new(
        Code::StateDirUnusable,
        [("path", path.display().to_string()), ("why", why)],
    )
}

/// Opens with mode 0600 where the OS has modes.
///
/// # Errors
/// As [`OpenOptions::open`].
pub fn private_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
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
    let made_by_us = Role::ALL.iter().any(|role| role.lock(path).exists());
    if !empty && !made_by_us {
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
        drop(StateDir::open(&path, Role::Engine).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        drop(StateDir::open(&path, Role::Engine).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_second_engine_is_refused_until_the_first_is_gone() {
        let parent = tempfile::tempdir().unwrap();
        let first = StateDir::open(parent.path(), Role::Engine).unwrap();
        let refused = StateDir::open(parent.path(), Role::Engine).unwrap_err();
        assert_eq!(refused.code, Code::StateDirInUse);
        drop(first);
        StateDir::open(parent.path(), Role::Engine).unwrap();
    }

    #[test]
    fn each_role_is_taken_by_itself() {
        let parent = tempfile::tempdir().unwrap();
        let held: Vec<StateDir> = Role::ALL
            .iter()
            .map(|role| StateDir::open(parent.path(), *role).unwrap())
            .collect();
        for role in Role::ALL {
            let refused = StateDir::open(parent.path(), role).unwrap_err();
            assert_eq!(refused.code, Code::StateDirInUse, "{role:?}");
        }
        drop(held);
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
        let held = File::create(Role::Engine.lock(&outside)).unwrap();
        held.lock().unwrap();
        assert!(is_held(&outside, Role::Engine));
        let open = StateDir::open(&state, Role::Engine).map(drop);
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
            StateDir::open(&path, Role::Engine).unwrap_err().code,
            Code::StateDirUnusable
        );
    }

    #[test]
    fn a_directory_of_others_things_is_left_as_it_is() {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(parent.path().join("letter"), "x").unwrap();
        assert_eq!(
            StateDir::open(parent.path(), Role::Engine)
                .unwrap_err()
                .code,
            Code::StateDirNotPrivate
        );
        assert_eq!(fs::metadata(parent.path()).unwrap().mode() & 0o777, 0o755);
    }
}
