//! Challenges and credentials.

use bellhop_sip::digest::{
    Algorithm, Challenge, Credentials, Qop, Secret, answer, strongest, unescaped,
};
use bellhop_sip::{HeaderName, Method};

use crate::common::response;

fn challenge(value: &str) -> Challenge {
    let [challenge] = Challenge::parse_all(value).try_into().unwrap();
    challenge.unwrap()
}

const AUTHORIZATION: &str = r#"Digest username="u", realm="r", nonce="n", uri="sip:ex.com", response="0123456789abcdef0123456789abcdef", algorithm=MD5, qop=auth, nc=0000000a, cnonce="c""#;

#[test]
fn probe_34_sha_256() {
    assert_eq!(
        challenge(r#"Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth""#).algorithm,
        Algorithm::Sha256
    );
}

#[test]
fn probe_35_two_qops() {
    let challenge = challenge(r#"Digest realm="r", nonce="n", algorithm=MD5, qop="auth,auth-int""#);
    assert_eq!(challenge.qop, [Qop::Auth, Qop::AuthInt]);
}

#[test]
fn probe_36_special_letters_in_quotes() {
    let challenge =
        challenge(r#"Digest realm="a, b=c", nonce="dGVzdA==/+,;x", algorithm=MD5, opaque="""#);
    assert_eq!(
        (
            challenge.realm.as_str(),
            challenge.nonce.as_str(),
            challenge.opaque.as_deref()
        ),
        ("a, b=c", "dGVzdA==/+,;x", Some(""))
    );
}

#[test]
fn probe_37_an_escaped_quote_in_the_realm() {
    let challenge = challenge(r#"Digest realm="a \"b\" c", nonce="n""#);
    assert_eq!(
        (
            unescaped(&challenge.realm).as_ref(),
            challenge.nonce.as_str()
        ),
        (r#"a "b" c"#, "n")
    );
}

#[test]
fn probe_38_a_space_before_the_comma() {
    let challenge = challenge(r#"Digest realm="r" , nonce="n""#);
    assert_eq!(
        (challenge.realm.as_str(), challenge.nonce.as_str()),
        ("r", "n")
    );
}

#[test]
fn probe_39_unquoted_values_and_folding() {
    let response = response(
        "SIP/2.0 401 x\r\nWWW-Authenticate: Digest  realm=\"r\",\r\n nonce=\"n\",stale=FALSE,algorithm=MD5\r\n\r\n",
    );
    let challenge = response
        .headers
        .challenges(&HeaderName::WwwAuthenticate)
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            challenge.nonce.as_str(),
            challenge.stale,
            challenge.algorithm
        ),
        ("n", false, Algorithm::Md5)
    );
}

#[test]
fn probe_40_two_challenges_in_two_lines() {
    let response = response(
        "SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=SHA-256\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n2\", algorithm=MD5\r\nContent-Length: 0\r\n\r\n",
    );
    let challenges: Vec<_> = response
        .headers
        .challenges(&HeaderName::WwwAuthenticate)
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        challenges
            .iter()
            .map(|challenge| challenge.nonce.as_str())
            .collect::<Vec<_>>(),
        ["n1", "n2"]
    );
    assert_eq!(strongest(challenges.into_iter()).unwrap().nonce, "n1");
}

#[test]
fn probe_41_the_nonce_count_is_hashed_in_hex() {
    let challenge = challenge(r#"Digest realm="r", nonce="n", algorithm=MD5, qop="auth""#);
    let answer = answer(
        &challenge,
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
    assert_eq!(answer.response, "d70c40e66fe0154edabfa0a880768468");
    assert!(answer.to_string().contains("nc=0000000a"));
}

#[test]
fn probe_42_the_nonce_count_is_read_as_hex() {
    assert_eq!(Credentials::parse(AUTHORIZATION).unwrap().nc, Some(10));
}

#[test]
fn probe_43_credentials_round_trip() {
    let credentials = Credentials::parse(AUTHORIZATION).unwrap();
    assert_eq!(
        Credentials::parse(&credentials.to_string()),
        Ok(credentials)
    );
}

#[test]
fn probe_44_a_session_algorithm_has_a_key_of_its_own() {
    let answered = |algorithm: &str| {
        let challenge = challenge(&format!(
            r#"Digest realm="r", nonce="n", algorithm={algorithm}, qop="auth""#
        ));
        let secret = Secret {
            username: "u",
            password: "p",
        };
        answer(&challenge, &secret, &Method::Register, "sip:ex.com", 1, "c").unwrap()
    };
    let session = answered("MD5-sess");
    assert_eq!(session.algorithm, Algorithm::Md5Sess);
    // MD5(MD5(MD5("u:r:p"):n:c):n:00000001:c:auth:MD5("REGISTER:sip:ex.com")), computed apart.
    assert_eq!(session.response, "dd6449bee71f52efaca4f0d6b4d3a453");
    assert_ne!(session.response, answered("MD5").response);
    assert!(session.to_string().contains("algorithm=MD5-sess"));
}
