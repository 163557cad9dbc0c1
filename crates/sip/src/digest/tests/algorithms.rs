//! SHA-512/256, session keys and `auth-int`. The figures were computed apart from this crate, with Python's hashlib.

use super::*;

const USER: Secret<'_> = Secret {
    username: "u",
    password: "p",
};

fn asked(algorithm: &str, qop: &str) -> Challenge {
    challenge(&format!(
        r#"Digest realm="r", nonce="n", algorithm={algorithm}, qop="{qop}""#
    ))
}

fn answered(algorithm: &str, qop: &str, body: &[u8]) -> Credentials {
    let subject = Subject {
        body,
        ..Subject::of(&Method::Register)
    };
    let challenge = asked(algorithm, qop);
    answer_for(&challenge, &USER, &subject, "sip:ex.com", 1, "c").unwrap()
}

/// The figures that RFC 7616 §3.9.2 prints are those of a SHA-512 cut short; these are the ones of its erratum 4897.
#[test]
fn the_sha_512_256_vector_of_rfc_7616_is_met_as_its_erratum_has_it() {
    let offered = challenge(
        r#"Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true"#,
    );
    let jason = Secret {
        username: "J\u{e4}s\u{f8}n Doe",
        password: "Secret, or not?",
    };
    let get = Method::Other(Text::from("GET"));
    let cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v";
    let answered = answer(&offered, &jason, &get, "/doe.json", 1, cnonce).unwrap();
    assert_eq!(
        &*answered.response,
        "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
    );
    assert_eq!(
        Algorithm::Sha512_256
            .hash(&[jason.username.as_bytes(), b"api@example.org"])
            .map(|hex| hex.as_str().to_owned()),
        Some("793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b".into())
    );
    // SIP has no userhash (RFC 8760): the name goes as it is, readable to a server that asked for a hash.
    let read = Credentials::parse(&answered.to_string()).unwrap();
    assert_eq!(&*read.username, jason.username);
    assert!(verify(&read, &jason, &get));
}

#[test]
fn every_algorithm_is_read_in_any_case_and_written_by_its_name() {
    for (name, per_session) in [
        ("MD5", false),
        ("MD5-sess", true),
        ("SHA-256", false),
        ("SHA-256-sess", true),
        ("SHA-512-256", false),
        ("SHA-512-256-sess", true),
    ] {
        for written in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
            let read = asked(&written, "auth").algorithm;
            assert_eq!((read.as_str(), read.per_session()), (name, per_session));
            assert!(read.supported());
        }
    }
    assert!(!Algorithm::named("X-sess").per_session());
}

#[test]
fn the_stronger_hash_is_taken_and_the_servers_order_among_equals() {
    for (offered, taken) in [
        (["MD5", "SHA-256", "SHA-512-256"], "SHA-512-256"),
        (["SHA-512-256", "MD5", "SHA-256"], "SHA-512-256"),
        (["MD5-sess", "SHA-256", "SHA-512"], "SHA-256"),
        (["SHA-256-sess", "SHA-256", "MD5"], "SHA-256-sess"),
        (["MD5", "MD5-sess", "X"], "MD5"),
    ] {
        let best = strongest(offered.into_iter().map(|name| asked(name, "auth"))).unwrap();
        assert_eq!(best.algorithm.as_str(), taken, "{offered:?}");
    }
}

#[test]
fn a_session_key_is_made_of_the_first_nonce_and_client_nonce() {
    for (algorithm, first, after_nextnonce) in [
        (
            "MD5-sess",
            "dd6449bee71f52efaca4f0d6b4d3a453",
            "cc8118f630da95ae820535664ca8c9cd",
        ),
        (
            "SHA-256-sess",
            "425ad1778e9ad81cdf08f4791f493282f73067677cc86778e1a4bc2cb57f33d0",
            "1595f78d6e1297083d221507e8a0e3c97e378830df153a3356e2d37c419c7d04",
        ),
        (
            "SHA-512-256-sess",
            "dd0d5c1ea53ee39c7cf419d78840fc0ccc4f2be390a78ddf40277631fd1c8052",
            "7142dbc86e869d4b818cae1c8082549214908ea32e1265f0bc904b9ed7f743e1",
        ),
    ] {
        let begun = answered(algorithm, "auth", b"");
        assert_eq!(&*begun.response, first, "{algorithm}");
        assert!(
            begun
                .to_string()
                .contains(&format!("algorithm={algorithm}"))
        );
        let session = Session::begun_by(&begun).unwrap();
        assert!(session.began_with("n") && session.cnonce() == "c");
        let next = Challenge {
            nonce: Text::from("n2"),
            ..asked(algorithm, "auth")
        };
        let subject = Subject {
            session: Some(&session),
            ..Subject::of(&Method::Register)
        };
        let second = answer_for(&next, &USER, &subject, "sip:ex.com", 1, session.cnonce()).unwrap();
        assert_eq!(&*second.response, after_nextnonce, "{algorithm}");
        assert!(verify_for(&second, &USER, &subject));
        assert!(!verify(&second, &USER, &Method::Register));
    }
}

#[test]
fn a_session_makes_no_difference_to_other_algorithms() {
    let begun = answered("SHA-256", "auth", b"");
    let other = Session::begun_by(&answered("MD5-sess", "auth", b"")).unwrap();
    let subject = Subject {
        session: Some(&other),
        ..Subject::of(&Method::Register)
    };
    assert!(verify_for(&begun, &USER, &subject));
}

#[test]
fn credentials_of_a_session_without_a_client_nonce_prove_nothing() {
    let read = Credentials::parse(
        r#"Digest username="u", realm="r", nonce="n", uri="sip:ex.com", response="0", algorithm=MD5-sess"#,
    )
    .unwrap();
    assert!(!verify(&read, &USER, &Method::Register));
    assert_eq!(Session::begun_by(&read), None);
}

#[test]
fn auth_int_is_answered_only_where_auth_is_not_offered() {
    for (offered, taken) in [
        ("auth-int", Qop::AuthInt),
        ("AUTH-INT,x", Qop::AuthInt),
        ("auth-int,auth", Qop::Auth),
        ("auth,auth-int", Qop::Auth),
    ] {
        assert_eq!(answered("MD5", offered, b"").qop, Some(taken), "{offered}");
    }
}

#[test]
fn auth_int_hashes_the_body() {
    for (algorithm, empty, two_bytes) in [
        (
            "MD5",
            "a088779c6ecc6268c7998dd875dd6264",
            "ab0d5dfdbfa14afcf7cb99fe30757237",
        ),
        (
            "SHA-256",
            "cc78390c1bf8a442103baeaee585b0005044e237a4d9d793a7a12607e0888b02",
            "7f912088ac59dd9015ba074c93fa49903592fe5daf5fef607e93c617ffabef10",
        ),
        (
            "SHA-512-256",
            "d13f8656c93ff457092258e8c6dfb98763df24116cbcbd1c44ad57327725296f",
            "cd3a8bf91845cc9db8aabcd2e7a7f5a52e9cdb13eb238c3715bb9d54d3dffe17",
        ),
    ] {
        let none = answered(algorithm, "auth-int", b"");
        assert_eq!(&*none.response, empty, "{algorithm}");
        assert!(none.to_string().contains("qop=auth-int, nc=00000001"));
        let some = answered(algorithm, "auth-int", b"a\xff");
        assert_eq!(&*some.response, two_bytes, "{algorithm}");
        assert!(!verify(&some, &USER, &Method::Register));
        let subject = Subject {
            body: b"a\xff",
            ..Subject::of(&Method::Register)
        };
        assert!(verify_for(&some, &USER, &subject));
    }
}
