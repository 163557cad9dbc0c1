//! Why a command did not do what was asked, ready to be said.

use bellhop_control::config::Problem;
use bellhop_control::error::{Code, Error};
use bellhop_engine::lines::Refused;

/// What stderr says, and the exit status.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// 1: refused or failed. 2: usage or config error.
    pub(crate) exit: u8,
    /// One sentence or problem a line.
    pub(crate) lines: Vec<String>,
}

impl Failure {
    /// Refused or failed.
    pub(crate) fn refused(sentence: impl Into<String>) -> Failure {
        Failure {
            exit: 1,
            lines: vec![sentence.into()],
        }
    }

    /// Wrong use, or a wrong config.
    pub(crate) fn usage(sentence: impl Into<String>) -> Failure {
        Failure {
            exit: 2,
            lines: vec![sentence.into()],
        }
    }

    /// A config with problems.
    pub(crate) fn config(problems: &[Problem]) -> Failure {
        Failure {
            exit: 2,
            lines: problems.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Failure {
    /// What makes no sense is told by the word that said it: `options` has the word for each key of the config.
    pub(crate) fn of_options(refused: Refused, options: &[(&str, &str)]) -> Failure {
        let Refused::Settings(problems) = &refused else {
            return refused.into();
        };
        let said = |problem: &Problem| {
            let key = problem.key.as_deref();
            let mut options = options.iter();
            match options.find(|(name, _)| Some(*name) == key) {
                Some((_, option)) => format!("{option}: {}", problem.message),
                None => problem.to_string(),
            }
        };
        Failure {
            exit: 2,
            lines: problems.iter().map(said).collect(),
        }
    }

    /// The same where a password was to be stored.
    pub(crate) fn not_stored(refused: Refused, options: &[(&str, &str)]) -> Failure {
        let without_keyring = refused.error().code == Code::SecretUnavailable;
        let mut failure = Failure::of_options(refused, options);
        if without_keyring {
            failure.lines.push(
                "on a machine without one, leave the password in a file of your own: --password-file FILE"
                    .to_owned(),
            );
        }
        failure
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let exit = if matches!(
            error.code,
            Code::ConfigMissing
                | Code::ConfigUnreadable
                | Code::ConfigInvalid
                | Code::NotInThisVersion
        ) {
            2
        } else {
            1
        };
        Failure {
            exit,
            lines: vec![error.message],
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Failure {
        match &refused {
            Refused::Plain(error) => error.clone().into(),
            Refused::Config(problems) | Refused::Settings(problems) => Failure::config(problems),
        }
    }
}

impl From<bellhop_engine::Failed> for Failure {
    fn from(failed: bellhop_engine::Failed) -> Failure {
        Failure {
            exit: failed.exit,
            lines: failed.lines,
        }
    }
}
