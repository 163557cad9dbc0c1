//! Takes secrets out of a SIP message before anybody may see it.

use bellhop_control::protocol::CUT;

/// Header fields that carry a challenge or its answer, with the parameters of the digest scheme that are taken out. Of other schemes nothing is kept but their name.
const HEADERS: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "www-authenticate",
    "proxy-authenticate",
    INFO,
];
/// The one of them that names no scheme.
const INFO: &str = "authentication-info";
const PARAMETERS: [&str; 5] = ["response", "nonce", "cnonce", "nextnonce", "rspauth"];
/// SDP attributes that are keys (RFC 4568, RFC 4567, RFC 8839).
const ATTRIBUTES: [&str; 4] = ["a=crypto:", "a=key-mgmt:", "a=ice-pwd:", "k="];
/// What stands in their place.
const MASK: &str = "…";
/// A message longer than this is cut: the trace is for reading.
const LONGEST: usize = 8192;

/// The message as text, secrets masked and control characters escaped.
pub(super) fn masked(message: &[u8]) -> String {
    let cut = message.get(..LONGEST).unwrap_or(message);
    let text = String::from_utf8_lossy(cut);
    let mut out = String::with_capacity(text.len());
    let mut field = Field::Harmless;
    for line in text.split_inclusive('\n') {
        let folded = line.starts_with([' ', '\t']);
        if !folded {
            field = Field::of(line);
        }
        field = field.with_scheme(line, folded);
        if matches!(field, Field::Schemeless | Field::Digest) {
            mask_parameters(line, &mut out);
        } else if field == Field::OtherScheme {
            mask_all(line, folded, &mut out);
        } else if let Some(attribute) = ATTRIBUTES
            .iter()
            .find(|attribute| starts_with(line, attribute))
        {
            out.push_str(attribute);
            out.push_str(MASK);
            out.push_str(if line.ends_with("\r\n") { "\r\n" } else { "\n" });
        } else {
            escape(line, &mut out);
        }
    }
    if cut.len() < message.len() {
        out.push_str(CUT);
    }
    out
}

/// What the header field may hold that the line, or the folded one, belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Harmless,
    /// Its scheme has not come yet.
    Schemeless,
    Digest,
    OtherScheme,
}

impl Field {
    fn of(line: &str) -> Field {
        let name = line.split_once(':').map_or("", |(name, _)| name).trim();
        if !HEADERS
            .iter()
            .any(|header| header.eq_ignore_ascii_case(name))
        {
            Field::Harmless
        } else if name.eq_ignore_ascii_case(INFO) {
            Field::Digest
        } else {
            Field::Schemeless
        }
    }

    /// The scheme is the first word, be it on a folded line.
    fn with_scheme(self, line: &str, folded: bool) -> Field {
        match (self, value(line, folded).split_whitespace().next()) {
            (Field::Schemeless, Some(scheme)) if scheme.eq_ignore_ascii_case("digest") => {
                Field::Digest
            }
            (Field::Schemeless, Some(_)) => Field::OtherScheme,
            (field, _) => field,
        }
    }
}

fn value(line: &str, folded: bool) -> &str {
    match line.split_once(':') {
        Some((_, value)) if !folded => value,
        _ => line,
    }
}

/// Keeps the name and the scheme.
fn mask_all(line: &str, folded: bool, out: &mut String) {
    let value = value(line, folded);
    let (name, _) = line.split_at(line.len() - value.len());
    escape(name, out);
    match value.split_whitespace().next() {
        Some(scheme) if !folded => {
            out.push(' ');
            escape(scheme, out);
            out.extend([" \"", MASK, "\""]);
        }
        _ => out.extend([" \"", MASK, "\""]),
    }
    out.push_str(if line.ends_with("\r\n") { "\r\n" } else { "\n" });
}

