//! Why the engine did not start, or ended: an exit status and what stderr says.

/// The engine could not do what it was asked; the caller prints `lines` on stderr and exits with `exit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// 1: refused or failed. 2: usage or config error.
    pub exit: u8,
    /// What stderr says, one sentence or one problem a line; never a secret, never a value from the config.
    pub lines: Vec<String>,
}

impl Failed {
    /// Something on this machine is in the way.
    pub(crate) fn refused(line: impl Into<String>) -> Failed {
        Failed {
            exit: 1,
            lines: vec![line.into()],
        }
    }

    /// The config is wrong; each line names the file, the line and the key.
    pub(crate) fn config(lines: Vec<String>) -> Failed {
        Failed { exit: 2, lines }
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}

impl std::error::Error for Failed {}
