//! RFC 3966, tel URIs: §4, comparison.

use crate::common::uri;

#[test]
fn visual_separators_case_and_order_do_not_matter() {
    for (one, two) in [
        ("tel:+1-201-555-0123", "tel:+12015550123"),
        ("tel:+1(201)555.0123;ext=1-2", "TEL:+12015550123;EXT=12"),
        (
            "tel:863-1234;phone-context=+1-914-555",
            "tel:8631234;phone-context=+1914555",
        ),
        (
            "tel:7042;phone-context=example.com",
            "tel:7042;phone-context=EXAMPLE.com",
        ),
        (
            "tel:7042;phone-context=example.com;x=y",
            "tel:7042;x=Y;phone-context=example.com",
        ),
        ("tel:70aB;phone-context=h", "tel:70Ab;phone-context=h"),
    ] {
        assert!(
            uri(one).equivalent(&uri(two)) && uri(two).equivalent(&uri(one)),
            "{one} and {two}"
        );
    }
}

#[test]
fn another_number_kind_or_parameter_is_another_uri() {
    for (one, two) in [
        ("tel:+12015550123", "tel:12015550123"),
        ("tel:+12015550123", "tel:+12015550124"),
        ("tel:+12015550123", "tel:+12015550123;ext=1"),
        (
            "tel:7042;phone-context=example.com",
            "tel:7042;phone-context=example.net",
        ),
        ("tel:+12015550123", "sip:+12015550123@h;user=phone"),
    ] {
        assert!(
            !uri(one).equivalent(&uri(two)) && !uri(two).equivalent(&uri(one)),
            "{one} and {two}"
        );
    }
}

#[test]
fn the_number_is_given_without_separators() {
    assert_eq!(
        uri("tel:+1-201-555-0123;ext=5").tel_number().as_deref(),
        Some("+12015550123")
    );
    assert_eq!(uri("tel:+1-201-555-0123;ext=5").param("ext").unwrap(), "5");
    assert_eq!(uri("sip:a@h").tel_number(), None);
    assert!(uri("tel:911").host().is_none());
}
