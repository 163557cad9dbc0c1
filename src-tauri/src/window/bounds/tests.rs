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
        Request::RemoveDevice { device: line() },
        Request::HomeHere,
        Request::ForgetHome {
            network: Some("192.168.1.0/24".into()),
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

fn device(change: impl FnOnce(&mut DeviceSettings)) -> DeviceRequest {
    let mut settings = DeviceSettings {
        name: "desk".into(),
        ..DeviceSettings::default()
    };
    change(&mut settings);
    DeviceRequest::Add { settings }
}

#[test]
fn a_phone_has_the_password_that_was_made_for_it_and_no_other() {
    assert_eq!(check_device(&device(|_| {})), Ok(()));
    let file = PasswordPlace::File {
        path: "/etc/shadow".into(),
    };
    assert!(check_device(&device(|it| it.password = file)).is_err());
    let named = || "desk".to_owned();
    let again = |password: &str| DeviceRequest::Again {
        device: named(),
        password: password.into(),
        at_home: true,
    };
    assert_eq!(check_device(&again("secret")), Ok(()));
    assert!(check_device(&again("")).is_err());
    for past_that in [
        Request::AddDevice {
            settings: DeviceSettings::default(),
            password: None,
        },
        Request::SetDevicePassword {
            device: named(),
            password: "secret".into(),
        },
        Request::Provision {
            device: named(),
            password: "secret".into(),
            token: "token".into(),
        },
        Request::ForgetHome { network: None },
    ] {
        assert!(check(&past_that).is_err(), "{past_that:?}");
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
            Request::RemoveDevice { device: line() },
            Request::ForgetHome { network: some() },
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
        for request in [
            device(|it| it.name = line()),
            device(|it| it.extension = some()),
            device(|it| it.digest = some()),
            DeviceRequest::NewPassword { device: line() },
        ] {
            assert!(check_device(&request).is_err(), "{request:?}");
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
