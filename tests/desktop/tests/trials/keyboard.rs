//! All that can be done with a line, by somebody who has no mouse: each key leads there, and the focus comes back to where it was.

use anyhow::{Result, ensure};
use bellhop_tests_desktop::page::{ENTER, ESCAPE, Page};
use bellhop_tests_desktop::stage::{AOR, Stage};
use bellhop_tests_lab::company::PASSWORD;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;

use super::trial;

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([trial(
        "a_line_is_handled_by_keyboard_alone_and_the_focus_comes_back",
        a_line_is_handled_by_keyboard_alone_and_the_focus_comes_back,
    )]);
}

fn a_line_is_handled_by_keyboard_alone_and_the_focus_comes_back(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let _tray = stage.desktop.start_tray(&[])?;
    stage.desktop.icon()?.menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "Registered")?;

    page.tab_to("line-menu")?;
    page.keys(ENTER)?;
    page.has("line-menu-open")?;
    page.keys(ESCAPE)?;
    page.has_no("line-menu-open")?;
    page.has_focus("line-menu")?;

    choose(&page, "menu-edit")?;
    page.has_focus("field-aor")?;
    page.keys(ESCAPE)?;
    page.has_no("line-form")?;
    page.has_focus("line-menu")?;

    choose(&page, "menu-remove")?;
    page.has("remove-line")?;
    page.tab_to("remove-line-no")?;
    page.keys(ENTER)?;
    page.has_no("remove-line")?;
    page.has_focus("line-menu")?;
    ensure!(stage.bindings()?.len() == 1, "it was only asked");

    choose(&page, "menu-password")?;
    page.has_focus("field-password")?;
    page.keys(ESCAPE)?;
    page.has_no("password-dialog")?;
    page.has_focus("line-menu")?;
    choose(&page, "menu-password")?;
    page.has_focus("field-password")?;
    page.keys(PASSWORD)?;
    page.keys(ENTER)?;
    page.has_no("password-dialog")?;
    page.has_focus("line-menu")?;
    comes("the password", || {
        Ok(stage.desktop.keyring.lookup(AOR)?.as_deref() == Some(PASSWORD))
    })?;

    page.tab_to("add-line")?;
    page.keys(ENTER)?;
    page.has_focus("field-aor")?;
    page.tab_to("cancel")?;
    page.keys(ENTER)?;
    page.has_focus("add-line")?;

    page.tab_to("pause")?;
    page.keys(ENTER)?;
    page.shows("headline", "Paused")?;
    page.has_focus("action")?;
    page.keys(ENTER)?;
    page.shows("headline", "Registered")?;
    // Resume is gone: the focus is on the first of the buttons that came, and there was one more when the line was registered.
    page.until(
        "a button beside it has the focus",
        "['action', 'pause'].includes(document.activeElement.dataset.testid)",
    )?;

    page.tab_to("action")?;
    page.keys(ENTER)?;
    page.attribute("trial", "data-state", &["holds", "unproven"])?;
    page.tab_to("done")?;
    page.keys(ENTER)?;
    page.has_focus("headline")?;
    stage.holds(1)?;
    Ok(())
}

/// Opens the line's menu, which has the focus, and goes down in it.
fn choose(page: &Page, hook: &str) -> Result<()> {
    page.tab_to("line-menu")?;
    page.keys(ENTER)?;
    page.has("line-menu-open")?;
    page.down_to(hook)?;
    page.keys(ENTER)
}
