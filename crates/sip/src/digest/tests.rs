//! The vectors of RFC 7616 §3.9 and RFC 2617 §3.5, and what a reader of challenges and credentials must get right.

mod algorithms;
mod info;
mod nonces;

use super::*;
use crate::{Method, Text};

const HTTP_NONCE: &str = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
const TINA: Secret<'_> = Secret {
    username: "tina",
    password: "demo",
};

fn challenge(value: &str) -> Challenge {
    let mut all = Challenge::parse_all(value);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).unwrap()
}

fn refused(value: &str) -> DigestError {
    Challenge::parse_all(value).pop().unwrap().unwrap_err()
}

/// The request of RFC 7616 §3.9.1 answered in one algorithm.
fn mufasa(algorithm: &str) -> Credentials {
    let offered = format!(
        "Digest\r\n realm=\"http-auth@example.org\",\r\n qop=\"auth, auth-int\",\r\n algorithm={algorithm},\r\n nonce=\"{HTTP_NONCE}\",\r\n \
         opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
    );
    let secret = Secret {
        username: "Mufasa",
        password: "Circle of Life",
    };
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    answer(
        &challenge(&offered),
        &secret,
        &Method::Other(Text::from("GET")),
        "/dir/index.html",
        1,
        cnonce,
    )
    .unwrap()
}

#[test]
fn the_md5_vector_of_rfc_7616_is_met() {
    assert_eq!(&*mufasa("MD5").response, "8ca523f5e9506fed4657c9700eebdbec");
}

#[test]
fn the_sha_256_vector_of_rfc_7616_is_met() {
    assert_eq!(
        &*mufasa("SHA-256").response,
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    );
}

#[test]
fn the_vector_of_rfc_2617_is_met() {
    let offered = r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
    let secret = Secret {
        username: "Mufasa",
        password: "Circle Of Life",
    };
    let answered = answer(
        &challenge(offered),
        &secret,
        &Method::Other(Text::from("GET")),
        "/dir/index.html",
        1,
        "0a4f113b",
    )
    .unwrap();
    assert_eq!(&*answered.response, "6629fae49393a05397450978507c4ef1");
}

