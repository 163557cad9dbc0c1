//! What keeps a line from being registered: said, explained, and ended by what is offered.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::desktop::are_gone;
use bellhop_tests_desktop::page::Page;
use bellhop_tests_desktop::stage::{AOR, Stage, ensure_only_from};
use bellhop_tests_desktop::words;
use bellhop_tests_lab::company::PASSWORD;
use bellhop_tests_lab::laptop::Uplink;
use bellhop_tests_lab::verbs::PREFERRED;
use bellhop_tests_support::peer::Peer;
use bellhop_tests_support::sip_text::header;
use bellhop_tests_support::started::{comes, comes_within};
use libtest_mimic::Trial;
use nix::sys::signal::Signal;

use super::trial;

/// Break before make.
const GAP: Duration = Duration::from_millis(200);
/// Where a registrar of the test's own is.
const COMPANY: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
/// What it asks for: longer than a person looks at it.
const RETRY_AFTER: Duration = Duration::from_secs(90);
/// So long a request is repeated (RFC 3261, timer F).
const UNANSWERED: Duration = Duration::from_secs(32);
/// What lasts so long is worth a notification.
const WORTH_TELLING: Duration = Duration::from_secs(20);

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "a_wrong_password_is_explained_and_the_right_one_ends_it",
            a_wrong_password_is_explained_and_the_right_one_ends_it,
        ),
        trial(
            "a_registrar_with_a_fault_is_told_with_a_countdown_and_try_now_ends_it",
            a_registrar_with_a_fault_is_told_with_a_countdown_and_try_now_ends_it,
        ),
        trial(
            "a_silent_registrar_is_told_once_and_its_return_once",
            a_silent_registrar_is_told_once_and_its_return_once,
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

fn a_registrar_with_a_fault_is_told_with_a_countdown_and_try_now_ends_it(
    stage: &Stage<'_>,
) -> Result<()> {
    let well = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&well);
    let peer = stage.lab.company.inside(move || {
        Peer::start_at(COMPANY, move |heard| {
            let contact = header(heard.message, "Contact").unwrap_or_default();
            Some(if told.load(Ordering::Relaxed) {
                heard.answer("200 OK", &format!("Contact: {contact};expires=600\r\n"))
            } else {
                let wait = format!("Retry-After: {}\r\n", RETRY_AFTER.as_secs());
                heard.answer("503 Service Unavailable", &wait)
            })
        })
    })?;
    stage.desktop.keyring.store(AOR, b"any")?;
    stage.desktop.write_config(&format!(
        "[[line]]\nid = \"work\"\naor = \"{AOR}\"\nregistrar = \"sip:{}\"\npassword = {{ keyring = true }}\n",
        peer.address()
    ))?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    let why = "203.0.113.10 has a fault of its own (503)";
    menu.says(why)?;
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "You can't be called")?;
    page.tells("second", &format!("{why}; trying again in"))?;
    let first = wait(&page)?.context("a countdown")?;
    comes("its next second", || {
        Ok(wait(&page)?.is_some_and(|seconds| seconds < first))
    })?;
    stage.seen(&page, "registrar-down", "has a fault of its own (503)")?;

    well.store(true, Ordering::Relaxed);
    let asked = peer.heard().len();
    page.press("Try now")?;
    page.shows("headline", "Registered")?;
    menu.says("registered at 203.0.113.10")?;
    ensure!(peer.heard().len() > asked, "nothing was tried");
    Ok(())
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

fn a_silent_registrar_is_told_once_and_its_return_once(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    stage.close_company();
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    let popped = &stage.desktop.notifications;
    comes_within(WORTH_TELLING * 2, "a notification", || {
        Ok(popped.with("You can't be called") == 1)
    })?;
    // Nobody says that nobody is there: it is known when a request has been repeated for 32 s.
    let mut picture = None;
    comes_within(UNANSWERED * 2, "a reason", || {
        let text = page.text()?;
        if text.contains("203.0.113.10 does not answer") {
            picture = Some(page.picture()?);
        }
        Ok(picture.is_some())
    })?;
    menu.says("203.0.113.10 does not answer")?;
    let picture = picture.context("a picture")?;
    stage.keep_picture("registrar-silent-light", &picture)?;
    words::ensure_written(&picture, "203.0.113.10 does not answer")?;

    // The next attempts fail as well, and tell nobody anything new.
    menu.click("Re-register now")?;
    thread::sleep(Duration::from_secs(2));
    ensure!(popped.shown().len() == 1, "{:?}", popped.shown());
    stage.open_company()?;
    menu.click("Re-register now")?;
    comes("its end", || Ok(popped.with("Registered again") == 1))?;
    page.shows("headline", "Registered")?;
    ensure!(popped.shown().len() == 2, "{:?}", popped.shown());
    stage.holds(1)?;
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
        menu.says("eth0") && menu.says("after a move to eth0")
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
