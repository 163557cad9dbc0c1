//! The config as a file: read whole, edited as text, replaced whole.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bellhop_control::error::{Code, Error};
use bellhop_control::places;

use crate::config;

/// A config file and its text.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// As it was named: what its paths are relative to.
    named: PathBuf,
    /// Where it is, links followed, so that replacing it does not replace a link.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

impl ConfigFile {
    /// The named config or the default one. A default one that is missing is empty; a named one is an error.
    ///
    /// # Errors
    /// [`Code::ConfigMissing`], [`Code::ConfigUnreadable`], or [`Code::StateDirUnknown`].
    pub fn existing(named: Option<PathBuf>) -> Result<ConfigFile, Error> {
        let must_exist = named.is_some();
        let path = named.map_or_else(places::default_config, Ok)?;
        match ConfigFile::read(path)? {
            (file, false) if must_exist => {
                let path = file.path.display().to_string();
                Err(Error::new(Code::ConfigMissing, [("path", path)]))
            }
            (file, _) => Ok(file),
        }
    }

    /// The named config or the default one; a missing one is empty.
    ///
    /// # Errors
    /// [`Code::ConfigUnreadable`], or [`Code::StateDirUnknown`].
    pub fn existing_or_new(named: Option<PathBuf>) -> Result<ConfigFile, Error> {
        let path = named.map_or_else(places::default_config, Ok)?;
        ConfigFile::read(path).map(|(file, _)| file)
    }

    /// The same file, with what stands in it now.
    ///
    /// # Errors
    /// [`Code::ConfigUnreadable`].
    pub(super) fn again(&self) -> Result<ConfigFile, Error> {
        ConfigFile::read(self.named.clone()).map(|(file, _)| file)
    }

    /// And whether it is there.
    fn read(named: PathBuf) -> Result<(ConfigFile, bool), Error> {
        let read = fs::canonicalize(&named).and_then(|path| Ok((config::read(&path)?, path)));
        match read {
            Ok((text, path)) => Ok((ConfigFile { named, path, text }, true)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let missing = ConfigFile {
                    path: end_of_links(&named),
                    text: String::new(),
                    named,
                };
                Ok((missing, false))
            }
            Err(error) => {
                let values = [
                    ("path", named.display().to_string()),
                    ("why", error.to_string()),
                ];
                Err(Error::new(Code::ConfigUnreadable, values))
            }
        }
    }

    /// The name for problems.
    pub fn name(&self) -> String {
        config::name(&self.named)
    }

    /// What relative paths in it are relative to.
    pub(super) fn directory(&self) -> &Path {
        config::directory(&self.named)
    }

    /// Replaces the file in one step, so that no reader ever sees half of it. Its mode stays; a new one is for its owner alone.
    ///
    /// # Errors
    /// [`Code::ConfigUnwritable`].
    pub(super) fn write(&self, text: &str) -> Result<(), Error> {
        self.replace(text).map_err(|error| {
            let values = [
                ("path", self.path.display().to_string()),
                ("why", error.to_string()),
            ];
            Error::new(Code::ConfigUnwritable, values)
        })
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let directory = config::directory(&self.path);
        make_private(directory)?;
        let mut file = tempfile::Builder::new()
            .prefix(".config")
            .suffix(".new")
            .tempfile_in(directory)?;
        file.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(&self.path) {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Where a link leads, even to what is missing: a file that comes there does not replace the link.
fn end_of_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many as Linux follows (path_resolution(7)).
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = config::directory(&path).join(target);
    }
    path
}

fn make_private(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_config_is_for_its_owner_alone_and_an_old_one_keeps_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/config.toml");
        let file = ConfigFile::existing_or_new(Some(path.clone())).unwrap();
        assert_eq!(file.text, "");
        file.write("# mine\n").unwrap();
        assert_eq!(
            ConfigFile::existing(Some(path.clone())).unwrap().text,
            "# mine\n"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            ConfigFile::existing(Some(path.clone()))
                .unwrap()
                .write("# yours\n")
                .unwrap();
            assert_eq!(mode(&path), 0o640);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_named_config_must_exist_where_it_is_only_read() {
        let failure = ConfigFile::existing(Some("/nonexistent/config.toml".into())).unwrap_err();
        assert_eq!(
            failure.message,
            "there is no config file /nonexistent/config.toml"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_config_stays_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real.toml"), dir.path().join("config.toml"));
        fs::write(&real, "").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        ConfigFile::existing(Some(link.clone()))
            .unwrap()
            .write("# new\n")
            .unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "# new\n");
        fs::remove_file(&real).unwrap();
        ConfigFile::existing_or_new(Some(link.clone()))
            .unwrap()
            .write("# again\n")
            .unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "# again\n");
    }
}
