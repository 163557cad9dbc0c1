//! One key with its value: reading it, and reporting what is wrong with it.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{At, NOT_IN_THIS_VERSION, PasswordSource, Reader, id, text};

/// Longest text of a value, in bytes: far over any URI in use.
const LONGEST: usize = 1024;

/// How a password is stored, and where it may be.
pub(super) struct PasswordRules {
    /// What stores one, without `bellhop`.
    pub(super) command: &'static str,
    /// A variable of the engine's environment may hold it.
    pub(super) from_environment: bool,
}

/// Reads every `[[name]]` table; what is written in another form is reported.
pub(super) fn tables<T>(
    reader: &mut Reader<'_>,
    at: usize,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    mut read: impl FnMut(&mut Reader<'_>, usize, &DeTable<'_>) -> Option<T>,
) -> Vec<T> {
    let key = name.rsplit('.').next().unwrap_or(name);
    let wrong = format!("must be written as [[{name}]], in double brackets");
    let Some(tables) = value.get_ref().as_array() else {
        reader.report(at, key, wrong);
        return Vec::new();
    };
    let mut found = Vec::new();
    for table in tables.iter() {
        let header = reader.line_of(table.span().start);
        match table.get_ref().as_table() {
            Some(table) => found.extend(read(reader, header, table)),
            None => reader.report(header, key, wrong.clone()),
        }
    }
    found
}

/// One key with its value.
pub(super) struct Field<'r, 'x, 't> {
    reader: &'r mut Reader<'t>,
    pub(super) line: usize,
    pub(super) key: &'x str,
    pub(super) value: &'x DeValue<'x>,
}

