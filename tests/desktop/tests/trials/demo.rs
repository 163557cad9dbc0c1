//! `cargo xtask demo` where there is a display: tray and window are shown beside the story, and nothing is left of it.

use std::fs;
use std::time::Duration;

use anyhow::{Result, ensure};
use bellhop_tests_desktop::desktop::{Desktop, Program, are_gone};
use bellhop_tests_desktop::programs::Programs;
use bellhop_tests_desktop::stage::Stage;
use bellhop_tests_support::started::{comes, comes_within};
use libtest_mimic::Trial;

use super::trial;

/// An empty window has a few colours, letters alone have more than this.
const DRAWN: usize = 50;
/// Three looks of five seconds are part of it.
const STORY: Duration = Duration::from_secs(90);

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "the_demo_shows_tray_and_window_and_leaves_nothing",
            the_demo_shows_tray_and_window_and_leaves_nothing,
        ),
        trial(
            "a_demo_whose_display_can_t_be_used_says_so_by_its_exit_status",
            a_demo_whose_display_can_t_be_used_says_so_by_its_exit_status,
        ),
    ]);
}

fn the_demo_shows_tray_and_window_and_leaves_nothing(stage: &Stage<'_>) -> Result<()> {
    let desktop = &stage.desktop;
    let mut demo = desktop.start_command(&mut Programs::gathered()?.demo(desktop))?;
    comes_within(STORY, "the window", || {
        demo.ensure_running()?;
        Ok(desktop.display.titles()?.contains(&"Bellhop".to_owned()))
    })?;
    let menu = desktop.icon()?.menu;
    menu.says("tina@demo.example: registered")?;
    // It is there a moment before it is drawn.
    let window = desktop.display.place("Bellhop")?;
    comes("its page", || {
        Ok(desktop.display.picture()?.part(window).colours() > DRAWN)
    })?;
    stage.keep_picture("xtask-demo", &desktop.display.picture()?)?;
    ensure!(ends(&mut demo)? == 0, "{}", demo.said());
    let said = demo.said();
    ensure!(said.contains("Registered again in"), "{said}");
    nothing_is_left(desktop, &demo)
}

fn a_demo_whose_display_can_t_be_used_says_so_by_its_exit_status(stage: &Stage<'_>) -> Result<()> {
    let desktop = &stage.desktop;
    let mut command = Programs::gathered()?.demo(desktop);
    let mut demo = desktop.start_command(command.env("DISPLAY", ":9"))?;
    let status = ends(&mut demo)?;
    let said = demo.said();
    ensure!(status == 1, "{status}: {said}");
    let why = "Tray and window could not be shown: ";
    ensure!(
        said.contains(why) && said.contains("the display :9 can't be used"),
        "{said}"
    );
    // The story is told all the same.
    ensure!(said.contains("Registered again in"), "{said}");
    nothing_is_left(desktop, &demo)
}

fn ends(demo: &mut Program) -> Result<i32> {
    comes_within(STORY, "the demo's end", || {
        Ok(demo.ensure_running().is_err())
    })?;
    demo.ends()
}

fn nothing_is_left(desktop: &Desktop, demo: &Program) -> Result<()> {
    are_gone(desktop, "everything", |_| true)?;
    comes("a screen without windows", || {
        Ok(desktop.display.titles()?.is_empty())
    })?;
    let scratch = std::env::temp_dir().join(format!("bellhop-demo-{}", demo.pid()));
    ensure!(!scratch.exists(), "{} is left", scratch.display());
    let autostart = desktop.home().join(".config/autostart");
    ensure!(fs::read_dir(autostart).is_err(), "it starts at login now");
    Ok(())
}
