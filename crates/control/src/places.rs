//! Where things lie on this machine, and what they are called inside the state directory.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::error::{Code, Error};
use crate::role::Role;

/// The config's file name.
pub const CONFIG: &str = "config.toml";

/// The config that is read when none is named.
///
/// # Errors
/// [`Code::StateDirUnknown`] if this account has no home directory.
pub fn default_config() -> Result<PathBuf, Error> {
    project().map(|dirs| dirs.config_dir().join(CONFIG))
}

/// The state directory that is used when none is named: `state_dir()`, else `data_local_dir()`.
///
/// # Errors
/// [`Code::StateDirUnknown`] if this account has no home directory.
pub fn default_state_dir() -> Result<PathBuf, Error> {
    project().map(|dirs| {
        dirs.state_dir()
            .unwrap_or_else(|| dirs.data_local_dir())
            .to_owned()
    })
}

/// The control socket of the engine that runs on `state_dir`.
pub fn socket(state_dir: &Path) -> PathBuf {
    Role::Engine.socket(state_dir)
}

/// Where lock and socket of a role on `state_dir` are if they can't be in there (it is full, or read-only): a folder of its own
/// in `XDG_RUNTIME_DIR`, which is this account's alone and on no disk, else in the folder for temporary files.
pub fn runtime_dir(state_dir: &Path) -> PathBuf {
    let state_dir = std::fs::canonicalize(state_dir)
        .or_else(|_| std::path::absolute(state_dir))
        .unwrap_or_else(|_| state_dir.to_owned());
    let hash = stable_hash(&state_dir.to_string_lossy());
    match std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from) {
        Some(directory) if directory.is_absolute() => {
            directory.join(format!("bellhop-{hash:016x}"))
        }
        _ => std::env::temp_dir().join(format!("bellhop-{}-{hash:016x}", account_number())),
    }
}

/// The folder for temporary files is everybody's.
#[cfg(unix)]
fn account_number() -> u32 {
    nix::unistd::Uid::effective().as_raw()
}

#[cfg(not(unix))]
fn account_number() -> u32 {
    0
}

/// FNV-1a: the same in every build and version, which std's hasher is not.
fn stable_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Name of the pipe (Windows) of a role on `state_dir`: pipes have one name space per machine, so account and directory are in it.
pub fn pipe_name(account: &str, state_dir: &Path, role: Role) -> String {
    let hash = stable_hash(&state_dir.to_string_lossy().to_lowercase());
    let account: String = account
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let suffix = match role {
        Role::Engine => "",
        Role::Tray => "-tray",
        Role::Window => "-window",
    };
    format!(r"\\.\pipe\bellhop-{account}-{hash:016x}{suffix}")
}

fn project() -> Result<ProjectDirs, Error> {
    ProjectDirs::from("", "", "Bellhop").ok_or_else(|| Error::plain(Code::StateDirUnknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_state_directories_have_two_folders_outside_whichever_way_they_are_written() {
        let home = tempfile::tempdir().unwrap();
        let (one, two) = (home.path().join("one"), home.path().join("two"));
        std::fs::create_dir(&one).unwrap();
        assert_eq!(runtime_dir(&one), runtime_dir(&home.path().join("./one/")));
        assert_ne!(runtime_dir(&one), runtime_dir(&two));
        assert!(!runtime_dir(&one).starts_with(home.path()));
    }

    #[test]
    fn two_state_directories_and_two_roles_have_two_pipes() {
        let engine = |account, path| pipe_name(account, Path::new(path), Role::Engine);
        let one = engine("S-1-5-21", "/one");
        assert_eq!(one, engine("S-1-5-21", "/one"));
        assert_ne!(one, engine("S-1-5-21", "/two"));
        assert_ne!(one, engine("S-1-5-22", "/one"));
        assert_ne!(one, pipe_name("S-1-5-21", Path::new("/one"), Role::Tray));
        assert!(engine(r"..\evil", "/one").starts_with(r"\\.\pipe\bellhop-___evil-"));
    }
}
