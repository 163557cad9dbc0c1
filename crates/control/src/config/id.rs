//! Ids of lines: what people type after `rebind`, and what the engine's store is keyed by.

/// Longest id, in characters.
const LONGEST: usize = 64;

/// Letters, digits, `.`, `_` and `-`; begins with a letter or digit, so that it is no option.
pub(super) fn is_id(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(allowed)
}

/// An id made from an AOR (its user, else what there is), not in `taken`.
pub(super) fn from_aor(aor: &str, taken: &[String]) -> String {
    let after_scheme = aor.split_once(':').map_or(aor, |(_, rest)| rest);
    let user = after_scheme
        .split(['@', ';', '?'])
        .next()
        .unwrap_or_default();
    let cleaned: String = user
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .take(LONGEST - 8)
        .collect();
    let base = match cleaned.trim_matches(|c: char| !c.is_ascii_alphanumeric()) {
        "" => "line",
        trimmed => trimmed,
    };
    let mut candidate = base.to_owned();
    let mut number = 2_u32;
    while taken.contains(&candidate) {
        candidate = format!("{base}-{number}");
        number += 1;
    }
    candidate
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_user_of_the_aor_made_fit_to_type() {
        assert_eq!(from_aor("sip:tina@example.com", &[]), "tina");
        assert_eq!(
            from_aor("sip:+49.30-12@example.com;user=phone", &[]),
            "49.30-12"
        );
        assert_eq!(from_aor("sip:example.com", &[]), "example.com");
        assert_eq!(from_aor("sip:%20@x", &[]), "20");
        assert_eq!(from_aor("", &[]), "line");
        assert!(is_id(&from_aor(&format!("sip:{}@x", "a".repeat(500)), &[])));
    }

    #[test]
    fn is_numbered_where_it_is_taken() {
        assert_eq!(
            from_aor("sip:tina@a", &["tina".into(), "tina-2".into()]),
            "tina-3"
        );
    }
}
