//! A check, step by step.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bellhop_control::error::Code;
use bellhop_control::protocol::{CheckStep, LineSettings, Outcome, Reply, Request, Step};
use bellhop_tests_support::engine::PASSWORD;
use bellhop_tests_support::peer::Peer;

use crate::desk::{Desk, SOON, place};

fn of(line: &str) -> Request {
    Request::Check {
        line: Some(line.into()),
    }
}

#[test]
fn every_step_is_told_before_the_reply_that_lists_them_all() -> Result<()> {
    let mut desk = Desk::new()?;
    let (tina, tom) = (desk.number("tina"), desk.number("tom"));
    for settings in [tina, tom] {
        desk.added(Request::AddLine {
            settings,
            password: Some(PASSWORD.into()),
        })?;
    }
    // At once after the line was added, as the window does.
    let (told, reply) = desk.steps(of("tom"), SOON)?;
    let Some(Reply::Checked { steps }) = reply else {
        bail!("{reply:?}")
    };
    let by_step = |mut steps: Vec<CheckStep>| {
        steps.sort_by_key(|step| format!("{:?}", step.step));
        steps
    };
    assert_eq!(by_step(told.clone()), by_step(steps.clone()));
    let order: Vec<Step> = steps.iter().map(|step| step.step).collect();
    assert_eq!(
        order,
        [
            Step::Config,
            Step::Secret,
            Step::Dns,
            Step::Login,
            Step::Callable
        ]
    );
    ensure!(place(&told, Step::Login)? < place(&told, Step::Callable)?);
    for step in &steps {
        let line = (step.step != Step::Config).then_some("tom");
        assert_eq!(step.line.as_deref(), line);
        ensure!(step.outcome != Outcome::Fails, "{step:?}");
    }
    Ok(())
}

#[test]
fn what_is_known_is_told_while_the_registrar_is_still_silent() -> Result<()> {
    let mut desk = Desk::new()?;
    let peer = Peer::start(|_| None)?;
    let settings = LineSettings {
        registrar: Some(peer.address().to_string()),
        ..desk.number("tina")
    };
    desk.added(Request::AddLine {
        settings,
        password: Some(PASSWORD.into()),
    })?;
    let (told, reply) = desk.steps(of("tina"), Duration::from_secs(8))?;
    assert_eq!(reply, None, "32 s are not over");
    ensure!(place(&told, Step::Config)? < place(&told, Step::Dns)?);
    ensure!(told.iter().all(|step| step.step != Step::Login), "{told:?}");
    Ok(())
}

#[test]
fn an_edited_line_is_checked_as_it_is_after_the_edit() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let settings = LineSettings {
        expires: Some(600),
        ..desk.number("tina")
    };
    let edit = |password: &str| Request::EditLine {
        line: "tina".into(),
        settings: settings.clone(),
        password: Some(password.into()),
    };
    desk.added(edit("wr0ng"))?;
    let (_, reply) = desk.steps(of("tina"), SOON)?;
    let Some(Reply::Checked { steps }) = reply else {
        bail!("{reply:?}")
    };
    let login = steps.get(place(&steps, Step::Login)?).context("no login")?;
    let code = login.error.as_ref().map(|error| error.code);
    assert_eq!(code, Some(Code::PasswordRefused), "{steps:?}");
    Ok(())
}

#[test]
fn a_login_in_vain_tells_how_long_it_was_tried() -> Result<()> {
    let mut desk = Desk::new()?;
    let peer = Peer::start(|heard| {
        std::thread::sleep(Duration::from_millis(1000));
        Some(heard.answer("403 Forbidden", ""))
    })?;
    let settings = LineSettings {
        registrar: Some(peer.address().to_string()),
        ..desk.number("tina")
    };
    desk.added(Request::AddLine {
        settings,
        password: Some(PASSWORD.into()),
    })?;
    let (told, _) = desk.steps(of("tina"), SOON)?;
    let login = told.get(place(&told, Step::Login)?).context("no login")?;
    ensure!(
        login.outcome == Outcome::Fails && login.took_ms >= 500,
        "{login:?}"
    );
    Ok(())
}

#[test]
fn nobody_s_line_is_not_checked_and_without_a_line_all_are() -> Result<()> {
    let mut desk = Desk::new()?.with_tina()?;
    let (code, _) = desk.refused(of("nobody"))?;
    assert_eq!(code, Code::NoSuchLine);
    let begun = Instant::now();
    let reply = desk.ask(Request::Check { line: None })?;
    ensure!(begun.elapsed() < SOON);
    let Reply::Checked { steps } = reply else {
        bail!("{reply:?}")
    };
    ensure!(
        steps
            .iter()
            .any(|step| step.line.as_deref() == Some("tina"))
    );
    Ok(())
}
