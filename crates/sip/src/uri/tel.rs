//! tel URIs (RFC 3966).

use std::collections::BTreeMap;

use super::{Scheme, UriRef, escape};

/// `global-number-digits` or `local-number-digits`: at least one digit, visual separators, and the letters of local numbers.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let letters_too = digits.len() == text.len();
    digits.bytes().any(|byte| !is_separator(byte))
        && digits.bytes().all(|byte| {
            byte.is_ascii_digit()
                || is_separator(byte)
                || (letters_too && (byte.is_ascii_hexdigit() || matches!(byte, b'*' | b'#')))
        })
}

pub(super) fn number(uri: &UriRef<'_>) -> Option<String> {
    (uri.scheme() == Scheme::Tel).then(|| bare(uri.number().unwrap_or_default()))
}

/// RFC 3966 §4: the same number, the same parameters in any order; one parameter more on either side is a difference.
pub(super) fn equivalent(one: &UriRef<'_>, two: &UriRef<'_>) -> bool {
    number(one) == number(two) && params(one) == params(two)
}

fn params(uri: &UriRef<'_>) -> BTreeMap<String, Option<String>> {
    uri.params()
        .raw()
        .map(|param| {
            let name = param.name.to_ascii_lowercase();
            let value = param.value.map(|value| match name.as_str() {
                "ext" => bare(value),
                "phone-context" if value.starts_with('+') => bare(value),
                _ => escape::resolve(value).to_ascii_lowercase(),
            });
            (name, value)
        })
        .collect()
}

/// Without visual separators, in lower case.
fn bare(text: &str) -> String {
    text.bytes()
        .filter(|byte| !is_separator(*byte))
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'.' | b'(' | b')')
}
