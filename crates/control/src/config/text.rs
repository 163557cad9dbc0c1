//! What of a file may be repeated in a problem: keys, and the parser's own words. Never a value.

/// Every key that a config of any version may have; only these are repeated from a line that is no TOML.
const KNOWN_KEYS: &[&str] = &[
    "id",
    "aor",
    "registrar",
    "outbound_proxy",
    "auth_username",
    "password",
    "expires",
    "user_agent",
    "tls_ca_file",
    "register",
    "ring",
    "max_calls",
    "srtp",
    "emergency",
    "enabled",
    "domain",
    "listen",
    "digest",
    "min_expires",
    "max_contacts",
    "certificate",
    "requests_per_second",
    "gateway_mac",
    "subnet",
    "name",
    "extension",
    "members",
    "strategy",
];

/// A key as it may be shown: one line, not too long.
pub(super) fn shown_key(key: &str) -> String {
    let shown: String = key
        .chars()
        .take(40)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    if shown.len() < key.len() {
        shown + "…"
    } else {
        shown
    }
}

/// The key at the start of a line of text, if it is one of ours.
pub(super) fn known_key_of(line: &str) -> Option<&'static str> {
    let (before, _) = line.split_once('=')?;
    KNOWN_KEYS.iter().copied().find(|key| *key == before.trim())
}

/// The parser's message without anything between backquotes, where it repeats what stood in the file unless it is punctuation.
pub(super) fn without_quotes_of_the_file(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    for (place, part) in message.split('`').enumerate() {
        let quoted = place % 2 == 1;
        if !quoted {
            shown.push_str(part);
        } else if part.chars().any(char::is_alphanumeric) {
            shown.push('…');
        } else {
            shown.extend(['`'].into_iter().chain(part.chars()).chain(['`']));
        }
    }
    shown.replace('\n', ", ")
}
