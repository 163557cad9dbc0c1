//! The config as a file: read whole, edited as text, replaced whole.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bellhop_control::edit::EditError;
use bellhop_control::error::{Code, Error};
use bellhop_control::places;

use crate::failure::Failure;

/// A config file and its text.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    /// Where it is, links followed, so that replacing it does not replace a link.
    pub(crate) path: PathBuf,
    /// What stands in it.
    pub(crate) text: String,
}

impl ConfigFile {
    /// The named config or the default one. A default one that is missing is empty; a named one is an error.
    pub(crate) fn existing(named: Option<PathBuf>) -> Result<ConfigFile, Failure> {
        let must_exist = named.is_some();
        let file = ConfigFile::read(named)?;
        match file {
            Read::There(file) => Ok(file),
            Read::Missing(path) if must_exist => {
                Err(Error::new(Code::ConfigMissing, [("path", path.display().to_string())]).into())
            }
            Read::Missing(path) => Ok(ConfigFile {
                path,
                text: String::new(),
            }),
        }
    }

    /// The named config or the default one; a missing one is empty.
    pub(crate) fn existing_or_new(named: Option<PathBuf>) -> Result<ConfigFile, Failure> {
        Ok(match ConfigFile::read(named)? {
            Read::There(file) => file,
            Read::Missing(path) => ConfigFile {
                path,
                text: String::new(),
            },
        })
    }

    fn read(named: Option<PathBuf>) -> Result<Read, Failure> {
        let path = named.map_or_else(places::default_config, Ok)?;
        match fs::canonicalize(&path).and_then(|path| {
            Ok(ConfigFile {
                text: fs::read_to_string(&path)?,
                path,
            })
        }) {
            Ok(file) => Ok(Read::There(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Read::Missing(path)),
            Err(error) => Err(Error::new(
                Code::ConfigUnreadable,
                [
                    ("path", path.display().to_string()),
                    ("why", error.to_string()),
                ],
            )
            .into()),
        }
    }

    /// The name for problems.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().map_or_else(
            || places::CONFIG.to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    /// Replaces the file in one step, so that no reader ever sees half of it. Its mode stays; a new one is for its owner alone.
    pub(crate) fn write(&self, text: &str) -> Result<(), Failure> {
        self.replace(text).map_err(|error| {
            Failure::refused(format!("{} can't be written: {error}", self.path.display()))
        })
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let directory = self
            .path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
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

enum Read {
    There(ConfigFile),
    Missing(PathBuf),
}

/// What an edit that was refused exits with.
pub(super) fn refusal(error: EditError, id: &str) -> Failure {
    match error {
        EditError::Problems(problems) => Failure::config(&problems),
        EditError::NoSuchLine => Error::new(Code::NoSuchLine, [("line", id)]).into(),
    }
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
            (failure.exit, failure.lines),
            (
                2,
                vec!["there is no config file /nonexistent/config.toml".to_owned()]
            )
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
    }
}
