//! Why the config was not changed.

use bellhop_control::config::Problem;
use bellhop_control::edit::EditError;
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::Reply;
use bellhop_control::snapshot::ConfigProblem;

use crate::config::Unusable;

/// Nothing was changed, for this reason. None of it repeats a value of the config or a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// As the sentence says.
    Plain(Error),
    /// The config has problems as it is.
    Config(Vec<Problem>),
    /// What is wanted makes no sense, at these places of the config as it would be.
    Settings(Vec<Problem>),
}

impl Refused {
    /// The one thing that is wrong with what is wanted, where the config has no line for it.
    pub(super) fn setting(key: &str, message: &str) -> Refused {
        Refused::Settings(vec![Problem::at("", 1, key, message)])
    }

    pub(super) fn of(error: EditError, about: &str) -> Refused {
        match error {
            EditError::Before(problems) => Refused::Config(problems),
            EditError::After(problems) => Refused::Settings(problems),
            EditError::NoSuchLine => Error::new(Code::NoSuchLine, [("line", about)]).into(),
            EditError::NoSuchDevice => Error::new(Code::NoSuchDevice, [("device", about)]).into(),
            EditError::NoSuchNetwork => {
                Error::new(Code::NoSuchNetwork, [("network", about)]).into()
            }
        }
    }

    /// The whole in one sentence.
    pub fn error(&self) -> Error {
        let count = |problems: &[Problem]| [("count", problems.len().to_string())];
        match self {
            Refused::Plain(error) => error.clone(),
            Refused::Config(problems) => Error::new(Code::ConfigInvalid, count(problems)),
            Refused::Settings(problems) => Error::new(Code::SettingsInvalid, count(problems)),
        }
    }

    /// Place by place.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Refused::Plain(_) => &[],
            Refused::Config(problems) | Refused::Settings(problems) => problems,
        }
    }

    pub(crate) fn reply(&self) -> Reply {
        let details = |problem: &Problem| match self {
            // A form has fields and no lines.
            Refused::Settings(_) => problem.message.clone(),
            Refused::Plain(_) | Refused::Config(_) => problem.to_string(),
        };
        Reply::Refused {
            error: self.error(),
            state: None,
            details: self.problems().iter().map(details).collect(),
            problems: self.problems().iter().map(ConfigProblem::from).collect(),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Plain(error)
    }
}

impl From<Unusable> for Refused {
    fn from(unusable: Unusable) -> Refused {
        match unusable {
            Unusable::Unread(error) => Refused::Plain(error),
            Unusable::Problems(problems) => Refused::Config(problems),
        }
    }
}
