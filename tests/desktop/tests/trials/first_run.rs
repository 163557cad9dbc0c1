//! From nothing to registered, by somebody who has no mouse; and the demo.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::footprint;
use bellhop_tests_desktop::page::{ENTER, TAB};
use bellhop_tests_desktop::stage::Stage;
use bellhop_tests_lab::company::PASSWORD;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;

use super::trial;

/// Where the company is found by the address alone.
const ADDRESS: &str = "tina@203.0.113.10";

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "a_first_run_leads_to_registered_by_keyboard_alone",
            a_first_run_leads_to_registered_by_keyboard_alone,
        ),
        trial(
            "a_first_run_with_a_wrong_password_says_so_and_goes_on_with_the_right_one",
            a_first_run_with_a_wrong_password_says_so_and_goes_on_with_the_right_one,
        ),
        trial(
            "the_demo_needs_no_company_and_leaves_nothing",
            the_demo_needs_no_company_and_leaves_nothing,
        ),
    ]);
}

fn a_first_run_leads_to_registered_by_keyboard_alone(stage: &Stage<'_>) -> Result<()> {
    let _tray = stage.desktop.start_tray(&[])?;
    stage.desktop.icon()?.menu.says("No line yet")?;
    // Nobody who starts it for the first time has to look for it.
    let page = stage.desktop.page()?;
    page.shows("headline", "No line yet")?;
    stage.seen(&page, "empty", "No line yet")?;

    page.tab_to("add-line")?;
    page.keys(ENTER)?;
    page.tab_to("field-aor")?;
    page.keys(ADDRESS)?;
    page.keys(TAB)?;
    page.keys(PASSWORD)?;
    stage.seen(&page, "form", "Add your line")?;
    page.tab_to("save")?;
    page.keys(ENTER)?;

    page.attribute("trial", "data-state", &["holds", "unproven"])?;
    page.attribute("step-saved", "data-state", &["holds"])?;
    page.attribute("step-login", "data-state", &["holds"])?;
    page.has("start-at-login")?;
    stage.seen(&page, "steps", "Logged in")?;
    ensure!(!autostart(stage).exists(), "it asks first");
    page.tab_to("done")?;
    page.keys(ENTER)?;
    page.shows("headline", "Registered")?;
    page.tells("second", "tina@203.0.113.10 at 203.0.113.10")?;
    stage.holds(1)?;
    stage
        .desktop
        .icon()?
        .menu
        .says("tina@203.0.113.10: registered at 203.0.113.10")?;

    // On unless switched off, and asked once.
    comes(
        "an entry of the autostart",
        || Ok(autostart(stage).exists()),
    )?;
    let entry = fs::read_to_string(autostart(stage))?;
    ensure!(entry.contains("--at-login"), "{entry}");
    page.attribute("start-at-login", "aria-checked", &["true"])?;
    page.has_no("login-done")?;

    let kept = stage.desktop.keyring.lookup(&format!("sip:{ADDRESS}"))?;
    ensure!(
        kept.as_deref() == Some(PASSWORD),
        "in the keyring: {kept:?}"
    );
    ensure_nowhere_else(stage.desktop.home(), PASSWORD)?;
    let shown = page.run("return document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((it) => it.value).join();")?;
    ensure!(
        !shown.to_string().contains(PASSWORD),
        "the page has it still"
    );

    page.tab_to("start-at-login")?;
    page.keys(" ")?;
    page.attribute("start-at-login", "aria-checked", &["false"])?;
    comes("the end of the entry", || Ok(!starts_at_login(stage)?))
}

fn a_first_run_with_a_wrong_password_says_so_and_goes_on_with_the_right_one(
    stage: &Stage<'_>,
) -> Result<()> {
    let _tray = stage.desktop.start_tray(&[])?;
    let page = stage.desktop.page()?;
    page.click("add-line")?;
    page.fill("field-aor", ADDRESS)?;
    page.fill("field-password", "wrong")?;
    page.click("save")?;
    page.attribute("trial", "data-state", &["fails"])?;
    page.attribute("step-login", "data-state", &["fails"])?;
    let refused = "the company refused the password for tina";
    page.tells("step-login", refused)?;
    stage.seen(&page, "steps-wrong-password", refused)?;
    ensure!(stage.bindings()?.is_empty(), "{:?}", stage.bindings());

    page.press("Enter password")?;
    page.fill("field-password", PASSWORD)?;
    page.click("password-use")?;
    page.attribute("trial", "data-state", &["holds", "unproven"])?;
    page.click("done")?;
    page.shows("headline", "Registered")?;
    stage.holds(1)?;
    Ok(())
}

/// Gone, or marked as what shall not be started.
fn starts_at_login(stage: &Stage<'_>) -> Result<bool> {
    let file = autostart(stage);
    Ok(file.exists() && !fs::read_to_string(file)?.contains("Hidden=true"))
}

fn autostart(stage: &Stage<'_>) -> PathBuf {
    let file = ".config/autostart/app.bellhop.Bellhop.desktop";
    stage.desktop.home().join(file)
}

/// Looks through all files of a home, and all that its programs were told.
fn ensure_nowhere_else(home: &Path, secret: &str) -> Result<()> {
    let mut files = 0;
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let kind = path.symlink_metadata()?.file_type();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                files += 1;
                ensure!(!has(&path, secret)?, "it is in {}", path.display());
            }
        }
    }
    ensure!(files > 3, "only {files} files were looked through");
    let processes = footprint::at_home(home)?;
    ensure!(processes.len() > 3, "only {processes:?}");
    for process in processes {
        for what in ["cmdline", "environ"] {
            let file = PathBuf::from(format!("/proc/{}/{what}", process.pid));
            ensure!(!has(&file, secret)?, "it is in {what} of {process:?}");
        }
    }
    Ok(())
}

fn has(file: &Path, text: &str) -> Result<bool> {
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    let text = text.as_bytes();
    Ok(bytes.windows(text.len()).any(|window| window == text))
}

fn the_demo_needs_no_company_and_leaves_nothing(stage: &Stage<'_>) -> Result<()> {
    stage.close_company();
    let _tray = stage.desktop.start_tray(&[])?;
    let page = stage.desktop.page()?;
    page.click("try-demo")?;
    page.shows("headline", "Registered")?;
    page.has("demo")?;
    // A line that is in no config is none to start at login for.
    page.has_no("start-at-login")?;
    stage.seen(&page, "demo", "Registered")?;
    page.click("end-demo")?;
    page.shows("headline", "No line yet")?;
    let config = fs::read_to_string(stage.desktop.config()).unwrap_or_default();
    ensure!(!config.contains("aor"), "written: {config}");
    Ok(())
}
