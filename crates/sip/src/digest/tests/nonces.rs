//! A nonce is any quoted-string (RFC 3261 §25.1), and comes back as it came.

use proptest::prelude::*;

use super::*;

/// Everything that may stand between quotes: tab, blank, all that can be seen but `"` and `\`, everything beyond ASCII, and anything but a line break
/// behind a backslash.
const LEGAL: &str = r#"([\t !#-\[\]-~]|[\x{80}-\x{10ffff}]|\\[\x00-\x09\x0b\x0c\x0e-\x7f]){0,40}"#;

fn echoed_exactly(nonce: &str) {
    let read = challenge(&format!(
        "Digest realm=\"r\", nonce=\"{nonce}\", opaque=\"{nonce}\", algorithm=SHA-256, qop=\"auth\""
    ));
    assert_eq!(&*read.nonce, nonce);
    let answered = answer(&read, &TINA, &Method::Register, "sip:r", 1, "c").unwrap();
    let written = answered.to_string();
    assert!(written.contains(&format!("nonce=\"{nonce}\"")), "{written}");
    assert!(
        written.contains(&format!("opaque=\"{nonce}\"")),
        "{written}"
    );
    let back = Credentials::parse(&written).unwrap();
    assert_eq!(&*back.nonce, nonce);
    assert!(verify(&back, &TINA, &Method::Register));
    // Authentication-Info brings nonces of the same letters.
    let info = AuthenticationInfo::parse(&format!("qop=auth, nextnonce=\"{nonce}\"")).unwrap();
    assert_eq!(info.next_nonce.as_deref(), Some(nonce));
}

#[test]
fn every_letter_that_a_nonce_may_have_comes_back() {
    let ascii = (' '..='~').filter(|c| !matches!(c, '"' | '\\'));
    let beyond = "\u{80}\u{9b}\u{a0}é\u{2028}\u{feff}漢\u{1f514}\u{10ffff}".chars();
    echoed_exactly(&ascii.chain(beyond).chain(['\t']).collect::<String>());
}

#[test]
fn every_escape_that_a_nonce_may_have_comes_back() {
    let pairs: String = ('\0'..='\x7f')
        .filter(|c| !matches!(c, '\r' | '\n'))
        .flat_map(|c| ['\\', c])
        .collect();
    echoed_exactly(&pairs);
    for nonce in [
        r#"\""#,
        r"\\",
        r#"\\\""#,
        r#"a\"b\\"#,
        "",
        " ",
        "n, realm=x",
        "n\t",
    ] {
        echoed_exactly(nonce);
    }
}

proptest! {
    #[test]
    fn any_legal_nonce_comes_back(nonce in LEGAL) {
        echoed_exactly(&nonce);
    }
}
