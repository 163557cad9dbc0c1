//! New lines.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bellhop_control::error::Code;
use bellhop_control::protocol::{LineSettings, PasswordPlace, Reply, Request};
use bellhop_tests_support::engine::PASSWORD;

use crate::desk::{COMMENT, Desk, keys};

#[test]
fn a_number_and_a_password_are_enough_and_the_file_reads_as_by_hand() -> Result<()> {
    let mut desk = Desk::new()?;
    fs::set_permissions(desk.config_path(), Permissions::from_mode(0o640))?;
    let settings = desk.number("tina");
    let line = desk.added(Request::AddLine {
        settings,
        password: Some(PASSWORD.into()),
    })?;
    assert_eq!(line, "tina");
    // The engine has it as soon as it says so.
    ensure!(desk.snapshot()?.line("tina").is_some());
    desk.line_in("tina", "registered")?;
    let registrar = desk.registrar.address();
    assert_eq!(
        desk.config()?,
        format!(
            "{COMMENT}\n[[line]]\naor = \"sip:tina@company.test\"\nregistrar = \"sip:{registrar}\"\npassword = {{ keyring = true }}\n"
        )
    );
    assert_eq!(desk.mode()?, 0o640);
    desk.keyring_has("tina", Some(PASSWORD))?;
    ensure!(!desk.all_that_is_written()?.contains(PASSWORD));
    ensure!(!desk.trace()?.contains(PASSWORD));
    Ok(())
}

#[test]
fn what_is_written_comes_back_without_its_password() -> Result<()> {
    let mut desk = Desk::new()?;
    let settings = LineSettings {
        id: Some("work".into()),
        expires: Some(600),
        user_agent: Some("Desk \"2\"".into()),
        auth_username: Some("t".into()),
        password: PasswordPlace::File {
            path: "secret".into(),
        },
        ..desk.number("tina")
    };
    desk.added(Request::AddLine {
        settings: settings.clone(),
        password: None,
    })?;
    desk.line_in("work", "registered")?;
    let reply = desk.ask(Request::LineSettings {
        line: "work".into(),
    })?;
    assert_eq!(
        reply,
        Reply::LineSettings {
            settings: settings.tidied()
        }
    );
    ensure!(!format!("{reply:?}").contains(PASSWORD));
    let (code, _) = desk.refused(Request::LineSettings {
        line: "home".into(),
    })?;
    assert_eq!(code, Code::NoSuchLine);
    Ok(())
}

#[test]
fn what_makes_no_sense_is_told_field_by_field_and_changes_nothing() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let before = desk.config()?;
    let of = |aor: &str| LineSettings {
        aor: aor.into(),
        ..LineSettings::default()
    };
    let twin = LineSettings {
        id: Some("tina".into()),
        ..desk.number("tom")
    };
    for (settings, password, wanted) in [
        (
            LineSettings {
                registrar: Some("no company".into()),
                outbound_proxy: Some("edge of town".into()),
                ..of("tom at company")
            },
            "c4nary",
            ["aor", "registrar", "outbound_proxy"].as_slice(),
        ),
        (of(""), "c4nary", &["aor"]),
        (of("company.test"), "c4nary", &["aor"]),
        (of("sips:tom@company.test"), "c4nary", &["aor"]),
        (of("tom:c4nary@company.test"), "c4nary", &["aor"]),
        (desk.number("tina"), "c4nary", &["aor"]),
        (twin, "c4nary", &["id"]),
        (
            LineSettings {
                expires: Some(5),
                ..of("tom@company.test")
            },
            "c4nary",
            &["expires"],
        ),
        (of("tom@company.test"), "", &["password"]),
        (of("tom@company.test"), "c4nary\nmore", &["password"]),
        (
            LineSettings {
                password: PasswordPlace::File {
                    path: "missing".into(),
                },
                ..of("tom@company.test")
            },
            "c4nary",
            &["password"],
        ),
        (
            LineSettings {
                password: PasswordPlace::File {
                    path: "secret".into(),
                },
                ..of("tom@company.test")
            },
            "c4nary",
            &["password"],
        ),
    ] {
        let told = format!("{settings:?}");
        let (code, problems) = desk.refused(Request::AddLine {
            settings,
            password: Some(password.into()),
        })?;
        assert_eq!(code, Code::SettingsInvalid, "{told}");
        assert_eq!(keys(&problems), wanted, "{told}");
        ensure!(!format!("{problems:?}").contains("c4nary"), "{problems:?}");
        assert_eq!(desk.config()?, before, "{told}");
    }
    desk.keyring_has("tom", None)?;
    desk.keyring_has("tina", Some(PASSWORD))?;
    assert_eq!(desk.snapshot()?.lines.len(), 1);
    Ok(())
}

