use super::*;

const QUIET: &str = "2026-11-23T14:02:05.123456Z  INFO bellhop_engine::driver::run_loop: ready version=\"0.1.0\" pid=4711\n\
    2026-11-23T14:02:05.123456Z  INFO bellhop_engine::driver::effects: registered again line=1 took_ms=41\n\
    config.toml:3: aor: must be a SIP URI like \"sip:tina@example.com\"\n\
    ending counters=Counters { requests: 3, responses: 1 } ab::cd_e\n";

#[test]
fn what_may_be_said_is_not_found() {
    assert_eq!(Private::default().and("tina").found_in(QUIET), [""; 0]);
}

#[test]
fn addresses_are_found_however_they_are_written() {
    for text in [
        "from 192.0.2.1",
        "from 192.0.2.1:5060.",
        "from=192.0.2.1/24,",
        "\"192.0.2.1\"",
        "ip-192.0.2.1",
        "u1@192.0.2.1:5060",
        "Some(192.0.2.1)",
        "from 2001:db8::1",
        "from [2001:db8::1]:5060",
        "fe80::1%eth0",
        "addr=::1",
        "2001:db8::1/64",
        "at 2001:db8::1: no",
    ] {
        assert_eq!(Private::default().found_in(text).len(), 1, "{text}");
    }
}

#[test]
fn people_secrets_and_nonces_are_found() {
    let private = Private::default().and("tina");
    for text in [
        "line tina is registered",
        "user=tina",
        "nonce n0nce/+=1",
        "realm=\"company.test\"",
        "c4nary-Passw0rd",
        "<sip:u1@company>",
        "urn:uuid:0000",
    ] {
        assert_eq!(private.found_in(text).len(), 1, "{text}");
    }
}

#[test]
fn what_config_and_state_hold_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("config.toml");
    let text = "[[line]]\nid = \"work\"\naor = \"sip:anna@firm.test\"\nregistrar = \"sip:pbx.firm.test:5070\"\nauth_username = \"anna7\"\npassword = { file = \"pw\" }\n";
    fs::write(&config, text).unwrap();
    fs::write(directory.path().join("pw"), "s3same\n").unwrap();
    let kept = r#"{"lines":[{"id":"work","aor":"sip:anna@firm.test","identity":{"call_id":"c4ll","contacts":[{"uri":"sip:u9"}]}}]}"#;
    fs::write(directory.path().join("instance"), kept).unwrap();
    let private = Private::default()
        .and_config(&config)
        .and_state(directory.path());
    for word in [
        "anna",
        "firm.test",
        "pbx.firm.test",
        "anna7",
        "s3same",
        "c4ll",
    ] {
        assert!(
            !private.found_in(&format!("x {word} y")).is_empty(),
            "{word}"
        );
    }
    assert_eq!(private.found_in("line work"), [""; 0]);
}

#[test]
fn each_log_is_searched() {
    let directory = tempfile::tempdir().unwrap();
    let stderr = directory.path().join("err");
    for name in ["bellhop.log", "bellhop.log.1", "err"] {
        assert_eq!(
            leaks(&Private::default(), directory.path(), &stderr),
            [""; 0]
        );
        fs::write(directory.path().join(name), "to 192.0.2.1\n").unwrap();
        let found = leaks(&Private::default(), directory.path(), &stderr);
        assert_eq!(found, [format!("{name}: 192.0.2.1 in: to 192.0.2.1")]);
        fs::remove_file(directory.path().join(name)).unwrap();
    }
}
