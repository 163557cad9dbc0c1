//! Reading `[[line]]` tables.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{At, EXPIRES, NOT_IN_THIS_VERSION, PasswordSource, Reader, WrittenLine, id, text};

const KEYS: &str =
    "id, aor, registrar, outbound_proxy, auth_username, password, expires, user_agent";
const CLEAR_TEXT: &str = "clear text is not accepted: write { keyring = true } and store it with `bellhop line password`, or { file = \"…\" }, or { env = \"…\" }";
const PASSWORD_TABLE: &str =
    "must be exactly one of { keyring = true }, { file = \"…\" } and { env = \"…\" }";

/// Longest text of a value, in bytes: far over any URI in use.
const LONGEST: usize = 1024;

pub(super) fn read_all(
    reader: &mut Reader<'_>,
    at: usize,
    value: &Spanned<DeValue<'_>>,
) -> Vec<WrittenLine> {
    let Some(tables) = value.get_ref().as_array() else {
        reader.report(
            at,
            "line",
            "must be written as [[line]], in double brackets",
        );
        return Vec::new();
    };
    let mut drafts = Vec::new();
    for table in tables.iter() {
        let header = reader.line_of(table.span().start);
        match table.get_ref().as_table() {
            Some(table) => drafts.extend(read(reader, header, table)),
            None => reader.report(
                header,
                "line",
                "must be written as [[line]], in double brackets",
            ),
        }
    }
    report_twins(reader, &drafts);
    with_ids(reader, drafts)
}

/// Two lines of one address at one registrar take each other's binding for a leftover of their own and remove it.
fn report_twins(reader: &mut Reader<'_>, drafts: &[Draft]) {
    for (place, draft) in drafts.iter().enumerate() {
        let where_to = |draft: &Draft| {
            // Hosts have no case, users do (RFC 3261 §19.1.4).
            let text = |at: &At<String>| match at.value.trim().rsplit_once('@') {
                Some((user, host)) => format!("{user}@{}", host.to_ascii_lowercase()),
                None => at.value.trim().to_ascii_lowercase(),
            };
            let WrittenLine { aor, registrar, .. } = &draft.rest;
            (text(aor), registrar.as_ref().map(text))
        };
        let mut before = drafts.iter().take(place);
        if before.any(|other| where_to(other) == where_to(draft)) {
            reader.report(
                draft.rest.aor.line,
                "aor",
                "another line has the same address at the same registrar",
            );
        }
    }
}

/// A line whose id may still have to be made, once all written ones are known.
struct Draft {
    id: Option<At<String>>,
    rest: WrittenLine,
}

fn with_ids(reader: &mut Reader<'_>, drafts: Vec<Draft>) -> Vec<WrittenLine> {
    let mut taken: Vec<String> = Vec::new();
    for id in drafts.iter().filter_map(|draft| draft.id.as_ref()) {
        if taken.contains(&id.value) {
            reader.report(id.line, "id", "another line has the same id");
        }
        taken.push(id.value.clone());
    }
    let finish = |draft: Draft| {
        let id = draft.id.unwrap_or_else(|| {
            let made = id::from_aor(&draft.rest.aor.value, &taken);
            taken.push(made.clone());
            At {
                value: made,
                line: draft.rest.line,
            }
        });
        WrittenLine { id, ..draft.rest }
    };
    drafts.into_iter().map(finish).collect()
}

/// Reads one table; `None` where nothing can be said of it without its AOR, which is reported.
fn read(reader: &mut Reader<'_>, header: usize, table: &DeTable<'_>) -> Option<Draft> {
    let mut id = None;
    let mut aor = None;
    let mut rest = WrittenLine {
        line: header,
        id: At {
            value: String::new(),
            line: header,
        },
        aor: At {
            value: String::new(),
            line: header,
        },
        registrar: None,
        outbound_proxy: None,
        auth_username: None,
        password: At {
            value: PasswordSource::Keyring,
            line: header,
        },
        expires: None,
        user_agent: None,
    };
    let mut has_aor = false;
    for (key, value) in table {
        let name: &str = key.get_ref();
        let mut at = Field {
            line: reader.line_of(key.span().start),
            reader: &mut *reader,
            key: name,
            value: value.get_ref(),
        };
        match name {
            "id" => id = at.id(),
            "aor" => {
                has_aor = true;
                aor = at.uri();
            }
            "registrar" => rest.registrar = at.uri(),
            "outbound_proxy" => rest.outbound_proxy = at.uri(),
            "auth_username" => rest.auth_username = at.text(),
            "password" => {
                if let Some(source) = at.password() {
                    rest.password = source;
                }
            }
            "expires" => rest.expires = at.expires(),
            "user_agent" => rest.user_agent = at.text(),
            "tls_ca_file" | "register" | "ring" | "max_calls" | "srtp" | "emergency" => {
                at.refuse(NOT_IN_THIS_VERSION);
            }
            _ => {
                let (line, shown) = (at.line, text::shown_key(name));
                reader.report(
                    line,
                    &shown,
                    format!("there is no such key in [[line]]; there are {KEYS}"),
                );
            }
        }
    }
    if !has_aor {
        reader.report(
            header,
            "aor",
            "is missing: the number to register, as \"sip:tina@example.com\"",
        );
    }
    Some(Draft {
        id,
        rest: WrittenLine { aor: aor?, ..rest },
    })
}

/// One key with its value, and where to report what is wrong with it.
struct Field<'r, 'x, 't> {
    reader: &'r mut Reader<'t>,
    line: usize,
    key: &'x str,
    value: &'x DeValue<'x>,
}

impl Field<'_, '_, '_> {
    fn refuse(&mut self, message: impl Into<String>) {
        self.reader.report(self.line, self.key, message);
    }

    fn found<T>(&self, value: T) -> Option<At<T>> {
        Some(At {
            value,
            line: self.line,
        })
    }

    /// Text that is safe in a header and on a screen.
    fn text(&mut self) -> Option<At<String>> {
        let Some(value) = self.value.as_str() else {
            self.refuse("must be a text in quotes");
            return None;
        };
        let wrong = match value {
            _ if value.trim().is_empty() => "must not be empty; leave the key out instead",
            _ if value.len() > LONGEST => "is too long",
            _ if value.chars().any(char::is_control) => {
                "must not have line ends or control characters"
            }
            _ => return self.found(value.to_owned()),
        };
        self.refuse(wrong);
        None
    }

    /// Text that may be a URI; what asks for a later transport is refused here, all else is told by who knows SIP.
    fn uri(&mut self) -> Option<At<String>> {
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

    fn id(&mut self) -> Option<At<String>> {
        let written = self.text()?;
        if id::is_id(&written.value) {
            return Some(written);
        }
        self.refuse(
            "must be up to 64 letters, digits, `.`, `_` or `-`, and begin with a letter or digit",
        );
        None
    }

    fn expires(&mut self) -> Option<At<u32>> {
        let message = format!(
            "must be a whole number of seconds between {} and {}",
            EXPIRES.start(),
            EXPIRES.end()
        );
        let seconds = self
            .value
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        if let Some(seconds) = seconds.filter(|seconds| EXPIRES.contains(seconds)) {
            return self.found(seconds);
        }
        self.refuse(message);
        None
    }

    fn password(&mut self) -> Option<At<PasswordSource>> {
        let wrong = match self.value {
            DeValue::Table(table) => match source(table) {
                Some(source) => return self.found(source),
                None => PASSWORD_TABLE,
            },
            DeValue::String(_) => CLEAR_TEXT,
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => PASSWORD_TABLE,
        };
        self.refuse(wrong);
        None
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
