//! The file that a device's password is in gets another one, where nobody else is touched by it.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use crate::config;

/// Replaces what is in the file, which is its owner's alone from then on. A reader finds the old password or the new one; a file that is missing is made.
///
/// # Errors
/// What kind of file it is that it must be left alone.
pub(super) fn replace(path: &Path, password: &SecretString) -> Result<(), String> {
    let unwritable = |error: io::Error| format!("a file that can't be written ({error})");
    let old = match fs::symlink_metadata(path) {
        Ok(old) if old.is_symlink() => return Err("a file behind a link".to_owned()),
        Ok(old) if !old.is_file() => return Err("something that is no file".to_owned()),
        Ok(old) => Some(old),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(unwritable(error)),
    };
    // 0600 from its first moment.
    let mut file = tempfile::Builder::new()
        .prefix(".secret")
        .suffix(".new")
        .tempfile_in(config::directory(path))
        .map_err(unwritable)?;
    let ours = file.as_file().metadata().map_err(unwritable)?;
    if old.is_some_and(|old| !are_of_one_owner(&old, &ours)) {
        return Err("another user's file".to_owned());
    }
    file.write_all(password.expose_secret().as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.as_file().sync_all())
        .map_err(unwritable)?;
    file.persist(path)
        .map_err(|error| unwritable(error.error))?;
    Ok(())
}

#[cfg(unix)]
fn are_of_one_owner(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    one.uid() == other.uid()
}

#[cfg(not(unix))]
fn are_of_one_owner(_one: &Metadata, _other: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(path: &Path) -> Result<(), String> {
        super::replace(path, &SecretString::from("n3w"))
    }

    #[test]
    fn a_file_is_replaced_or_made_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        for _ in 0..2 {
            replace(&path).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "n3w\n");
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_its_owners_alone_whatever_it_was_before() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_file_or_nowhere_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let told = replace(directory.path()).unwrap_err();
        assert_eq!(told, "something that is no file");
        let told = replace(&directory.path().join("missing/secret")).unwrap_err();
        assert!(told.starts_with("a file that can't be written ("), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_what_it_leads_to_stay() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert_eq!(replace(&link).unwrap_err(), "a file behind a link");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "old");
    }
}