fn starts_with(line: &str, prefix: &str) -> bool {
    line.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Masks the values of [`PARAMETERS`]; what can't be told apart (a quote that never ends) is masked to the line's end.
fn mask_parameters(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(equals) = rest.find('=') {
        let (before, after) = rest.split_at(equals);
        let after = after.get(1..).unwrap_or_default();
        let name = before
            .rsplit([',', ' ', '\t', ':', ';'])
            .find(|word| !word.is_empty())
            .unwrap_or_default();
        let value = value_length(after);
        let (value, next) = after.split_at(value);
        escape(before, out);
        out.push('=');
        if PARAMETERS
            .iter()
            .any(|parameter| parameter.eq_ignore_ascii_case(name))
        {
            out.extend(["\"", MASK, "\""]);
        } else {
            escape(value, out);
        }
        rest = next;
    }
    escape(rest, out);
}

/// Bytes of a value: white space, then a quoted string with its escapes or everything up to a separator.
fn value_length(text: &str) -> usize {
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let value = text.get(start..).unwrap_or_default();
    if let Some(quoted) = value.strip_prefix('"') {
        let mut escaped = false;
        for (at, character) in quoted.char_indices() {
            match character {
                '"' if !escaped => return start + 1 + at + 1,
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        return text.trim_end_matches(['\r', '\n']).len();
    }
    start
        + value
            .find([',', ' ', '\t', '\r', '\n'])
            .unwrap_or(value.len())
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '\r' | '\n' | '\t' => out.push(character),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_lose_nonce_cnonce_and_response_and_keep_the_rest() {
        let text = masked(
            b"REGISTER sip:example.com SIP/2.0\r\nAuthorization: Digest username=\"tina\", realm=\"r\", nonce=\"n0nce/+=1\", uri=\"sip:example.com\",response=\"deadbeef\", cnonce=\"c\\\"n\", nc=00000001\r\nTo: <sip:tina@example.com>\r\n\r\n",
        );
        for secret in ["n0nce", "deadbeef", "c\\\"n"] {
            assert!(!text.contains(secret), "{text}");
        }
        for kept in [
            "username=\"tina\"",
            "realm=\"r\"",
            "uri=\"sip:example.com\"",
            "nc=00000001",
            "To: <sip:tina@example.com>\r\n\r\n",
        ] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
    }

    #[test]
    fn folding_spacing_case_and_bare_values_hide_nothing() {
        let text = masked(
            b"SIP/2.0 401 x\r\nwww-authenticate : Digest realm=\"r\",\r\n NONCE=\"s3cret1\"\r\n\t, nonce=s3cret2, opaque=o\r\nProxy-Authorization: Digest response=\"s3cret3 never ends\r\nX: y\r\n\r\n",
        );
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("opaque=o") && text.contains("X: y"));
    }

    #[test]
    fn of_other_schemes_only_the_name_is_kept() {
        let text = masked(
            b"REGISTER sip:x SIP/2.0\r\nAuthorization: Basic czNjcmV0\r\nProxy-Authorization:\r\n Bearer czNjcmV0,\r\n\tczNjcmV0=\r\nWWW-Authenticate:\r\n Digest nonce=\"czNjcmV0\", realm=\"r\"\r\nAuthentication-Info: nextnonce=\"czNjcmV0\"\r\nTo: x\r\n\r\n",
        );
        assert!(!text.contains("czNj"), "{text}");
        assert!(text.contains("Authorization: Basic \"…\"\r\n"), "{text}");
        assert!(
            text.contains("Digest nonce=\"…\", realm=\"r\"\r\n"),
            "{text}"
        );
        assert!(text.ends_with("nextnonce=\"…\"\r\nTo: x\r\n\r\n"), "{text}");
    }

    #[test]
    fn keys_in_a_body_are_taken_out() {
        let text = masked(b"INVITE sip:x SIP/2.0\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:s3cret\r\na=ice-pwd:s3cret\r\nm=audio 1 RTP/AVP 0\r\n");
        assert!(!text.contains("s3cret"));
        assert!(text.contains("a=crypto:…\r\n") && text.contains("m=audio"));
    }

    #[test]
    fn garbage_is_escaped_and_cut() {
        let text = masked(&[0x1b, b'[', b'2', b'J', 0xff]);
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(masked(&vec![b'x'; 70_000]).len() < LONGEST + 32);
    }
}
