//! What a person does with a line: pause, edit, remove.

use std::fs;

use anyhow::{Result, ensure};
use bellhop_tests_desktop::stage::{AOR, Stage, config};
use bellhop_tests_lab::company::PASSWORD;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;

use super::trial;

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "a_line_is_paused_and_resumed_from_menu_and_window",
            a_line_is_paused_and_resumed_from_menu_and_window,
        ),
        trial(
            "a_line_is_edited_and_what_makes_no_sense_is_told_at_its_field",
            a_line_is_edited_and_what_makes_no_sense_is_told_at_its_field,
        ),
        trial(
            "two_lines_are_told_apart_in_menu_and_window",
            two_lines_are_told_apart_in_menu_and_window,
        ),
        trial(
            "a_removed_line_leaves_registrar_config_and_keyring",
            a_removed_line_leaves_registrar_config_and_keyring,
        ),
    ]);
}

fn a_line_is_paused_and_resumed_from_menu_and_window(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.says("registered at 203.0.113.10")?;
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "Registered")?;

    menu.click("Pause")?;
    page.shows("headline", "Paused")?;
    page.tells("second", "calls don't come to this laptop")?;
    stage.holds(0)?;
    stage.seen(&page, "paused", "calls don't come to this laptop")?;
    page.click("action")?;
    page.shows("headline", "Registered")?;
    stage.holds(1)?;

    page.click("pause")?;
    menu.says("tina@company.test: paused")?;
    stage.holds(0)?;
    menu.click("Resume")?;
    menu.says("registered at 203.0.113.10")?;
    page.shows("headline", "Registered")?;
    stage.holds(1)?;
    Ok(())
}

fn a_line_is_edited_and_what_makes_no_sense_is_told_at_its_field(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "Registered")?;
    page.click("line-menu")?;
    page.has("menu-edit")?;
    stage.seen(&page, "line-menu", "Enter password")?;
    page.click("menu-edit")?;
    page.until(
        "the form knows the line",
        "document.querySelector('[data-testid=field-aor]')?.value.includes('tina@company.test')",
    )?;
    let password =
        page.run("return document.querySelector('[data-testid=field-password]').value;")?;
    ensure!(password == "", "the password came back");

    page.fill("field-registrar", "no registrar at all")?;
    page.click("save")?;
    page.has("problem-registrar")?;
    page.until(
        "the field has the focus",
        "document.activeElement?.dataset.testid === 'field-registrar'",
    )?;
    stage.seen(&page, "form-problem", "must be a SIP URI")?;

    page.fill("field-registrar", "sip:203.0.113.10:5060")?;
    page.fill("field-expires", "600")?;
    page.click("save")?;
    page.attribute("trial", "data-state", &["holds", "unproven"])?;
    page.click("done")?;
    page.shows("headline", "Registered")?;
    let config = fs::read_to_string(stage.desktop.config())?;
    ensure!(config.contains("expires = 600"), "{config}");
    let granted = stage.holds(1)?;
    ensure!(
        granted.iter().all(|binding| binding.expires <= 600),
        "{granted:?}"
    );
    Ok(())
}

fn a_removed_line_leaves_registrar_config_and_keyring(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.says("registered at 203.0.113.10")?;
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.click("line-menu")?;
    page.click("menu-remove")?;
    page.has("remove-line")?;
    stage.seen(&page, "remove", "Remove tina@company.test")?;
    page.click("remove-line-no")?;
    page.has_no("remove-line")?;
    ensure!(stage.bindings()?.len() == 1, "it was only asked");

    page.click("line-menu")?;
    page.click("menu-remove")?;
    page.click("remove-line-yes")?;
    page.shows("headline", "No line yet")?;
    menu.says("No line yet")?;
    stage.holds(0)?;
    let config = fs::read_to_string(stage.desktop.config())?;
    ensure!(!config.contains("aor"), "{config}");
    comes("the password's end", || {
        Ok(stage.desktop.keyring.lookup(AOR)?.is_none())
    })
}

fn two_lines_are_told_apart_in_menu_and_window(stage: &Stage<'_>) -> Result<()> {
    let other = "sip:tom@company.test";
    stage.desktop.keyring.store(AOR, PASSWORD.as_bytes())?;
    stage.desktop.keyring.store(other, b"wrong")?;
    let mine = config();
    let theirs = mine.replace(AOR, other).replace("\"work\"", "\"tom\"");
    ensure!(theirs != mine, "one line twice");
    stage.desktop.write_config(&format!("{mine}\n{theirs}"))?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.says("tina@company.test: registered at 203.0.113.10")?;
    let shown = menu.says("You can't be called as tom@company.test")?;
    ensure!(shown.lines.len() <= 12, "longer than a glance:\n{shown}");
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.tells("lines", "tom@company.test")?;
    page.shows("headline", "Registered")?;
    stage.seen(&page, "two-lines", "tom@company.test")?;
    let second = "[...document.querySelectorAll('[data-testid=line]')][1]";
    page.run(&format!("{second}.click();"))?;
    page.shows("headline", "You can't be called")?;
    page.until("it is marked", &format!("{second}.ariaCurrent === 'true'"))?;
    stage.seen(&page, "two-lines-second", "You can't be called")?;

    // What is done is done to the one that is shown.
    page.click("pause")?;
    page.shows("headline", "Paused")?;
    menu.says("tom@company.test: paused")?;
    menu.says("tina@company.test: registered at 203.0.113.10")?;
    stage.holds(1)?;
    Ok(())
}
