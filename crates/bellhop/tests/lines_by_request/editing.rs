//! Lines that are there: other settings, other passwords, and their end.

use anyhow::{Context as _, Result, bail, ensure};
use bellhop_control::error::Code;
use bellhop_control::protocol::{LineSettings, Reply, Request};
use bellhop_tests_support::engine::PASSWORD;

use crate::desk::Desk;

impl Desk {
    fn settings_of(&mut self, line: &str) -> Result<LineSettings> {
        let reply = self.ask(Request::LineSettings { line: line.into() })?;
        let Reply::LineSettings { settings } = reply else {
            bail!("no settings: {reply:?}")
        };
        Ok(settings)
    }

    fn edited(
        &mut self,
        line: &str,
        settings: LineSettings,
        password: Option<&str>,
    ) -> Result<String> {
        self.added(Request::EditLine {
            line: line.into(),
            settings,
            password: password.map(Into::into),
        })
    }
}

#[test]
fn a_changed_number_takes_its_password_along() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let settings = LineSettings {
        aor: "tom@company.test".into(),
        ..desk.settings_of("tina")?
    };
    assert_eq!(desk.edited("tina", settings, None)?, "tom");
    desk.line_in("tom", "registered")?;
    desk.without_line("tina")?;
    desk.keyring_has("tom", Some(PASSWORD))?;
    desk.keyring_has("tina", None)?;
    ensure!(desk.config()?.contains("aor = \"sip:tom@company.test\"\n"));
    Ok(())
}

#[test]
fn other_settings_register_anew_and_the_rest_of_the_file_stays() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let noted = desk
        .config()?
        .replace("registrar =", "# as IT says\nregistrar =");
    std::fs::write(desk.config_path(), &noted)?;
    let settings = LineSettings {
        user_agent: Some("Edited/1".into()),
        ..desk.settings_of("tina")?
    };
    assert_eq!(desk.edited("tina", settings, None)?, "tina");
    assert_eq!(desk.config()?, noted + "user_agent = \"Edited/1\"\n");
    let end = std::time::Instant::now() + crate::desk::SOON;
    loop {
        let seen = desk.registrar.seen();
        if seen
            .iter()
            .any(|it| it.accepted && it.message.contains("User-Agent: Edited/1"))
        {
            break;
        }
        ensure!(std::time::Instant::now() < end, "never registered anew");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    desk.line_in("tina", "registered")?;
    Ok(())
}

#[test]
fn another_name_keeps_one_binding_and_a_pause() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let named = |desk: &mut Desk, line: &str, id: &str| -> Result<()> {
        let settings = LineSettings {
            id: Some(id.into()),
            ..desk.settings_of(line)?
        };
        assert_eq!(desk.edited(line, settings, None)?, id);
        Ok(())
    };
    named(&mut desk, "tina", "work")?;
    desk.line_in("work", "registered")?;
    assert_eq!(desk.registrar.bindings().len(), 1);
    assert_eq!(desk.snapshot()?.lines.len(), 1);
    assert_eq!(
        desk.ask(Request::Pause {
            line: "work".into()
        })?,
        Reply::Done
    );
    named(&mut desk, "work", "office")?;
    desk.line_in("office", "paused")?;
    assert_eq!(desk.registrar.bindings(), Vec::<String>::new());
    Ok(())
}

#[test]
fn an_edit_that_is_refused_leaves_the_line_registered() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let (before, bound) = (desk.config()?, desk.registrar.seen().len());
    let settings = LineSettings {
        registrar: Some("no company".into()),
        ..desk.settings_of("tina")?
    };
    let edit = |line: &str, settings: &LineSettings| Request::EditLine {
        line: line.into(),
        settings: settings.clone(),
        password: Some("c4nary".into()),
    };
    let (code, problems) = desk.refused(edit("tina", &settings))?;
    assert_eq!(code, Code::SettingsInvalid);
    assert_eq!(crate::desk::keys(&problems), ["registrar"]);
    let (code, _) = desk.refused(edit("nobody", &settings))?;
    assert_eq!(code, Code::NoSuchLine);
    assert_eq!(desk.config()?, before);
    desk.keyring_has("tina", Some(PASSWORD))?;
    desk.line_in("tina", "registered")?;
    assert_eq!(desk.registrar.seen().len(), bound);
    Ok(())
}

#[test]
fn a_wrong_password_is_told_and_the_right_one_is_used_at_once() -> Result<()> {
    let mut desk = Desk::new()?;
    let settings = desk.number("tina");
    desk.added(Request::AddLine {
        settings,
        password: Some("wr0ng".into()),
    })?;
    let line = desk.line_in("tina", "rejected")?;
    assert_eq!(line.error.context("no error")?.code, Code::PasswordRefused);
    let set = |password: &str| Request::SetPassword {
        line: "tina".into(),
        password: password.into(),
    };
    assert_eq!(desk.ask(set(PASSWORD))?, Reply::Done);
    desk.line_in("tina", "registered")?;
    desk.keyring_has("tina", Some(PASSWORD))?;
    let (code, problems) = desk.refused(set(""))?;
    assert_eq!(
        (code, crate::desk::keys(&problems)),
        (Code::SettingsInvalid, vec!["password"])
    );
    ensure!(!desk.all_that_is_written()?.contains("wr0ng"));
    Ok(())
}

#[test]
fn a_removed_line_takes_binding_and_password_with_it_and_comes_again_unpaused() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let before = desk.config()?;
    assert_eq!(
        desk.ask(Request::Pause {
            line: "tina".into()
        })?,
        Reply::Done
    );
    let remove = Request::RemoveLine {
        line: "tina".into(),
    };
    assert_eq!(desk.ask(remove.clone())?, Reply::Done);
    assert_eq!(desk.config()?, crate::desk::COMMENT);
    desk.without_line("tina")?;
    desk.keyring_has("tina", None)?;
    assert_eq!(desk.registrar.bindings(), Vec::<String>::new());
    let (code, _) = desk.refused(remove)?;
    assert_eq!(code, Code::NoSuchLine);
    let desk = desk.with_tina()?;
    assert_eq!(desk.config()?, before);
    Ok(())
}

#[test]
fn a_password_that_another_line_needs_stays() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let settings = LineSettings {
        id: Some("backup".into()),
        registrar: Some("192.0.2.1".into()),
        ..desk.number("tina")
    };
    desk.added(Request::AddLine {
        settings,
        password: None,
    })?;
    let remove = Request::RemoveLine {
        line: "backup".into(),
    };
    assert_eq!(desk.ask(remove)?, Reply::Done);
    desk.without_line("backup")?;
    desk.keyring_has("tina", Some(PASSWORD))
}
