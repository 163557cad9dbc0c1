use super::*;
use crate::protocol::PasswordPlace;

const BEFORE: &str = "# my phones\n\n[[line]] # the first\nid = \"work\"\naor = \"sip:tina@example.com\" # my number\npassword = { keyring = true }\n";

fn tina_at(domain: &str) -> LineSettings {
    LineSettings {
        aor: format!("sip:tina@{domain}"),
        ..LineSettings::default()
    }
}

fn work() -> LineSettings {
    line_settings(BEFORE, "config.toml", "work").unwrap()
}

fn edited(text: &str, id: &str, wanted: &LineSettings) -> String {
    edit_line(text, "config.toml", id, wanted).unwrap().0
}

#[test]
fn the_first_line_of_an_empty_file_reads_as_by_hand() {
    let line = LineSettings {
        registrar: Some("sip:pbx.example.com".into()),
        password: PasswordPlace::File {
            path: "secret".into(),
        },
        ..tina_at("example.com")
    };
    let (text, id) = add_line("", "config.toml", &line).unwrap();
    assert_eq!(id, "tina");
    assert_eq!(
        text,
        "[[line]]\naor = \"sip:tina@example.com\"\nregistrar = \"sip:pbx.example.com\"\npassword = { file = \"secret\" }\n"
    );
}

#[test]
fn adding_keeps_every_byte_before() {
    let (text, id) = add_line(BEFORE, "config.toml", &tina_at("example.org")).unwrap();
    assert_eq!(id, "tina");
    assert_eq!(
        text,
        format!(
            "{BEFORE}\n[[line]]\naor = \"sip:tina@example.org\"\npassword = {{ keyring = true }}\n"
        )
    );
}

#[test]
fn a_new_line_comes_after_all_comments() {
    let line = "[[line]]\naor = \"sip:tina@example.org\"\npassword = { keyring = true }\n";
    let after = |before: &str| {
        add_line(before, "config.toml", &tina_at("example.org"))
            .unwrap()
            .0
    };
    assert_eq!(after("# mine\n"), format!("# mine\n\n{line}"));
    assert_eq!(after("# mine"), format!("# mine\n\n{line}"));
    let more = format!("{BEFORE}\n# the end\n");
    assert_eq!(after(&more), format!("{more}\n{line}"));
}

#[test]
fn the_others_keep_the_names_that_were_made_for_them() {
    let twice = "[[line]]\naor = \"sip:tina@a\"\n[[line]]\naor = \"sip:tina@b\"\n";
    let second = line_settings(twice, "config.toml", "tina-2").unwrap();
    assert_eq!(second.aor, "sip:tina@b");
    let removed = remove_line(twice, "config.toml", "tina").unwrap();
    assert_eq!(removed, "[[line]]\naor = \"sip:tina@b\"\nid = \"tina-2\"\n");
    let tom = LineSettings {
        aor: "sip:tom@a".into(),
        ..LineSettings::default()
    };
    let (edited, id) = edit_line(twice, "config.toml", "tina", &tom).unwrap();
    assert_eq!(id, "tom");
    assert!(line_settings(&edited, "config.toml", "tina-2").is_ok());
    let named = LineSettings {
        id: Some("tina".into()),
        ..tina_at("c")
    };
    let refused = add_line(twice, "config.toml", &named).unwrap_err();
    assert!(matches!(&refused, EditError::After(_)), "{refused:?}");
}

#[test]
fn removing_keeps_the_others_and_what_is_said_of_all() {
    let (two, _) = add_line(BEFORE, "config.toml", &tina_at("example.org")).unwrap();
    assert_eq!(remove_line(&two, "config.toml", "tina").unwrap(), BEFORE);
    assert_eq!(
        remove_line(BEFORE, "config.toml", "home").unwrap_err(),
        EditError::NoSuchLine
    );
    assert_eq!(
        remove_line(&two, "config.toml", "work").unwrap(),
        "# my phones\n\n[[line]]\naor = \"sip:tina@example.org\"\npassword = { keyring = true }\n"
    );
    assert_eq!(
        remove_line(BEFORE, "config.toml", "work").unwrap(),
        "# my phones\n"
    );
}

#[test]
fn the_settings_are_what_is_written() {
    let written = LineSettings {
        id: Some("home".into()),
        registrar: Some("sip:192.0.2.1:5070".into()),
        outbound_proxy: Some("sip:edge.example.com;lr".into()),
        auth_username: Some("t".into()),
        expires: Some(600),
        user_agent: Some("desk".into()),
        password: PasswordPlace::Env {
            variable: "TINA".into(),
        },
        ..tina_at("example.org")
    };
    let (text, id) = add_line(BEFORE, "config.toml", &written).unwrap();
    assert_eq!(line_settings(&text, "config.toml", &id).unwrap(), written);
    let made = add_line("", "config.toml", &tina_at("example.org")).unwrap();
    let read = line_settings(&made.0, "config.toml", "tina").unwrap();
    assert_eq!(read.id, None, "one that is made is none");
}

