use super::*;

fn settings() -> LineSettings {
    LineSettings {
        aor: "tina@example.com".into(),
        ..LineSettings::default()
    }
}

fn add(settings: LineSettings) -> Request {
    Request::AddLine {
        settings,
        password: Some("secret".into()),
    }
}

fn edit(settings: LineSettings) -> Request {
    Request::EditLine {
        line: "work".into(),
        settings,
        password: None,
    }
}

#[test]
fn what_the_page_has_buttons_for_is_let_through() {
    let line = || "work".to_owned();
    for request in [
        Request::Status,
        Request::Demo,
        Request::Rebind { line: None },
        Request::Check {
            line: Some("work".into()),
        },
        Request::Pause { line: line() },
        Request::Resume { line: line() },
        Request::LineSettings { line: line() },
        Request::RemoveLine { line: line() },
        Request::SetPassword {
            line: line(),
            password: "secret".into(),
        },
        add(settings()),
        edit(settings()),
        edit(LineSettings {
            password: PasswordPlace::File {
                path: "desk.secret".into(),
            },
            ..settings()
        }),
    ] {
        assert_eq!(check(&request), Ok(()), "{request:?}");
    }
}

#[test]
fn the_page_ends_no_engine_and_reads_no_sip() {
    for request in [Request::Subscribe, Request::Trace, Request::Shutdown] {
        assert!(check(&request).is_err(), "{request:?}");
    }
}

#[test]
fn a_new_line_sends_no_file_and_no_variable() {
    for password in [
        PasswordPlace::File {
            path: "/etc/shadow".into(),
        },
        PasswordPlace::Env {
            variable: "TOKEN".into(),
        },
    ] {
        let settings = LineSettings {
            password,
            ..settings()
        };
        assert!(check(&add(settings)).is_err());
    }
}

#[test]
fn what_is_endless_or_more_than_a_line_is_refused_wherever_it_stands() {
    for text in ["x".repeat(LONGEST + 1), "a\nb".into(), "a\0".into()] {
        let line = || text.clone();
        let some = || Some(text.clone());
        for request in [
            Request::Rebind { line: some() },
            Request::Check { line: some() },
            Request::Pause { line: line() },
            Request::Resume { line: line() },
            Request::LineSettings { line: line() },
            Request::RemoveLine { line: line() },
            Request::ForgetSecret { line: line() },
            Request::SetPassword {
                line: line(),
                password: "secret".into(),
            },
            Request::SetPassword {
                line: "work".into(),
                password: text.as_str().into(),
            },
        ] {
            assert!(check(&request).is_err(), "{request:?}");
        }
        let fields: [fn(&mut LineSettings, String); 7] = [
            |it, text| it.id = Some(text),
            |it, text| it.aor = text,
            |it, text| it.registrar = Some(text),
            |it, text| it.outbound_proxy = Some(text),
            |it, text| it.auth_username = Some(text),
            |it, text| it.user_agent = Some(text),
            |it, text| it.password = PasswordPlace::File { path: text },
        ];
        for (number, put) in fields.into_iter().enumerate() {
            let mut settings = settings();
            put(&mut settings, text.clone());
            assert!(check(&add(settings.clone())).is_err(), "{number}");
            assert!(check(&edit(settings)).is_err(), "{number}");
        }
    }
}

#[test]
fn an_edited_line_keeps_its_file_and_gets_no_other() {
    let with = |password| LineSettings {
        password,
        ..settings()
    };
    let file = |path: &str| PasswordPlace::File { path: path.into() };
    let variable = PasswordPlace::Env {
        variable: "TOKEN".into(),
    };
    let answer = |password| Reply::LineSettings {
        settings: with(password),
    };
    assert_eq!(question(&edit(with(PasswordPlace::Keyring))), None);
    for wanted in [file("desk.secret"), variable.clone()] {
        let wish = edit(with(wanted.clone()));
        let line = "work".to_owned();
        assert_eq!(question(&wish), Some(Request::LineSettings { line }));
        assert_eq!(check_answer(&wish, &answer(wanted)), Ok(()));
        for now in [PasswordPlace::Keyring, file("/etc/shadow")] {
            assert!(check_answer(&wish, &answer(now)).is_err());
        }
        let unknown = Reply::refused(Error::new(Code::NoSuchLine, [("line", "work")]));
        assert!(check_answer(&wish, &unknown).is_err());
    }
}
