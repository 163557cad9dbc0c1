//! What keeps a line from being registered: said, explained, and ended by what is offered.

use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use bellhop_tests_desktop::desktop::are_gone;
use bellhop_tests_desktop::page::Page;
use bellhop_tests_desktop::stage::{AOR, Stage, ensure_only_from, ensure_read};
use bellhop_tests_lab::company::PASSWORD;
use bellhop_tests_lab::laptop::Uplink;
use bellhop_tests_lab::verbs::PREFERRED;
use bellhop_tests_support::started::{comes, comes_within};
use libtest_mimic::Trial;
use nix::sys::signal::Signal;

use super::trial;

/// Break before make.
const GAP: Duration = Duration::from_millis(200);
/// Seconds until the next attempt by itself: more than opening the company and clicking take.
const LONG_WAIT: u32 = 7;
/// What lasts so long is worth a notification.
const WORTH_TELLING: Duration = Duration::from_secs(20);

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "a_wrong_password_is_explained_and_the_right_one_ends_it",
            a_wrong_password_is_explained_and_the_right_one_ends_it,
        ),
        trial(
            "a_silent_registrar_is_told_with_a_countdown_and_try_now_ends_it",
            a_silent_registrar_is_told_with_a_countdown_and_try_now_ends_it,
        ),
        trial(
            "a_line_that_is_down_for_long_is_told_once_and_its_return_once",
            a_line_that_is_down_for_long_is_told_once_and_its_return_once,
        ),
        trial(
            "a_switch_of_network_is_seen_in_tray_and_window",
            a_switch_of_network_is_seen_in_tray_and_window,
        ),
        trial(
            "a_killed_engine_is_told_and_started_again",
            a_killed_engine_is_told_and_started_again,
        ),
    ]);
}

fn a_wrong_password_is_explained_and_the_right_one_ends_it(stage: &Stage<'_>) -> Result<()> {
    let refused = "the company refused the password for tina";
    stage.with_a_line_and("wrong")?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    let shown = menu.says(refused)?;
    ensure!(
        shown.labels().first() == Some(&"You can't be called"),
        "{shown}"
    );
    let popped = &stage.desktop.notifications;
    comes("a notification", || Ok(popped.with(refused) == 1))?;

    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "You can't be called")?;
    page.tells("second", refused)?;
    stage.seen(&page, "wrong-password", "refused the password for tina")?;
    page.click("action")?;
    page.has("password-dialog")?;
    stage.seen(&page, "enter-password", "Password for tina@company.test")?;
    page.fill("field-password", PASSWORD)?;
    page.click("password-use")?;
    page.has_no("password-dialog")?;
    page.shows("headline", "Registered")?;
    menu.says("tina@company.test: registered at 203.0.113.10")?;
    stage.holds(1)?;
    let kept = stage.desktop.keyring.lookup(AOR)?;
    ensure!(
        kept.as_deref() == Some(PASSWORD),
        "in the keyring: {kept:?}"
    );
    comes("the end of it as a notification", || {
        Ok(popped.with("Registered again") == 1)
    })?;
    ensure!(popped.shown().len() == 2, "{:?}", popped.shown());
    Ok(())
}

fn a_silent_registrar_is_told_with_a_countdown_and_try_now_ends_it(
    stage: &Stage<'_>,
) -> Result<()> {
    stage.with_a_line()?;
    stage.close_company();
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    // 32 s without an answer are one, and a port that nobody has says so at once.
    comes_within(Duration::from_secs(50), "a countdown", || {
        Ok(wait(&page)?.is_some())
    })?;
    page.shows("headline", "You can't be called")?;
    menu.says("You can't be called")?;
    waits_for_long(&page)?;
    let pictures = stage.pictured(&page, "registrar-down")?;

    waits_for_long(&page)?;
    stage.open_company()?;
    page.press("Try now")?;
    page.shows("headline", "Registered")?;
    menu.says("registered at 203.0.113.10")?;
    stage.holds(1)?;
    ensure_read(&pictures, "203.0.113.10 does not answer")
}

/// Waits are drawn by lot, and longer ones more often as they go on: one is waited for that the line does not come back from by itself first.
fn waits_for_long(page: &Page) -> Result<()> {
    let mut long = None;
    comes_within(Duration::from_secs(150), "a long countdown", || {
        long = wait(page)?.filter(|seconds| *seconds >= LONG_WAIT);
        Ok(long.is_some())
    })?;
    comes("its next second", || {
        Ok(wait(page)?.is_some_and(|seconds| Some(seconds) < long))
    })
}

