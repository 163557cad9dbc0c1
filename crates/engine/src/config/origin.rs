//! The file that the config comes from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bellhop_control::config::Problem;
use bellhop_control::error::{Code, Error};
use bellhop_control::places;
use bellhop_control::protocol::Reply;
use bellhop_control::snapshot::{Config, ConfigProblem};

use super::{Settings, resolve};
use crate::failed::Failed;

/// A larger file is no config.
const MAX_CONFIG: u64 = 1024 * 1024;

/// Where the config comes from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// Named by the person: it must be there.
    Named(PathBuf),
    /// The default place: missing there means no lines.
    Default(PathBuf),
}

/// Why a file is no config. None of it repeats a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It can't be read.
    Unread(Error),
    /// It makes no sense, in these places; never none.
    Problems(Vec<Problem>),
}

impl Origin {
    /// The file of `--config`, else the default place.
    ///
    /// # Errors
    /// Exit 1: there is no home directory.
    pub(crate) fn of(named: Option<&Path>) -> Result<Origin, Failed> {
        match named {
            Some(path) => Ok(Origin::Named(path.to_owned())),
            None => Ok(places::default_config().map(Origin::Default)?),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        let (Origin::Named(path) | Origin::Default(path)) = self;
        path
    }

    /// Reads the file and resolves it.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn load(&self) -> Result<Settings, Unusable> {
        let path = self.path();
        let shown = || ("path", path.display().to_string());
        let text = match (read(path), self) {
            (Ok(text), _) => text,
            (Err(error), Origin::Default(_)) if error.kind() == io::ErrorKind::NotFound => {
                return resolve("", &name(path), directory(path)).map_err(Unusable::Problems);
            }
            (Err(error), _) if error.kind() == io::ErrorKind::NotFound => {
                let error = Error::new(Code::ConfigMissing, [shown()]);
                return Err(Unusable::Unread(error));
            }
            (Err(error), _) => {
                let values = [shown(), ("why", error.to_string())];
                let error = Error::new(Code::ConfigUnreadable, values);
                return Err(Unusable::Unread(error));
            }
        };
        resolve(&text, &name(path), directory(path)).map_err(Unusable::Problems)
    }

    /// The config for the snapshot: in force, or not for this reason.
    pub(crate) fn shown(&self, unusable: Option<&Unusable>) -> Config {
        Config {
            file: self.path().display().to_string(),
            error: unusable.map(Unusable::error),
            problems: unusable.map(Unusable::problems).unwrap_or_default(),
        }
    }
}

impl Unusable {
    /// The whole in one sentence.
    pub(crate) fn error(&self) -> Error {
        match self {
            Unusable::Unread(error) => error.clone(),
            Unusable::Problems(problems) => {
                Error::new(Code::ConfigInvalid, [("count", problems.len().to_string())])
            }
        }
    }

    /// Place by place, for programs.
    pub(crate) fn problems(&self) -> Vec<ConfigProblem> {
        match self {
            Unusable::Unread(_) => Vec::new(),
            Unusable::Problems(problems) => problems.iter().map(ConfigProblem::from).collect(),
        }
    }

    /// For a view that asked for something that this is in the way of.
    pub(crate) fn refusal(&self) -> Reply {
        Reply::Refused {
            error: self.error(),
            state: None,
            details: self.lines(),
            problems: self.problems(),
        }
    }

    /// For the log, which holds no paths: they have users' names in them.
    pub(crate) fn logged(&self) -> String {
        match self {
            Unusable::Unread(error) => error.code.to_string(),
            Unusable::Problems(_) => self.lines().join("; "),
        }
    }

    /// For people: one sentence or problem a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        match self {
            Unusable::Unread(error) => vec![error.message.clone()],
            Unusable::Problems(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<Unusable> for Failed {
    fn from(unusable: Unusable) -> Failed {
        match unusable {
            Unusable::Unread(error) => error.into(),
            Unusable::Problems(_) => Failed::config(unusable.lines()),
        }
    }
}

/// The name of a config for problems.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map_or_else(
        || places::CONFIG.into(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The directory that a config lies in.
pub(crate) fn directory(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The text of a config.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > MAX_CONFIG {
        return Err(io::Error::other("it is too large"));
    }
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_no_lines_in_the_default_place_and_a_failure_where_it_was_named() {
        let missing = PathBuf::from("/nonexistent/config.toml");
        let settings = Origin::Default(missing.clone()).load().unwrap();
        assert!(settings.lines.is_empty() && !settings.home.enabled);
        let unusable = Origin::Named(missing).load().unwrap_err();
        assert_eq!(unusable.error().code, Code::ConfigMissing);
        assert_eq!(Failed::from(unusable).exit, 2);
    }

    #[test]
    fn what_is_shown_names_file_line_and_key_and_goes_with_the_problem() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        let text = "[[line]]\naor = \"sip:tina@company.test\"\nexpires = \"c4nary\"\n";
        fs::write(&path, text).unwrap();
        let origin = Origin::Named(path.clone());
        let unusable = origin.load().unwrap_err();
        assert!(unusable.lines()[0].starts_with("config.toml:3: expires: "));
        let shown = origin.shown(Some(&unusable));
        assert_eq!(shown.file, path.display().to_string());
        assert_eq!(
            shown.error.unwrap().message,
            "the config file has 1 problem"
        );
        let problem = &shown.problems[0];
        assert_eq!((problem.line, problem.key.as_deref()), (3, Some("expires")));
        assert!(!problem.message.contains("c4nary"));
        assert_eq!(origin.shown(None).error, None);
    }
}
