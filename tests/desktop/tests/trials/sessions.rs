//! Starting twice, ending, and what else there is on a desktop.

use anyhow::{Result, ensure};
use bellhop_tests_desktop::absent;
use bellhop_tests_desktop::desktop::{Desktop, are_gone};
use bellhop_tests_desktop::display::Key;
use bellhop_tests_desktop::programs::Programs;
use bellhop_tests_desktop::stage::{self, Stage};
use bellhop_tests_desktop::words;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;

use super::trial;

/// The title of the question before it ends, and of the window.
const QUESTION: &str = "Quit Bellhop";
const WINDOW: &str = "Bellhop";

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "a_second_tray_and_a_second_window_show_the_first_and_end",
            a_second_tray_and_a_second_window_show_the_first_and_end,
        ),
        trial(
            "quitting_asks_and_ends_tray_window_engine_and_binding",
            quitting_asks_and_ends_tray_window_engine_and_binding,
        ),
        trial(
            "quitting_leaves_an_engine_alone_that_others_started",
            quitting_leaves_an_engine_alone_that_others_started,
        ),
        trial("a_logout_leaves_no_binding", a_logout_leaves_no_binding),
        trial(
            "without_the_library_for_icons_the_window_says_which_package_brings_it",
            without_the_library_for_icons_the_window_says_which_package_brings_it,
        ),
        Trial::test(WITHOUT_ICONS, || {
            stage::play_on(
                WITHOUT_ICONS,
                Desktop::start_bare,
                a_desktop_without_a_place_for_icons,
            )
            .map_err(|error| format!("{error:#}").into())
        }),
    ]);
}

fn a_second_tray_and_a_second_window_show_the_first_and_end(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let desktop = &stage.desktop;
    let mut tray = desktop.start_tray(&[])?;
    desktop.icon()?.menu.says("registered at 203.0.113.10")?;
    ensure!(desktop.window().is_err(), "nobody asked for the window");

    let status = desktop.start_tray(&[])?.ends()?;
    ensure!(status == 0, "the second tray ended with {status}");
    comes("the window", || Ok(desktop.window().is_ok()))?;
    tray.ensure_running()?;
    ensure!(desktop.icons() == 1, "{} icons", desktop.icons());

    let page = desktop.page()?;
    page.shows("headline", "Registered")?;
    let first = desktop.window()?;
    let status = desktop.start_tray(&["--window", "--add-line"])?.ends()?;
    ensure!(status == 0, "the second window ended with {status}");
    // The first does what the second was asked for.
    page.has("line-form")?;
    ensure!(desktop.window()? == first, "another window");
    Ok(())
}

fn quitting_asks_and_ends_tray_window_engine_and_binding(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let desktop = &stage.desktop;
    let mut tray = desktop.start_tray(&[])?;
    let menu = desktop.icon()?.menu;
    menu.says("registered at 203.0.113.10")?;
    menu.click("Open Bellhop")?;
    comes("the window", || {
        Ok(desktop.display.titles()?.contains(&WINDOW.to_owned()))
    })?;

    menu.click("Quit")?;
    question(stage, true)?;
    // It is there a moment before it is drawn.
    comes("its words", || {
        let picture = desktop.display.picture()?;
        Ok(words::ensure_written(&picture, "You can't be called").is_ok())
    })?;
    stage.keep_picture("quit-question", &desktop.display.picture()?)?;
    desktop.display.key(Key::Escape)?;
    question(stage, false)?;
    tray.ensure_running()?;
    ensure!(stage.bindings()?.len() == 1, "it was to stay");

    menu.click("Quit")?;
    question(stage, true)?;
    desktop.display.key(Key::Return)?;
    let status = tray.ends()?;
    ensure!(status == 0, "{status}: {}", tray.said());
    are_gone(desktop, "everything", |_| true)?;
    stage.holds(0)?;
    Ok(())
}

