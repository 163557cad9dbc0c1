//! The demo: nothing is needed for it, and nothing is left of it.

use anyhow::{Result, bail, ensure};
use bellhop_control::error::Code;
use bellhop_control::protocol::{Outcome, Reply, Request, Step};

use crate::desk::{COMMENT, Desk, SOON, place};

#[test]
fn the_demo_registers_and_survives_everything_but_its_end_and_the_engine_s() -> Result<()> {
    let mut desk = Desk::new()?;
    assert_eq!(desk.added(Request::Demo)?, "demo");
    let line = desk.line_in("demo", "registered")?;
    ensure!(line.demo && line.verified, "{line:?}");
    assert_eq!(desk.added(Request::Demo)?, "demo", "once");
    assert_eq!(desk.snapshot()?.lines.len(), 1);

    let mut desk = desk.with_tina()?;
    assert_eq!(desk.ask(Request::Reload)?, Reply::Done);
    for id in ["demo", "tina"] {
        let line = desk.line_in(id, "registered")?;
        assert_eq!(line.demo, id == "demo");
    }
    assert_eq!(
        desk.ask(Request::Pause {
            line: "demo".into()
        })?,
        Reply::Done
    );
    assert_eq!(
        desk.ask(Request::Resume {
            line: "demo".into()
        })?,
        Reply::Done
    );
    assert_eq!(
        desk.ask(Request::Rebind {
            line: Some("demo".into())
        })?,
        Reply::Done
    );

    let written = desk.all_that_is_written()?;
    ensure!(
        !written.contains("\"demo\"") && !desk.config()?.contains("demo"),
        "{written}"
    );

    let remove = || Request::RemoveLine {
        line: "demo".into(),
    };
    assert_eq!(desk.ask(remove())?, Reply::Done);
    desk.without_line("demo")?;
    let (code, _) = desk.refused(remove())?;
    assert_eq!(code, Code::NoSuchLine);
    assert_eq!(desk.added(Request::Demo)?, "demo", "and once more");
    desk.line_in("demo", "registered")?;
    desk.engine.stop()?;
    desk.engine.start_again()?;
    let status = desk.engine.status()?;
    ensure!(!status.to_string().contains("\"demo\":true"), "{status}");
    Ok(())
}

#[test]
fn the_demo_can_be_checked_and_not_be_edited() -> Result<()> {
    let mut desk = Desk::new()?;
    desk.added(Request::Demo)?;
    let check = Request::Check {
        line: Some("demo".into()),
    };
    let (steps, reply) = desk.steps(check, SOON)?;
    let Some(Reply::Checked { .. }) = reply else {
        bail!("{reply:?}")
    };
    ensure!(
        steps.iter().all(|step| step.outcome != Outcome::Fails),
        "{steps:?}"
    );
    place(&steps, Step::Login)?;
    let settings = desk.number("tina");
    let (code, _) = desk.refused(Request::EditLine {
        line: "demo".into(),
        settings,
        password: None,
    })?;
    assert_eq!(code, Code::NoSuchLine);
    assert_eq!(desk.config()?, COMMENT);
    Ok(())
}
