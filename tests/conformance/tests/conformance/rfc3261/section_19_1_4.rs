//! URI comparison: the RFC's own tables, and its rules one by one.

use crate::common::uri;

fn equivalent(one: &str, two: &str) -> bool {
    let (there, back) = (
        uri(one).equivalent(&uri(two)),
        uri(two).equivalent(&uri(one)),
    );
    assert_eq!(there, back, "not symmetric: {one} and {two}");
    there
}

#[test]
fn the_equivalent_uris_of_the_rfc_are_equivalent() {
    for (one, two) in [
        (
            "sip:%61lice@atlanta.com;transport=TCP",
            "sip:alice@AtLanTa.CoM;Transport=tcp",
        ),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
        (
            "sip:carol@chicago.com;newparam=5",
            "sip:carol@chicago.com;security=on",
        ),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
    ] {
        assert!(equivalent(one, two), "{one} and {two}");
    }
}

#[test]
fn the_different_uris_of_the_rfc_are_different() {
    for (one, two) in [
        (
            "SIP:ALICE@AtLanTa.CoM;Transport=udp",
            "sip:alice@AtLanTa.CoM;Transport=UDP",
        ),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        (
            "sip:bob@biloxi.com",
            "sip:bob@biloxi.com:6000;transport=tcp",
        ),
        (
            "sip:carol@chicago.com",
            "sip:carol@chicago.com?Subject=next%20meeting",
        ),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
    ] {
        assert!(!equivalent(one, two), "{one} and {two}");
    }
}

#[test]
fn equality_is_not_transitive() {
    assert!(equivalent(
        "sip:carol@chicago.com",
        "sip:carol@chicago.com;security=on"
    ));
    assert!(equivalent(
        "sip:carol@chicago.com",
        "sip:carol@chicago.com;security=off"
    ));
    assert!(!equivalent(
        "sip:carol@chicago.com;security=on",
        "sip:carol@chicago.com;security=off"
    ));
}

#[test]
fn sip_and_sips_are_never_equivalent() {
    assert!(!equivalent("sip:a@h", "sips:a@h"));
}

#[test]
fn user_and_password_must_be_in_both_or_neither() {
    assert!(!equivalent("sip:h", "sip:a@h"));
    assert!(!equivalent("sip:a@h", "sip:a:pw@h"));
    assert!(!equivalent("sip:a:pw@h", "sip:a:PW@h"));
    assert!(equivalent("sip:a:p%77@h", "sip:a:pw@h"));
}

#[test]
fn an_escaped_reserved_letter_is_another_than_the_bare_one() {
    assert!(!equivalent("sip:a%3bb@h", "sip:a;b@h"));
    assert!(equivalent("sip:a%3bb@h", "sip:a%3Bb@h"));
    assert!(equivalent("sip:a%20b@h", "sip:%61%20b@h"));
    assert!(!equivalent("sip:%00@h", "sip:%00%00@h"));
}

#[test]
fn some_parameters_are_never_ignored() {
    for name in [
        "user=ip",
        "ttl=1",
        "method=INVITE",
        "maddr=239.255.255.1",
        "transport=udp",
    ] {
        assert!(!equivalent("sip:a@h", &format!("sip:a@h;{name}")), "{name}");
    }
    for name in ["lr", "ob", "gr=x", "x"] {
        assert!(equivalent("sip:a@h", &format!("sip:a@h;{name}")), "{name}");
    }
    assert!(!equivalent("sip:a@h;lr", "sip:a@h;lr=on"));
}

#[test]
fn addresses_are_compared_as_addresses() {
    assert!(equivalent(
        "sip:a@[2001:db8::1]:5060",
        "sip:a@[2001:DB8:0:0::0001]:5060"
    ));
    assert!(!equivalent("sip:a@[::ffff:192.0.2.1]", "sip:a@192.0.2.1"));
}

#[test]
fn headers_count_with_their_number() {
    assert!(!equivalent("sip:a@h?x=1&x=1", "sip:a@h?x=1"));
    assert!(equivalent("sip:a@h?x=1&x=2", "sip:a@h?X=2&x=1"));
}

#[test]
fn other_schemes_are_equivalent_when_written_alike() {
    assert!(equivalent("urn:uuid:1", "urn:uuid:1"));
    assert!(!equivalent("urn:uuid:1", "urn:uuid:2"));
}