impl<'r, 'x, 't> Field<'r, 'x, 't> {
    pub(super) fn of(
        reader: &'r mut Reader<'t>,
        key: &'x Spanned<DeString<'x>>,
        value: &'x Spanned<DeValue<'x>>,
    ) -> Field<'r, 'x, 't> {
        Field {
            line: reader.line_of(key.span().start),
            reader,
            key: key.get_ref(),
            value: value.get_ref(),
        }
    }

    pub(super) fn refuse(&mut self, message: impl Into<String>) {
        self.reader.report(self.line, self.key, message);
    }

    /// For a key that is none of `keys`, which `table` has.
    pub(super) fn unknown(&mut self, table: &str, keys: &str) {
        let shown = text::shown_key(self.key);
        let message = format!("there is no such key in {table}; there are {keys}");
        self.reader.report(self.line, &shown, message);
    }

    pub(super) fn found<T>(&self, value: T) -> Option<At<T>> {
        Some(At {
            value,
            line: self.line,
        })
    }

    /// Text that is safe in a header and on a screen.
    pub(super) fn text(&mut self) -> Option<At<String>> {
        let Some(value) = self.value.as_str() else {
            self.refuse("must be a text in quotes");
            return None;
        };
        match wrong_with(value) {
            None => self.found(value.to_owned()),
            Some(wrong) => {
                self.refuse(wrong);
                None
            }
        }
    }

    /// Texts, each with the line on which it stands.
    pub(super) fn texts(&mut self) -> Vec<At<String>> {
        let Some(values) = self.value.as_array() else {
            self.refuse("must be a list of texts: [\"…\", \"…\"]");
            return Vec::new();
        };
        let mut found = Vec::new();
        for value in values.iter() {
            let line = self.reader.line_of(value.span().start);
            match value
                .get_ref()
                .as_str()
                .map(|text| (text, wrong_with(text)))
            {
                Some((text, None)) => found.push(At {
                    value: text.to_owned(),
                    line,
                }),
                Some((_, Some(wrong))) => self.refuse_at(line, wrong),
                None => self.refuse_at(line, "must be a list of texts: [\"…\", \"…\"]"),
            }
        }
        found
    }

    /// For one of the values of a list.
    pub(super) fn refuse_at(&mut self, line: usize, message: impl Into<String>) {
        self.reader.report(line, self.key, message);
    }

    /// Text that may be a URI; what asks for a later transport is refused here, all else is told by who knows SIP.
    pub(super) fn uri(&mut self) -> Option<At<String>> {
        let written = self.text()?;
        let lower = written.value.to_ascii_lowercase();
        let transport = lower
            .split([';', '?', '>'])
            .find_map(|part| part.strip_prefix("transport="));
        let later = match transport {
            _ if lower.starts_with("sips:") => Some("sips: (TLS)"),
            Some("tcp") => Some("transport=tcp"),
            Some("tls") => Some("transport=tls"),
            Some("ws") => Some("transport=ws"),
            Some("wss") => Some("transport=wss"),
            Some("sctp") => Some("transport=sctp"),
            Some(_) | None => None,
        };
        if let Some(what) = later {
            self.refuse(format!("{what}: {NOT_IN_THIS_VERSION}"));
            return None;
        }
        Some(written)
    }

    /// What a line, a device or a group is called.
    pub(super) fn name(&mut self) -> Option<At<String>> {
        let written = self.text()?;
        if id::is_id(&written.value) {
            return Some(written);
        }
        self.refuse(
            "must be up to 64 letters, digits, `.`, `_` or `-`, and begin with a letter or digit",
        );
        None
    }

    /// A whole number; `of` says what is counted.
    pub(super) fn number(&mut self, range: RangeInclusive<u32>, of: &str) -> Option<At<u32>> {
        let number = self
            .value
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        if let Some(number) = number.filter(|number| range.contains(number)) {
            return self.found(number);
        }
        let (least, most) = (range.start(), range.end());
        self.refuse(format!(
            "must be a whole number of {of} between {least} and {most}"
        ));
        None
    }

    pub(super) fn switch(&mut self) -> Option<At<bool>> {
        match self.value.as_bool() {
            Some(on) => self.found(on),
            None => {
                self.refuse("must be true or false");
                None
            }
        }
    }

    pub(super) fn password(&mut self, rules: &PasswordRules) -> Option<At<PasswordSource>> {
        let env = if rules.from_environment {
            ", or { env = \"…\" }"
        } else {
            ""
        };
        let wrong = match self.value {
            DeValue::Table(table) => match source(table) {
                Some(PasswordSource::Env(_)) if !rules.from_environment => one_of(rules),
                Some(source) => return self.found(source),
                None => one_of(rules),
            },
            DeValue::String(_) => format!(
                "clear text is not accepted: write {{ keyring = true }} and store it with `bellhop {}`, or {{ file = \"…\" }}{env}",
                rules.command
            ),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => one_of(rules),
        };
        self.refuse(wrong);
        None
    }
}

fn one_of(rules: &PasswordRules) -> String {
    let rest = if rules.from_environment {
        ", { file = \"…\" } and { env = \"…\" }"
    } else {
        " and { file = \"…\" }"
    };
    format!("must be exactly one of {{ keyring = true }}{rest}")
}

fn wrong_with(value: &str) -> Option<&'static str> {
    match value {
        _ if value.trim().is_empty() => Some("must not be empty; leave the key out instead"),
        _ if value.len() > LONGEST => Some("is too long"),
        _ if value.chars().any(char::is_control) => {
            Some("must not have line ends or control characters")
        }
        _ => None,
    }
}

fn source(table: &DeTable<'_>) -> Option<PasswordSource> {
    let mut entries = table.iter();
    let (key, value) = entries.next()?;
    if entries.next().is_some() {
        return None;
    }
    let usable = |text: &str| {
        !text.is_empty() && text.len() <= LONGEST && !text.chars().any(char::is_control)
    };
    let name: &str = key.get_ref();
    match (name, value.get_ref()) {
        ("keyring", DeValue::Boolean(true)) => Some(PasswordSource::Keyring),
        ("file", DeValue::String(path)) if usable(path) => {
            Some(PasswordSource::File(path.as_ref().into()))
        }
        ("env", DeValue::String(variable)) if usable(variable) && !variable.contains('=') => {
            Some(PasswordSource::Env(variable.clone().into_owned()))
        }
        _ => None,
    }
}
