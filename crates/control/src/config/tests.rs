use super::*;

fn problems(text: &str) -> Vec<String> {
    Written::parse(text, "/home/tina/.config/bellhop/config.toml")
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// The one problem of a line table with `entry` at line 3.
fn problem_of(entry: &str) -> String {
    let mut problems = problems(&format!(
        "[[line]]\naor = \"sip:tina@company.test\"\n{entry}\n"
    ));
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn an_empty_file_has_no_lines() {
    assert_eq!(Written::parse("", "config.toml").unwrap().lines, []);
    assert_eq!(
        Written::parse("# later\n", "config.toml").unwrap().lines,
        []
    );
}

#[test]
fn every_key_of_this_version_is_read_with_its_place() {
    let text = "# mine\n[[line]]\nid = \"work\"\naor = \"sip:tina@example.com\"\nregistrar = \"sip:pbx.example.com;transport=udp\"\noutbound_proxy = \"sip:edge.example.com;lr\"\n\
                auth_username = \"tina-auth\"\npassword = { file = \"secret\" }\nexpires = 600\nuser_agent = \"Desk/1\"\n";
    let written = Written::parse(text, "config.toml").unwrap();
    let [line] = written.lines.as_slice() else {
        panic!("one line")
    };
    assert_eq!((line.line, line.id.as_str(), line.id.line), (2, "work", 3));
    assert_eq!(
        (line.aor.as_str(), line.aor.line),
        ("sip:tina@example.com", 4)
    );
    assert_eq!(
        line.registrar
            .as_ref()
            .map(|at| (at.value.as_str(), at.line)),
        Some(("sip:pbx.example.com;transport=udp", 5))
    );
    assert_eq!(line.outbound_proxy.as_ref().map(|at| at.line), Some(6));
    assert_eq!(
        line.auth_username.as_ref().map(|at| at.value.as_str()),
        Some("tina-auth")
    );
    assert_eq!(
        line.password,
        At {
            value: PasswordSource::File("secret".into()),
            line: 8
        }
    );
    assert_eq!(
        line.expires,
        Some(At {
            value: 600,
            line: 9
        })
    );
    assert_eq!(
        line.user_agent.as_ref().map(|at| at.value.as_str()),
        Some("Desk/1")
    );
}

#[test]
fn the_least_is_an_aor() {
    let written = Written::parse(
        "[[line]]\naor = \"sip:tina@example.com\"\n[[line]]\naor = \"sip:tina@example.org\"\n",
        "config.toml",
    )
    .unwrap();
    assert_eq!(
        written
            .lines
            .iter()
            .map(|line| line.id.as_str())
            .collect::<Vec<_>>(),
        ["tina", "tina-2"]
    );
    assert_eq!(
        written.lines.first().unwrap().password.value,
        PasswordSource::Keyring
    );
}

#[test]
fn a_made_id_makes_way_for_a_written_one() {
    let written = Written::parse("[[line]]\naor = \"sip:tina@a.example\"\n[[line]]\naor = \"sip:x@a.example\"\nid = \"tina\"\n", "config.toml").unwrap();
    assert_eq!(
        written
            .lines
            .iter()
            .map(|line| line.id.as_str())
            .collect::<Vec<_>>(),
        ["tina-2", "tina"]
    );
}

#[test]
fn a_syntax_error_is_told_at_its_line_with_its_key() {
    let told = problems("[[line]]\naor = \"sip:tina@company.test\n");
    assert!(
        told.first()
            .unwrap()
            .starts_with("config.toml:2: aor: this is not TOML: "),
        "{told:?}"
    );
}

#[test]
fn an_unknown_key_is_named() {
    assert!(
        problem_of("pasword = { file = \"secret\" }")
            .starts_with("config.toml:3: pasword: there is no such key")
    );
    assert!(
        problems("lines = 1\n")
            .first()
            .unwrap()
            .starts_with("config.toml:1: lines: ")
    );
    assert!(
        problems("[line]\naor = \"sip:a@b\"\n")
            .first()
            .unwrap()
            .contains("[[line]]")
    );
}

#[test]
fn the_range_of_expires_is_said() {
    for entry in [
        "expires = -5",
        "expires = 59",
        "expires = 604801",
        "expires = \"600\"",
        "expires = 600.0",
        "expires = 99999999999999999999",
    ] {
        assert_eq!(
            problem_of(entry),
            "config.toml:3: expires: must be a whole number of seconds between 60 and 604800",
            "{entry}"
        );
    }
}

#[test]
fn what_later_versions_know_is_said_to_be_later() {
    for entry in [
        "tls_ca_file = \"x.pem\"",
        "register = \"always\"",
        "ring = [\"desk\"]",
        "max_calls = 2",
        "srtp = \"pass\"",
        "emergency = \"warn\"",
    ] {
        let key = entry.split(' ').next().unwrap();
        assert_eq!(
            problem_of(entry),
            format!("config.toml:3: {key}: not in this version")
        );
    }
    for transport in ["tls", "tcp", "TLS", "ws", "wss"] {
        let told = problem_of(&format!(
            "registrar = \"sip:pbx.example.com;lr;transport={transport}\""
        ));
        assert_eq!(
            told,
            format!(
                "config.toml:3: registrar: transport={}: not in this version",
                transport.to_lowercase()
            )
        );
    }
    assert_eq!(
        problem_of("registrar = \"sips:pbx.example.com\""),
        "config.toml:3: registrar: sips: (TLS): not in this version"
    );
}

#[test]
fn a_clear_text_password_is_refused_with_what_to_do() {
    let told = problem_of("password = \"hunter2\"");
    assert!(
        told.starts_with("config.toml:3: password: clear text is not accepted: ")
            && told.contains("bellhop line password"),
        "{told}"
    );
    assert!(!told.contains("hunter2"));
}

#[test]
fn a_password_has_exactly_one_source() {
    for entry in [
        "{}",
        "{ keyring = false }",
        "{ keyring = true, env = \"X\" }",
        "{ file = \"\" }",
        "{ file = 1 }",
        "{ vault = \"x\" }",
        "{ env = \"A=B\" }",
        "7",
        "[]",
    ] {
        assert!(
            problem_of(&format!("password = {entry}")).contains("exactly one of"),
            "{entry}"
        );
    }
}

#[test]
fn types_and_contents_are_checked() {
    assert_eq!(
        problem_of("registrar = 5060"),
        "config.toml:3: registrar: must be a text in quotes"
    );
    assert_eq!(
        problem_of("user_agent = \"a\\r\\nContact: *\""),
        "config.toml:3: user_agent: must not have line ends or control characters"
    );
    assert_eq!(
        problem_of("auth_username = \" \""),
        "config.toml:3: auth_username: must not be empty; leave the key out instead"
    );
    assert!(problem_of("id = \"-x\"").contains("begin with a letter"));
    assert_eq!(problems("[[line]]\nexpires = 600\n").len(), 1);
    assert!(
        problems("[[line]]\nexpires = 600\n")
            .first()
            .unwrap()
            .starts_with("config.toml:1: aor: is missing")
    );
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let told = problems(
        "[[line]]\nid = \"a\"\naor = 1\nexpires = 1\n[[line]]\nid = \"a\"\naor = \"sip:a@b\"\nfoo = 1\n[[line]]\nid = \"a\"\naor = \"sip:a@c\"\n",
    );
    let places: Vec<&str> = told
        .iter()
        .filter_map(|problem| problem.split(": ").next())
        .collect();
    assert_eq!(
        places,
        [
            "config.toml:3",
            "config.toml:4",
            "config.toml:8",
            "config.toml:10"
        ],
        "{told:?}"
    );
}

/// Whatever is wrong, what stands right of a `=` is not repeated.
#[test]
fn a_value_is_never_repeated() {
    const CANARY: &str = "c4naryPassw0rd";
    for value in [
        "c4naryPassw0rd",
        "\"c4naryPassw0rd",
        "'c4naryPassw0rd",
        "\"\\c4naryPassw0rd\"",
        "{ c4naryPassw0rd }",
        "{ file = c4naryPassw0rd }",
        "[\"c4naryPassw0rd\"",
        "\"\"\"c4naryPassw0rd",
        "\"c4naryPassw0rd\" \"c4naryPassw0rd\"",
        "c4naryPassw0rd = 1",
        "\"c4naryPassw0rd\\uD800\"",
        "0xc4naryPassw0rd",
        "1c4naryPassw0rd",
        "{ file = \"c4naryPassw0rd\", file = \"x\" }",
        "\"c4naryPassw0rd\"",
        "[ \"c4naryPassw0rd\" ]",
        "{ vault = \"c4naryPassw0rd\" }",
    ] {
        for key in [
            "password",
            "aor",
            "registrar",
            "expires",
            "id",
            "tls_ca_file",
            "pasword",
        ] {
            let text = format!("[[line]]\naor = \"sip:tina@company.test\"\n{key} = {value}\n");
            if let Err(problems) = Written::parse(&text, "config.toml") {
                for problem in problems {
                    assert!(
                        !problem.to_string().contains(CANARY),
                        "{key} = {value}: {problem}"
                    );
                }
            }
        }
    }
}

#[test]
fn two_lines_of_one_address_at_one_registrar_are_refused() {
    let line = |aor: &str, registrar: &str| {
        format!("[[line]]\naor = \"{aor}\"\nregistrar = \"{registrar}\"\n")
    };
    let twice = line("sip:tina@example.com", "sip:pbx.example.com")
        + &line("sip:tina@EXAMPLE.com", "sip:pbx.example.com");
    let problems = Written::parse(&twice, "config.toml").unwrap_err();
    assert_eq!(
        problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["config.toml:5: aor: another line has the same address at the same registrar"]
    );
    for other in [
        line("sip:tina@example.com", "sip:backup.example.com"),
        line("sip:Tina@example.com", "sip:pbx.example.com"),
    ] {
        let both = line("sip:tina@example.com", "sip:pbx.example.com") + &other;
        assert_eq!(Written::parse(&both, "config.toml").unwrap().lines.len(), 2);
    }
}

mod home;
