//! The config as the person wrote it: which keys there are, what may stand there, and where in the file it stood.
//!
//! What it means on this machine is the engine's matter. It reports what it finds (a URI that is none, a file that is missing) as [`Problem`] at the line of the
//! value, with [`Written::problem`]. No problem ever repeats a value: it might be a password.

use std::fmt;
use std::ops::{Deref, RangeInclusive};
use std::path::PathBuf;

use toml::de::DeTable;

mod device;
mod field;
mod home;
mod id;
mod line;
mod listen;
mod text;

pub use device::{Strategy, WrittenDevice, WrittenGroup};
pub use home::{
    Digest, MAX_CONTACTS, MIN_EXPIRES, REQUESTS_PER_SECOND, WrittenCertificate, WrittenHome,
    WrittenNetwork, mac_text,
};
pub use listen::{DEFAULT_PORT, ListenAt, ListenOn, Transport};

/// Seconds that `expires` may ask for: under a minute a laptop asleep for a moment is lost, over a week a stale binding outlives every absence.
pub const EXPIRES: RangeInclusive<u32> = 60..=604_800;
/// Seconds of `expires` where the config says nothing.
pub const DEFAULT_EXPIRES: u32 = 3600;

/// A config file that makes sense as far as can be told without SIP and without looking at this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file's name, without directories.
    pub file: String,
    /// The `[[line]]` tables in their order.
    pub lines: Vec<WrittenLine>,
    /// The `[home]` table.
    pub home: WrittenHome,
    /// The `[[device]]` tables in their order.
    pub devices: Vec<WrittenDevice>,
    /// The `[[group]]` tables in their order.
    pub groups: Vec<WrittenGroup>,
}

/// A value and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// What stood there.
    pub value: T,
    /// Line of the file, counted from 1.
    pub line: usize,
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A `[[line]]` table. URIs are text here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenLine {
    /// Line of the file where the table begins.
    pub line: usize,
    /// Unique among the lines; made from the AOR's user where the file has none.
    pub id: At<String>,
    /// The address-of-record.
    pub aor: At<String>,
    /// Where to register, if not at the AOR's domain.
    pub registrar: Option<At<String>>,
    /// Where to send instead.
    pub outbound_proxy: Option<At<String>>,
    /// Who logs in, if not the AOR's user.
    pub auth_username: Option<At<String>>,
    /// Where the password is; the keyring where the file says nothing.
    pub password: At<PasswordSource>,
    /// Seconds to ask for, within [`EXPIRES`].
    pub expires: Option<At<u32>>,
    /// What to say as User-Agent.
    pub user_agent: Option<At<String>>,
}

/// Where a password is. Never the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// In this account's keyring: service `bellhop`, user the AOR or `device:NAME`.
    Keyring,
    /// The content of a file; relative to the config's directory.
    File(PathBuf),
    /// The content of an environment variable of the engine.
    Env(String),
}

/// What is wrong with a config, and where. Displays as `config.toml:LINE: KEY: …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name, without directories.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The key in question; none where the file is no TOML.
    pub key: Option<String>,
    /// What is wrong and what would be right, without the value.
    pub message: String,
}

impl Problem {
    /// A problem with `key` at `line` of `file`.
    pub fn at(file: &str, line: usize, key: &str, message: impl Into<String>) -> Problem {
        Problem {
            file: file.to_owned(),
            line,
            key: Some(key.to_owned()),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Written {
    /// Reads the text of a config. `file` is its name for the problems; directories are left out of them.
    ///
    /// # Errors
    /// All problems that can be told at once, in the order of the file; never none.
    pub fn parse(text: &str, file: &str) -> Result<Written, Vec<Problem>> {
        let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let mut reader = Reader {
            file,
            text,
            line_starts: line_starts(text),
            problems: Vec::new(),
        };
        let mut written = Written {
            file: file.to_owned(),
            lines: Vec::new(),
            home: WrittenHome::default(),
            devices: Vec::new(),
            groups: Vec::new(),
        };
        match DeTable::parse(text) {
            Ok(document) => reader.read_document(document.get_ref(), &mut written),
            Err(error) => reader.report_syntax(&error),
        }
        let Reader { mut problems, .. } = reader;
        if problems.is_empty() {
            Ok(written)
        } else {
            problems.sort_by_key(|problem| problem.line);
            Err(problems)
        }
    }

    /// A problem with `key` at `line` of this file.
    pub fn problem(&self, line: usize, key: &str, message: impl Into<String>) -> Problem {
        Problem::at(&self.file, line, key, message)
    }
}

/// Reads one file and gathers its problems.
struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    /// Where each line begins, for [`Reader::line_of`].
    line_starts: Vec<usize>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn read_document(&mut self, document: &DeTable<'_>, into: &mut Written) {
        for (key, value) in document {
            let name: &str = key.get_ref();
            let at = self.line_of(key.span().start);
            match name {
                "line" => into.lines = line::read_all(self, at, value),
                "home" => into.home = home::read(self, at, value),
                "device" => into.devices = device::read_devices(self, at, value),
                "group" => into.groups = device::read_groups(self, at, value),
                _ => self.report(
                    at,
                    &text::shown_key(name),
                    "there is no such key here; a file consists of [[line]], [home], [[device]] and [[group]] tables",
                ),
            }
        }
        device::report_clashes(self, &into.devices, &into.groups);
    }

    fn report(&mut self, line: usize, key: &str, message: impl Into<String>) {
        self.problems
            .push(Problem::at(self.file, line, key, message));
    }

    fn report_syntax(&mut self, error: &toml::de::Error) {
        let start = error.span().map_or(0, |span| span.start);
        let line = self.line_of(start);
        let key = self.text.lines().nth(line - 1).and_then(text::known_key_of);
        let message = format!(
            "this is not TOML: {}",
            text::without_quotes_of_the_file(error.message())
        );
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line,
            key: key.map(str::to_owned),
            message,
        });
    }

    /// Line of a byte of the text, counted from 1. A byte past the last newline of the text belongs to the last line that has something on it.
    fn line_of(&self, offset: usize) -> usize {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        line.max(1)
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let mut start = 0;
    let lines = text.split_inclusive('\n');
    lines
        .map(|line| {
            let this = start;
            start += line.len();
            this
        })
        .collect()
}

/// What is said of a key or value that a later version will know.
const NOT_IN_THIS_VERSION: &str = "not in this version";

#[cfg(test)]
mod tests;