#[test]
fn the_same_settings_change_no_byte() {
    let spaced = "[[line]]\n# who\n  aor   =  'sip:tina@example.com'   # me\n\nexpires=1_200\npassword.keyring = true\n# end\n";
    let same = line_settings(spaced, "config.toml", "tina").unwrap();
    assert_eq!(same.expires, Some(1200));
    assert_eq!(edited(spaced, "tina", &same), spaced);
}

#[test]
fn a_changed_value_keeps_its_place_and_comment_and_a_new_one_comes_last() {
    let wanted = LineSettings {
        aor: "sip:tom@example.com".into(),
        expires: Some(600),
        password: PasswordPlace::File {
            path: "secret".into(),
        },
        ..work()
    };
    assert_eq!(
        edited(BEFORE, "work", &wanted),
        "# my phones\n\n[[line]] # the first\nid = \"work\"\naor = \"sip:tom@example.com\" # my number\npassword = { file = \"secret\" }\nexpires = 600\n"
    );
}

#[test]
fn what_was_said_of_a_key_stays_when_the_key_goes() {
    let text = "[[line]]\naor = \"sip:a@b\"\n# IT wants this\nexpires = 600 # ten minutes\npassword = { keyring = true }\n# the edge\noutbound_proxy = \"sip:edge\"\n\n# the other\n[[line]]\naor = \"sip:c@d\"\n";
    let plain = LineSettings {
        aor: "sip:a@b".into(),
        ..LineSettings::default()
    };
    assert_eq!(
        edited(text, "a", &plain),
        "[[line]]\naor = \"sip:a@b\"\n# IT wants this\n# ten minutes\npassword = { keyring = true }\n# the edge\n\n# the other\n[[line]]\naor = \"sip:c@d\"\n"
    );
}

#[test]
fn a_line_without_an_id_is_called_by_its_new_number() {
    let (two, _) = add_line(BEFORE, "config.toml", &tina_at("example.org")).unwrap();
    let tom = LineSettings {
        aor: "sip:tom@example.org".into(),
        ..LineSettings::default()
    };
    let (text, id) = edit_line(&two, "config.toml", "tina", &tom).unwrap();
    assert_eq!(id, "tom");
    assert!(text.starts_with(BEFORE));
}

#[test]
fn passwords_written_in_other_ways_are_replaced_whole() {
    for before in [
        "[[line]]\naor = \"sip:a@b\"\npassword.env = \"X\"\n",
        "[[line]]\naor = \"sip:a@b\"\n[line.password]\nenv = \"X\"\n",
    ] {
        let mut wanted = line_settings(before, "config.toml", "a").unwrap();
        assert_eq!(
            std::mem::take(&mut wanted.password),
            PasswordPlace::Env {
                variable: "X".into()
            }
        );
        assert_eq!(
            edited(before, "a", &wanted),
            "[[line]]\naor = \"sip:a@b\"\npassword = { keyring = true }\n"
        );
    }
}

#[test]
fn lines_in_another_form_are_left_to_who_wrote_them() {
    let inline = "line = [{ aor = \"sip:a@b\" }]\n";
    for refused in [
        remove_line(inline, "config.toml", "a").map(drop),
        add_line(inline, "config.toml", &tina_at("x")).map(drop),
        edit_line(inline, "config.toml", "a", &tina_at("x")).map(drop),
    ] {
        assert!(matches!(refused, Err(EditError::Before(_))), "{refused:?}");
    }
}

#[test]
fn what_would_not_be_read_is_not_written() {
    let twin = LineSettings {
        id: Some("work".into()),
        ..tina_at("example.org")
    };
    assert!(matches!(
        add_line(BEFORE, "config.toml", &twin),
        Err(EditError::After(_))
    ));
    let secure = LineSettings {
        registrar: Some("sip:x;transport=tls".into()),
        ..tina_at("example.org")
    };
    for refused in [
        add_line(BEFORE, "config.toml", &secure),
        edit_line(BEFORE, "config.toml", "work", &secure),
    ] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, EditError::After(_)));
        assert!(refused.to_string().contains("not in this version"));
    }
    assert!(matches!(
        add_line("[[line]\n", "config.toml", &tina_at("x")),
        Err(EditError::Before(_))
    ));
}

mod home;