#[test]
fn without_qop_the_form_of_rfc_2069_is_answered() {
    let answered = answer(
        &challenge(r#"Digest realm="r", nonce="n""#),
        &Secret {
            username: "u",
            password: "p",
        },
        &Method::Register,
        "sip:ex.com",
        7,
        "c",
    )
    .unwrap();
    // MD5(MD5("u:r:p"):n:MD5("REGISTER:sip:ex.com")), computed with coreutils.
    assert_eq!(&*answered.response, "044ee8527040a5e389c63cca7cc3140a");
    assert_eq!(
        (answered.qop, answered.nc, answered.cnonce),
        (None, None, None)
    );
}

#[test]
fn the_tenth_use_of_a_nonce_is_counted_0000000a() {
    let asked = challenge(r#"Digest realm="r", nonce="n", qop="auth""#);
    let answered = answer(
        &asked,
        &Secret {
            username: "u",
            password: "p",
        },
        &Method::Register,
        "sip:ex.com",
        10,
        "c",
    )
    .unwrap();
    assert_eq!(&*answered.response, "d70c40e66fe0154edabfa0a880768468");
    assert!(answered.to_string().contains("nc=0000000a"), "{answered}");
}

#[test]
fn a_nonce_count_is_read_as_hex() {
    let read = Credentials::parse(
        r#"Digest username="u", realm="r", nonce="n", uri="sip:ex.com", response="abc", algorithm=MD5, qop=auth, nc=0000000a, cnonce="c""#,
    );
    assert_eq!(read.unwrap().nc, Some(10));
}

#[test]
fn a_nonce_count_that_is_not_eight_hex_digits_is_refused() {
    for nc in ["1", "0000000g", "000000001", "+0000001", "\"\""] {
        let value = format!(
            r#"Digest username="u", realm="r", nonce="n", uri="sip:e", response="0", qop=auth, nc={nc}, cnonce="c""#
        );
        assert_eq!(
            Credentials::parse(&value),
            Err(DigestError::Invalid("nc")),
            "{nc}"
        );
    }
}

#[test]
fn sha_256_is_recognised_in_any_case() {
    for name in ["SHA-256", "sha-256", "\"SHA-256\""] {
        let read = challenge(&format!(
            r#"Digest realm="r", nonce="n", algorithm={name}, qop="auth""#
        ));
        assert_eq!(read.algorithm, Algorithm::Sha256);
        assert!(read.supported());
    }
}

#[test]
fn a_list_of_qops_is_read_and_auth_is_chosen() {
    let read = challenge(r#"Digest realm="r", nonce="n", algorithm=MD5, qop="auth,auth-int""#);
    assert_eq!(read.qop, [Qop::Auth, Qop::AuthInt]);
    assert_eq!(
        answer(&read, &TINA, &Method::Register, "sip:r", 1, "c")
            .unwrap()
            .qop,
        Some(Qop::Auth)
    );
}

#[test]
fn what_cannot_be_answered_is_told_apart_and_not_answered() {
    for hard in [
        r#"Digest realm="r", nonce="n", qop="auth-conf""#,
        r#"Digest realm="r", nonce="n", algorithm=SHA-512, qop="auth""#,
        r#"Digest realm="r", nonce="n", algorithm=SHA-1-sess, qop="auth""#,
        // A session's key needs a client nonce, which has no place without a qop.
        r#"Digest realm="r", nonce="n", algorithm=MD5-sess"#,
    ] {
        assert!(!challenge(hard).supported(), "{hard}");
        assert_eq!(
            answer(&challenge(hard), &TINA, &Method::Register, "sip:r", 1, "c"),
            None
        );
    }
}

#[test]
fn special_characters_in_a_quoted_string_are_no_separators() {
    let read =
        challenge(r#"Digest realm="a, b=c", nonce="dGVzdA==/+,;x", algorithm=MD5, opaque="""#);
    assert_eq!(
        (&*read.realm, &*read.nonce, read.opaque.as_deref()),
        ("a, b=c", "dGVzdA==/+,;x", Some(""))
    );
}

#[test]
fn an_escaped_quote_in_the_realm_is_echoed_as_received() {
    let read = challenge(r#"Digest realm="a \"b\" c", nonce="n""#);
    assert_eq!(&*read.nonce, "n");
    assert_eq!(unescaped(&read.realm), r#"a "b" c"#);
    let answered = answer(&read, &TINA, &Method::Register, "sip:r", 1, "c").unwrap();
    assert!(
        answered.to_string().contains(r#"realm="a \"b\" c""#),
        "{answered}"
    );
}

#[test]
fn white_space_may_stand_anywhere_between_the_pieces() {
    let read = challenge("Digest  realm = \"r\" ,\r\n\tnonce\t=\r\n \"n\" , , stale = TRUE ,");
    assert_eq!((&*read.realm, &*read.nonce, read.stale), ("r", "n", true));
}

#[test]
fn stale_is_read_unquoted_and_in_any_case() {
    let last = challenge("Digest  realm=\"r\",\r\n nonce=\"n\",stale=FALSE,algorithm=MD5");
    assert_eq!((last.stale, last.algorithm), (false, Algorithm::Md5));
    assert!(challenge(r#"Digest realm="r", nonce="n", stale="True""#).stale);
}

#[test]
fn of_two_headers_the_strongest_is_taken_whatever_the_order() {
    let sha = r#"Digest realm="r", nonce="n1", algorithm=SHA-256"#;
    let md5 = r#"Digest realm="r", nonce="n2", algorithm=MD5"#;
    for lines in [[sha, md5], [md5, sha]] {
        let all = lines.into_iter().flat_map(Challenge::parse_all).flatten();
        assert_eq!(&*strongest(all).unwrap().nonce, "n1");
    }
}

#[test]
fn several_challenges_in_one_line_are_read_and_other_schemes_stepped_over() {
    let line = r#"Negotiate abc==, Basic realm="x, Digest y=", Digest realm="r", nonce="1", Bearer a="\",", b=c, digest realm="r", nonce="2", algorithm=SHA-256"#;
    let all: Vec<_> = Challenge::parse_all(line)
        .into_iter()
        .map(|c| c.unwrap().nonce.to_string())
        .collect();
    assert_eq!(all, ["1", "2"]);
    assert!(Challenge::parse_all("Basic realm=\"x\"").is_empty());
    assert_eq!(
        Credentials::parse("Basic dGluYTpkZW1v"),
        Err(DigestError::OtherScheme)
    );
}

#[test]
fn the_first_of_equals_is_taken() {
    let all = Challenge::parse_all(
        r#"Digest realm="r", nonce="1", Digest realm="r", nonce="2", Digest realm="r", nonce="3", algorithm=X"#,
    );
    assert_eq!(&*strongest(all.into_iter().flatten()).unwrap().nonce, "1");
}

#[test]
fn a_parameter_given_twice_is_refused() {
    assert_eq!(
        refused(r#"Digest realm="r", nonce="a", Nonce="b""#),
        DigestError::Duplicate(Text::from("Nonce"))
    );
    assert_eq!(
        refused(r#"Digest realm="r", nonce="a", x=1, X=2"#),
        DigestError::Duplicate(Text::from("X"))
    );
}

#[test]
fn a_challenge_after_a_bad_one_is_still_read() {
    let both = Challenge::parse_all(r#"Digest realm="r", Digest realm="r", nonce="n""#);
    assert_eq!(both[0], Err(DigestError::Missing("nonce")));
    assert_eq!(&*both[1].as_ref().unwrap().nonce, "n");
}

#[test]
fn malformed_lists_are_refused() {
    for bad in [
        "Digest realm=\"r\", nonce=\"n",
        "Digest realm=\"r\" nonce=\"n\"",
        "Digest realm=\"r\", nonce=",
        "Digest realm=\"r\", nonce=\"n\\",
        "Digest realm=\"r\", nonce=\"a\nb\"",
        "Digest realm=\"r\", nonce=\"a\\\nb\"",
        "Digest realm=\"r\", nonce=\"a\\\rb\"",
        "Digest realm=\"r\", nonce=\"a\0b\"",
        "Digest realm=\"r\", nonce=\"a\x7fb\"",
        "realm=\"r\", nonce=\"n\"",
        "Digest realm=\"r\", =x",
        "Digest@realm",
        "Digest realm=r\u{e9}",
    ] {
        assert!(
            Challenge::parse_all(bad).iter().any(Result::is_err),
            "{bad:?}"
        );
        assert!(
            Challenge::parse_all(bad).iter().all(Result::is_err),
            "{bad:?}"
        );
    }
}

#[test]
fn what_is_written_without_quotes_must_be_a_token() {
    assert_eq!(
        refused(r#"Digest realm="r", nonce="n", algorithm="MD5, realm=x""#),
        DigestError::Invalid("algorithm")
    );
    let value = r#"Digest username="u", realm="r", nonce="n", uri="sip:e", response="0", qop="a b", nc=00000001, cnonce="c""#;
    assert_eq!(Credentials::parse(value), Err(DigestError::Invalid("qop")));
}

#[test]
fn a_flood_of_parameters_or_challenges_ends() {
    let params: String = (0..1000).map(|i| format!(", p{i}=1")).collect();
    assert_eq!(
        refused(&format!("Digest realm=\"r\"{params}")),
        DigestError::TooMany
    );
    assert!(Challenge::parse_all(&"Digest realm=\"r\", nonce=\"n\", ".repeat(1000)).len() <= 17);
}

#[test]
fn what_is_written_is_read_again() {
    let line = r#"Digest realm="a \"b\"", nonce="n", opaque="o", algorithm=SHA-256, qop="auth,auth-int", stale=true, domain="sip:a sip:b", charset=UTF-8, x="\\""#;
    assert_eq!(challenge(line).to_string(), line);
    let line = r#"Digest username="a \"b\" \\c", realm="r", nonce="n", uri="sip:ex.com", response="0a", algorithm=MD5, cnonce="c", opaque="", qop=auth, nc=00000010, userhash=false"#;
    let read = Credentials::parse(line).unwrap();
    assert_eq!(&*read.username, r#"a "b" \c"#);
    assert_eq!(read.to_string(), line);
}

#[test]
fn credentials_verify_only_with_the_right_secret_method_and_response() {
    for algorithm in [Algorithm::Md5, Algorithm::Sha256] {
        let good = answer(
            &Challenge::new("r \"x\"", "n", algorithm),
            &TINA,
            &Method::Register,
            "sip:r",
            1,
            "c",
        )
        .unwrap();
        let read = Credentials::parse(&good.to_string()).unwrap();
        assert!(verify(&read, &TINA, &Method::Register));
        assert!(!verify(&read, &TINA, &Method::Invite));
        assert!(!verify(
            &read,
            &Secret {
                password: "demi",
                ..TINA
            },
            &Method::Register
        ));
        for response in ["", "0", &good.response[1..]] {
            assert!(!verify(
                &Credentials {
                    response: Text::from(response),
                    ..read.clone()
                },
                &TINA,
                &Method::Register
            ));
        }
        assert!(!verify(
            &Credentials {
                qop: Some(Qop::AuthInt),
                ..read.clone()
            },
            &TINA,
            &Method::Register
        ));
        assert!(!verify(
            &Credentials {
                algorithm: Algorithm::named("MD5-sess"),
                ..read
            },
            &TINA,
            &Method::Register
        ));
    }
}

#[test]
fn a_qop_needs_a_nonce_count_and_a_client_nonce() {
    let base = r#"Digest username="u", realm="r", nonce="n", uri="sip:e", response="0", qop=auth"#;
    assert_eq!(
        Credentials::parse(&format!("{base}, nc=00000001")),
        Err(DigestError::Missing("cnonce"))
    );
    assert_eq!(
        Credentials::parse(&format!("{base}, cnonce=\"c\"")),
        Err(DigestError::Missing("nc"))
    );
}

#[test]
fn a_line_break_in_a_name_never_reaches_the_wire() {
    let secret = Secret {
        username: "tina\r\nEvil: 1",
        password: "demo",
    };
    let answered = answer(
        &Challenge::new("r", "n", Algorithm::Md5),
        &secret,
        &Method::Register,
        "sip:r",
        1,
        "c",
    )
    .unwrap();
    assert!(!answered.to_string().contains(['\r', '\n']));
}

#[test]
fn debug_output_holds_nothing_to_guess_a_password_from() {
    let asked = challenge(r#"Digest realm="r", nonce="NONCE", opaque="OPAQUE", qop="auth""#);
    let answered = answer(&asked, &TINA, &Method::Register, "sip:r", 1, "CNONCE").unwrap();
    let shown = format!("{asked:?} {answered:?} {TINA:?}");
    for secret in ["NONCE", "OPAQUE", "tina", "demo", &*answered.response] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

proptest::proptest! {
    #[test]
    fn no_input_makes_the_reader_panic_and_what_it_reads_is_stable(
        line in "(Digest|digest|Basic|x)?[ \t]?((realm|nonce|qop|username|uri|response|nc|cnonce|algorithm|x)[ ]?=?[ ]?(\"[^\r\n\"]{0,6}\"|[!-~é]{0,6})[ ]?,?[ ]?){0,9}"
    ) {
        for read in Challenge::parse_all(&line).into_iter().flatten() {
            proptest::prop_assert_eq!(challenge(&read.to_string()), read);
        }
        if let Ok(read) = Credentials::parse(&line) {
            proptest::prop_assert_eq!(Credentials::parse(&read.to_string()), Ok(read));
        }
    }
}
