//! What no log above DEBUG may hold: addresses, and whom a line belongs to.
//!
//! A log is `bellhop.log` and what `bellhop run` says on stderr. The latter may name files, and lines and keys of a config, but repeats no value of it either. What other
//! commands say (`status`, `check`, `trace`, `line`) answers the person who asked, and names numbers and addresses freely.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::thread;

use serde_json::Value;

use crate::registrar::{NONCE, REALM};

/// A shorter word would be found in any sentence.
const SHORTEST: usize = 3;
/// What a sentence gives as an example is nobody's.
const EXAMPLES: [&str; 2] = ["sip:tina@example.com", "sip:pbx.example.com"];
/// Schemes of URIs that lead to somebody.
const SCHEMES: [&str; 4] = ["sip:", "sips:", "tel:", "urn:uuid:"];

/// What a text is searched for, beside addresses and URIs.
#[derive(Clone, Debug)]
pub struct Private {
    words: BTreeSet<String>,
}

impl Default for Private {
    fn default() -> Private {
        let words = [NONCE, REALM, crate::engine::PASSWORD];
        Private {
            words: words.map(str::to_owned).into(),
        }
    }
}

impl Private {
    /// And this.
    #[must_use]
    pub fn and(mut self, word: &str) -> Private {
        if word.len() >= SHORTEST {
            self.words.insert(word.to_owned());
        }
        self
    }

    /// And all values of a config that tell somebody: users, numbers, hosts, passwords in files beside it.
    #[must_use]
    pub fn and_config(mut self, file: &Path) -> Private {
        let text = fs::read_to_string(file).unwrap_or_default();
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let mut quoted = value.split('"').skip(1).step_by(2);
            let Some(value) = quoted.next() else { continue };
            match key.trim() {
                "aor" | "registrar" | "outbound_proxy" => {
                    let bare = SCHEMES.iter().find_map(|scheme| value.strip_prefix(scheme));
                    for part in bare.unwrap_or(value).split(['@', ';', '?']) {
                        // Addresses are found anyhow, and `company:5060` is `company` wherever it is said.
                        self = self.and(part.rsplit_once(':').map_or(part, |(host, _)| host));
                    }
                }
                "auth_username" => self = self.and(value),
                "password" => {
                    let beside = file.parent().unwrap_or(Path::new("."));
                    let secret = fs::read_to_string(beside.join(value)).unwrap_or_default();
                    self = self.and(secret.trim_end());
                }
                _ => {}
            }
        }
        self
    }

    /// And the identities that an engine keeps in its state directory: Call-IDs, Contacts, realms.
    #[must_use]
    pub fn and_state(mut self, state_dir: &Path) -> Private {
        let text = fs::read_to_string(state_dir.join("instance")).unwrap_or_default();
        let kept: Value = serde_json::from_str(&text).unwrap_or_default();
        let mut words = Vec::new();
        for place in kept
            .pointer("/lines")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            for key in ["aor", "identity"] {
                strings(place.get(key).unwrap_or(&Value::Null), &mut words);
            }
        }
        for word in words {
            self = self.and(&word);
        }
        self
    }

    /// Whatever of it is in `text`, with the line that it is in.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Vec<String> {
        let without_examples = |line: &str| {
            EXAMPLES
                .iter()
                .fold(line.to_owned(), |line, example| line.replace(example, "…"))
        };
        text.lines()
            .map(without_examples)
            .flat_map(|line| {
                let words = self.words.iter().filter(|word| has_word(&line, word));
                let found = words.cloned().chain(addresses(&line)).chain(uris(&line));
                let told = found.map(|what| format!("{what} in: {line}"));
                told.collect::<Vec<String>>()
            })
            .collect()
    }
}

/// All that is wrong with the logs of an engine on `state_dir`, whose stderr is in the file `stderr`.
#[must_use]
pub fn leaks(private: &Private, state_dir: &Path, stderr: &Path) -> Vec<String> {
    let files = [
        state_dir.join("bellhop.log"),
        state_dir.join("bellhop.log.1"),
        stderr.to_owned(),
    ];
    files
        .iter()
        // An engine that did not begin has none.
        .filter_map(|file| {
            Some((
                file,
                String::from_utf8_lossy(&fs::read(file).ok()?).into_owned(),
            ))
        })
        .flat_map(|(file, text)| {
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            private
                .found_in(&text)
                .into_iter()
                .map(move |leak| format!("{name}: {leak}"))
        })
        .collect()
}

/// Looks through the logs of the engine whose config, `state` and `err` are in `directory`; called where a test ends. A test that fails already says why, and another
/// panic would end the whole program.
///
/// # Panics
/// With all that is in them and must not be.
pub fn assert_clean(directory: &Path) {
    let state_dir = directory.join("state");
    let private = Private::default()
        .and_config(&directory.join("config.toml"))
        .and_state(&state_dir);
    if !thread::panicking() {
        let found = leaks(&private, &state_dir, &directory.join("err"));
        assert!(found.is_empty(), "private in a log: {}", found.join("\n"));
    }
}

fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, into)),
        Value::Object(values) => values.values().for_each(|value| strings(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `word` stands in `line`, and is not a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let apart = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (line.get(..at), line.get(at + word.len()..));
        apart(before.and_then(|text| text.chars().next_back()))
            && apart(after.and_then(|text| text.chars().next()))
    })
}

fn uris(line: &str) -> Vec<String> {
    let found = SCHEMES.iter().filter(|scheme| has_start(line, scheme));
    found.map(|scheme| format!("a {scheme} URI")).collect()
}

/// `scheme` begins a word that goes on after it.
fn has_start(line: &str, scheme: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    lower.match_indices(scheme).any(|(at, _)| {
        let before = lower.get(..at).and_then(|text| text.chars().next_back());
        let after = lower
            .get(at + scheme.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(char::is_alphanumeric) && after.is_some_and(|c| !c.is_whitespace())
    })
}

/// IP addresses, with or without port, prefix, brackets or zone.
fn addresses(line: &str) -> Vec<String> {
    let mut found: Vec<String> = line
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '_')))
        .filter_map(|word| {
            word.trim_matches(['.', '_'])
                .parse::<IpAddr>()
                .ok()
                .or_else(|| before_colon(word))
        })
        .map(|address| address.to_string())
        .collect();
    // Four numbers with dots are one wherever they stand: `ip-192.0.2.1`, `u1@192.0.2.1:5060`.
    found.extend(
        line.split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .filter_map(|word| word.trim_matches('.').parse::<Ipv4Addr>().ok())
            .map(|address| address.to_string()),
    );
    found.sort();
    found.dedup();
    found
}

/// The address of `fe80::1:` at the end of a clause; one with a port is in brackets, which part it from that.
fn before_colon(word: &str) -> Option<IpAddr> {
    word.strip_suffix(':')?.parse().ok()
}

#[cfg(test)]
mod tests;
