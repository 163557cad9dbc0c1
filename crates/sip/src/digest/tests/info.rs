//! Authentication-Info.

use super::*;

const USER: Secret<'_> = Secret {
    username: "u",
    password: "p",
};

fn info(value: &str) -> AuthenticationInfo {
    AuthenticationInfo::parse(value).unwrap()
}

fn answered(qop: &str) -> Credentials {
    let asked = challenge(&format!(r#"Digest realm="r", nonce="n"{qop}"#));
    answer(&asked, &USER, &Method::Register, "sip:ex.com", 1, "c").unwrap()
}

#[test]
fn all_that_it_may_hold_is_read() {
    let read = info(
        "nextnonce = \"a, b\\\"=\" ,\r\n qop=auth-int,rspauth=\"0A\", cnonce=\"c\", nc=0000000a, new=\"x\"",
    );
    assert_eq!(
        read,
        AuthenticationInfo {
            next_nonce: Some(Text::from("a, b\\\"=")),
            qop: Some(Qop::AuthInt),
            rspauth: Some(Text::from("0A")),
            cnonce: Some(Text::from("c")),
            nc: Some(10),
        }
    );
    assert!(info("").next_nonce.is_none());
}

#[test]
fn what_two_readers_could_understand_differently_is_refused() {
    for bad in [
        "nextnonce=\"a\", nextnonce=\"b\"",
        "nextnonce=\"a\" rspauth=\"b\"",
        "nextnonce=\"a",
        "nextnonce=\"a\r\nb\"",
        "Digest nextnonce=\"a\"",
        "nextnonce",
        "nc=1",
        "qop=\"a b\"",
        "=",
    ] {
        assert!(AuthenticationInfo::parse(bad).is_err(), "{bad:?}");
    }
    let flood: String = (0..1000).map(|i| format!("p{i}=1,")).collect();
    assert_eq!(AuthenticationInfo::parse(&flood), Err(DigestError::TooMany));
}

#[test]
fn a_server_proves_that_it_knows_the_password() {
    for (qop, rspauth) in [
        ("", "f4dcf75da6a734a616bdf889e5cafe95"),
        (", qop=\"auth\"", "b88f32dd560e5af87bf0a53d06eb4476"),
        (", qop=\"auth-int\"", "7c82e80fe400870d0c689ca3c6e5fba0"),
        (
            ", qop=\"auth\", algorithm=SHA-512-256",
            "1ec053b4295dd8d9c6228fca993be58f387310de1d0ec6e9cf55d4d42801d763",
        ),
    ] {
        let credentials = answered(qop);
        let proof = |value: String| info(&value).proves(&credentials, &USER, None, b"");
        assert_eq!(proof(format!("rspauth=\"{rspauth}\"")), Some(true), "{qop}");
        assert_eq!(
            proof(format!("rspauth=\"{}\"", rspauth.to_uppercase())),
            Some(true)
        );
        // What the client sent is no proof of the server's.
        assert_eq!(
            proof(format!("rspauth=\"{}\"", credentials.response)),
            Some(false)
        );
        assert_eq!(proof("rspauth=\"\"".into()), Some(false));
        assert_eq!(proof("nextnonce=\"x\"".into()), None);
    }
}

#[test]
fn a_proof_for_another_request_is_none() {
    let credentials = answered(", qop=\"auth\"");
    for (params, good) in [
        ("qop=auth, cnonce=\"c\", nc=00000001", true),
        ("qop=auth, cnonce=\"d\", nc=00000001", false),
        ("qop=auth, cnonce=\"c\", nc=00000002", false),
        ("qop=auth-int, cnonce=\"c\", nc=00000001", false),
    ] {
        let read = info(&format!(
            "rspauth=\"b88f32dd560e5af87bf0a53d06eb4476\", {params}"
        ));
        assert_eq!(
            read.proves(&credentials, &USER, None, b""),
            Some(good),
            "{params}"
        );
    }
    // With auth-int the answer's body counts.
    let whole = info("rspauth=\"7c82e80fe400870d0c689ca3c6e5fba0\"");
    let credentials = answered(", qop=\"auth-int\"");
    assert_eq!(whole.proves(&credentials, &USER, None, b"x"), Some(false));
}

#[test]
fn debug_output_holds_no_nonce_and_no_proof() {
    let shown = format!(
        "{:?}",
        info("nextnonce=\"NONCE\", rspauth=\"PROOF\", cnonce=\"CNONCE\"")
    );
    assert!(
        !shown.contains("NONCE\"") && !shown.contains("PROOF"),
        "{shown}"
    );
}

proptest::proptest! {
    #[test]
    fn no_input_makes_the_reader_panic(
        line in "((nextnonce|qop|rspauth|nc|cnonce|x)[ ]?=?[ ]?(\"[^\r\n\"]{0,6}\"|[!-~é]{0,6})[ ]?,?[ ]?){0,7}"
    ) {
        if let Ok(read) = AuthenticationInfo::parse(&line) {
            let _ = read.proves(&answered(", qop=\"auth\""), &USER, None, line.as_bytes());
        }
    }
}