#[test]
fn a_config_that_makes_no_sense_is_left_to_its_owner() -> Result<()> {
    let mut desk = Desk::new()?;
    let wrong = "[[line]]\naor = 1\n";
    fs::write(desk.config_path(), wrong)?;
    let settings = desk.number("tina");
    let (code, problems) = desk.refused(Request::AddLine {
        settings,
        password: Some(PASSWORD.into()),
    })?;
    assert_eq!(code, Code::ConfigInvalid);
    assert_eq!(problems.first().map(|it| it.line), Some(2), "{problems:?}");
    assert_eq!(desk.config()?, wrong);
    desk.keyring_has("tina", None)
}

#[test]
fn a_config_that_can_t_be_written_leaves_no_password_behind() -> Result<()> {
    let mut desk = Desk::new()?;
    desk.keyring.store("sip:tina@company.test", b"of before")?;
    // Where nothing can be made, not even by root.
    fs::remove_file(desk.config_path())?;
    std::os::unix::fs::symlink("/proc/bellhop/config.toml", desk.config_path())?;
    let settings = desk.number("tina");
    let other = desk.number("tom");
    for (settings, user, before) in [(settings, "tina", Some("of before")), (other, "tom", None)] {
        let (code, _) = desk.refused(Request::AddLine {
            settings,
            password: Some(PASSWORD.into()),
        })?;
        assert_eq!(code, Code::ConfigUnwritable);
        desk.keyring_has(user, before)?;
    }
    Ok(())
}

#[test]
fn without_an_answer_from_the_keyring_nothing_is_changed_then_or_later() -> Result<()> {
    let mut desk = Desk::new()?;
    let (tina, tom) = (desk.number("tina"), desk.number("tom"));
    desk.keyring.stop()?;
    let begun = Instant::now();
    let (code, _) = desk.refused(Request::AddLine {
        settings: tina,
        password: Some("c4nary".into()),
    })?;
    assert_eq!(code, Code::SecretUnavailable);
    ensure!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(desk.config()?, COMMENT);
    desk.keyring.go_on()?;
    // Its turn comes after that of the one that was given up.
    desk.added(Request::AddLine {
        settings: tom,
        password: Some(PASSWORD.into()),
    })?;
    desk.line_in("tom", "registered")?;
    desk.keyring_has("tina", None)?;
    ensure!(!desk.config()?.contains("tina"));
    Ok(())
}

#[test]
fn two_at_once_are_both_there() -> Result<()> {
    let desk = Desk::new()?;
    let settings = [desk.number("tina"), desk.number("tom"), desk.number("ute")];
    std::thread::scope(|scope| {
        let state = desk.engine.state_dir();
        let threads = settings.map(|settings| {
            let state = state.clone();
            scope.spawn(move || -> Result<Reply> {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                runtime.block_on(async {
                    let mut client = bellhop_control::client::Client::connect(&state).await?;
                    let request = Request::AddLine {
                        settings,
                        password: Some(PASSWORD.into()),
                    };
                    Ok(client.request(request).await?)
                })
            })
        });
        for thread in threads {
            let reply = thread.join().map_err(|_| anyhow::anyhow!("panicked"))??;
            ensure!(matches!(reply, Reply::Added { .. }), "{reply:?}");
        }
        Ok(())
    })?;
    let mut desk = desk;
    for id in ["tina", "tom", "ute"] {
        desk.line_in(id, "registered")?;
    }
    Ok(())
}