/// Seconds until the next attempt, as the window tells them.
fn wait(page: &Page) -> Result<Option<u32>> {
    let text = page.text()?;
    let wait = text.split("trying again in ").nth(1);
    let words = wait.map(|wait| wait.split_whitespace().take(2).collect::<Vec<_>>());
    Ok(match words.as_deref() {
        Some([number, "s"]) => Some(number.parse()?),
        Some([number, "min"]) => Some(number.parse::<u32>()? * 60),
        _ => None,
    })
}

fn a_line_that_is_down_for_long_is_told_once_and_its_return_once(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    stage.close_company();
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    let popped = &stage.desktop.notifications;
    let patience = WORTH_TELLING + Duration::from_secs(50);
    comes_within(patience, "a notification", || {
        Ok(popped.with("You can't be called") == 1)
    })?;
    // The next attempts fail as well, and tell nobody anything new.
    menu.click("Re-register now")?;
    thread::sleep(Duration::from_secs(3));
    ensure!(popped.shown().len() == 1, "{:?}", popped.shown());
    stage.open_company()?;
    menu.click("Re-register now")?;
    comes("its end", || Ok(popped.with("Registered again") == 1))?;
    ensure!(popped.shown().len() == 2, "{:?}", popped.shown());
    Ok(())
}

fn a_switch_of_network_is_seen_in_tray_and_window(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    let before = menu.says("registered at 203.0.113.10")?;
    ensure!(before.says("wlan0"), "{before}");
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.tells("detail-laptop", "192.168.1.23")?;
    stage.seen(&page, "registered", "Registered")?;

    stage.lab.switch(Uplink::Eth, GAP)?;
    page.tells("detail-laptop", "172.20.10.2")?;
    page.shows("headline", "Registered")?;
    page.tells("last", "Registered again in")?;
    let after = menu.when("the other network", |menu| {
        menu.says("eth0") && menu.says("Re-registered in")
    })?;
    ensure!(!after.says("wlan0, 192"), "{after}");
    let same = |menu: &bellhop_tests_desktop::menu::Line, label: &str| {
        menu.find(label).map(|line| line.id)
    };
    for label in ["Quit", "Open Bellhop", "Pause"] {
        ensure!(
            same(&before, label) == same(&after, label),
            "{label:?} was built anew:\n{before}\n{after}"
        );
    }
    ensure_only_from(&stage.holds(1)?, Uplink::Eth.address())?;
    stage.seen(&page, "moved", "Registered again in")?;

    stage.lab.leave(Uplink::Eth)?;
    page.shows("headline", "Offline")?;
    page.tells("second", "no network connection")?;
    menu.says("Offline")?;
    stage.seen(&page, "offline", "no network connection")?;
    stage.lab.join(Uplink::Wlan, PREFERRED)?;
    page.shows("headline", "Registered")?;
    ensure!(
        stage.desktop.notifications.shown().is_empty(),
        "the icon shows it: {:?}",
        stage.desktop.notifications.shown()
    );
    Ok(())
}

fn a_killed_engine_is_told_and_started_again(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.says("registered at 203.0.113.10")?;
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "Registered")?;

    // The first time it is back before one could read what is said; then it waits longer each time.
    for _ in 0..4 {
        let engine = stage.desktop.engine()?;
        bellhop_tests_desktop::desktop::signal(engine.pid, Signal::SIGKILL)?;
        are_gone(&stage.desktop, "the engine", |it| it.pid == engine.pid)?;
        if stage.desktop.engine().is_err() {
            menu.says("Bellhop's engine stopped")?;
        }
        comes("an engine or a wait", || {
            let waits = menu.read()?.says("starting it again in 5 s");
            Ok(waits || stage.desktop.engine().is_ok())
        })?;
    }
    menu.says("starting it again in")?;
    page.shows("headline", "Bellhop's engine stopped")?;
    stage.seen(&page, "engine-stopped", "engine stopped")?;
    comes("the engine", || Ok(stage.desktop.engine().is_ok()))?;
    page.shows("headline", "Registered")?;
    menu.says("registered at 203.0.113.10")?;
    stage.holds(1)?;
    Ok(())
}