fn question(stage: &Stage<'_>, there: bool) -> Result<()> {
    comes("the question, or its end", || {
        let titles = stage.desktop.display.titles()?;
        Ok(titles.iter().any(|title| title == QUESTION) == there)
    })
}

fn quitting_leaves_an_engine_alone_that_others_started(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let desktop = &stage.desktop;
    let mut engine = desktop.start_program(&Programs::gathered()?.engine(), &["run"])?;
    desktop.line_is("registered")?;
    let mut tray = desktop.start_tray(&[])?;
    let menu = desktop.icon()?.menu;
    menu.says("registered at 203.0.113.10")?;
    ensure!(desktop.engine()?.pid == engine.pid(), "another engine");
    // Nobody loses anything, so nobody is asked.
    menu.click("Quit")?;
    ensure!(tray.ends()? == 0, "{}", tray.said());
    engine.ensure_running()?;
    desktop.line_is("registered")?;
    ensure!(stage.bindings()?.len() == 1, "the binding is gone");
    Ok(())
}

fn a_logout_leaves_no_binding(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let desktop = &stage.desktop;
    let mut tray = desktop.start_tray(&["--at-login"])?;
    desktop.icon()?.menu.says("registered at 203.0.113.10")?;
    stage.holds(1)?;
    ensure!(desktop.window().is_err(), "a window at login");
    tray.ask_to_end()?;
    let status = tray.ends()?;
    ensure!(status == 0, "{status}: {}", tray.said());
    are_gone(desktop, "everything", |_| true)?;
    // Not after a while: it took its leave before it went.
    ensure!(stage.bindings()?.is_empty(), "{:?}", stage.bindings());
    Ok(())
}

const WITHOUT_ICONS: &str =
    "a_desktop_without_a_place_for_icons_gets_the_window_and_the_icon_when_it_has_one";

fn a_desktop_without_a_place_for_icons(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let desktop = &stage.desktop;
    let mut tray = desktop.start_tray(&[])?;
    let page = desktop.page()?;
    page.shows("headline", "Registered")?;
    page.tells("no-tray", "This desktop has no place for Bellhop's icon")?;
    page.run("document.querySelector('[data-testid=no-tray]').scrollIntoView();")?;
    stage.seen(&page, "no-tray", "no place for Bellhop's icon")?;
    desktop.add_host()?;
    let icon = desktop.icon()?;
    icon.menu.says("registered at 203.0.113.10")?;
    page.has_no("no-tray")?;
    desktop.remove_host();
    page.has("no-tray")?;
    tray.ensure_running()
}

/// Each name that it has had.
const LIBRARIES: [&str; 2] = ["libayatana-appindicator3.so", "libappindicator3.so"];

fn without_the_library_for_icons_the_window_says_which_package_brings_it(
    stage: &Stage<'_>,
) -> Result<()> {
    stage.with_a_line()?;
    absent::hide_libraries(&LIBRARIES)?;
    let desktop = &stage.desktop;
    let mut tray = desktop.start_tray(&[])?;
    let page = desktop.page()?;
    page.shows("headline", "Registered")?;
    page.tells(
        "no-tray",
        "Install the package libayatana-appindicator3-1, then quit Bellhop",
    )?;
    page.run("document.querySelector('[data-testid=no-tray]').scrollIntoView();")?;
    stage.seen(&page, "no-library", "the package libayatana")?;
    stage.holds(1)?;
    ensure!(desktop.icons() == 0, "an icon without a library");
    tray.ensure_running()?;
    ensure!(!tray.said().contains("panicked"), "{}", tray.said());

    // With it goes the line, so there is a question; a line that is paused is nobody's loss.
    page.click("quit")?;
    page.tells(
        "quit-question",
        "You can't be called on this laptop any more",
    )?;
    page.click("quit-question-no")?;
    page.has_no("quit-question")?;
    page.click("pause")?;
    page.shows("headline", "Paused")?;
    page.click_last("quit")?;
    ensure!(tray.ends()? == 0, "{}", tray.said());
    are_gone(desktop, "everything", |_| true)?;
    Ok(())
}
