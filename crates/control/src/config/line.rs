//! Reading `[[line]]` tables.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::field::{Field, PasswordRules, tables};
use super::{At, EXPIRES, NOT_IN_THIS_VERSION, PasswordSource, Reader, WrittenLine, id};

const KEYS: &str =
    "id, aor, registrar, outbound_proxy, auth_username, password, expires, user_agent";
const LINE_PASSWORD: PasswordRules = PasswordRules {
    command: "line password",
    from_environment: true,
};

pub(super) fn read_all(
    reader: &mut Reader<'_>,
    at: usize,
    value: &Spanned<DeValue<'_>>,
) -> Vec<WrittenLine> {
    let drafts = tables(reader, at, "line", value, read);
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
        let mut at = Field::of(reader, key, value);
        match at.key {
            "id" => id = at.name(),
            "aor" => {
                has_aor = true;
                aor = at.uri();
            }
            "registrar" => rest.registrar = at.uri(),
            "outbound_proxy" => rest.outbound_proxy = at.uri(),
            "auth_username" => rest.auth_username = at.text(),
            "password" => {
                if let Some(source) = at.password(&LINE_PASSWORD) {
                    rest.password = source;
                }
            }
            "expires" => rest.expires = at.number(EXPIRES, "seconds"),
            "user_agent" => rest.user_agent = at.text(),
            "tls_ca_file" | "register" | "ring" | "max_calls" | "srtp" | "emergency" => {
                at.refuse(NOT_IN_THIS_VERSION);
            }
            _ => at.unknown("[[line]]", KEYS),
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
