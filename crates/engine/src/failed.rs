//! Why the engine did not start, or ended: an exit status and what stderr says.

use bellhop_control::error::{Code, Error};

/// The engine could not do what it was asked; the caller prints `lines` on stderr and exits with `exit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// 1: refused or failed. 2: usage or config error.
    pub exit: u8,
    /// What stderr says, one sentence or one problem a line; never a secret, never a value from the config.
    pub lines: Vec<String>,
}

impl Failed {
    /// The config is wrong; each line names the file, the line and the key.
    pub(crate) fn config(lines: Vec<String>) -> Failed {
        Failed { exit: 2, lines }
    }

    /// What the system says no to, where no code of the catalogue says it better.
    pub(crate) fn system(what: &str, error: &std::io::Error) -> Failed {
        Error::new(Code::Internal, [("why", format!("{what}: {error}"))]).into()
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        let of_config = matches!(
            error.code,
            Code::ConfigMissing | Code::ConfigUnreadable | Code::ConfigInvalid
        );
        Failed {
            exit: if of_config { 2 } else { 1 },
            lines: vec![error.message],
        }
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}

impl std::error::Error for Failed {}
