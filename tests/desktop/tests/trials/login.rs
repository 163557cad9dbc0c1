//! Start at login, where it can't be arranged.

use std::fs;

use anyhow::{Result, ensure};
use bellhop_tests_desktop::stage::Stage;
use libtest_mimic::Trial;

use super::trial;

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([trial(
        "what_keeps_start_at_login_from_being_arranged_is_said_beside_its_switch",
        what_keeps_start_at_login_from_being_arranged_is_said_beside_its_switch,
    )]);
}

fn what_keeps_start_at_login_from_being_arranged_is_said_beside_its_switch(
    stage: &Stage<'_>,
) -> Result<()> {
    stage.with_a_line()?;
    // A folder can't be where a file is, whoever asks for it.
    let folder = stage.desktop.home().join(".config/autostart");
    fs::write(&folder, "")?;
    let _tray = stage.desktop.start_tray(&[])?;
    stage.desktop.icon()?.menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "Registered")?;
    page.click("login-done")?;
    page.tells("start-at-login-problem", "can't be written")?;
    page.has("login-done")?;
    page.run("document.querySelector('[data-testid=start-at-login-problem]').scrollIntoView();")?;
    stage.seen(&page, "login-refused", "can't be written")?;

    fs::remove_file(&folder)?;
    page.click("login-done")?;
    page.has_no("login-done")?;
    page.has_no("start-at-login-problem")?;
    page.attribute("start-at-login", "aria-checked", &["true"])?;
    ensure!(folder.join("app.bellhop.Bellhop.desktop").is_file());
    Ok(())
}
