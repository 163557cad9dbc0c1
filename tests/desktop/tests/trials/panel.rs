//! A panel that people have, with the menu open; and the pictures of the README.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::desktop::Desktop;
use bellhop_tests_desktop::display::Place;
use bellhop_tests_desktop::look::Look;
use bellhop_tests_desktop::panel::Panel;
use bellhop_tests_desktop::stage::{self, Stage};
use bellhop_tests_desktop::words;
use libtest_mimic::Trial;

const NAME: &str = "a_real_panel_shows_icon_and_menu";
/// Names a folder that the README's pictures are to be put into.
const PICTURES: &str = "BELLHOP_PICTURES";
/// Of the panel, around what hangs from it.
const MARGIN: u16 = 24;

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.push(Trial::test(NAME, || {
        stage::play_on(NAME, Desktop::start_bare, a_real_panel_shows_icon_and_menu)
            .map_err(|error| format!("{error:#}").into())
    }));
}

fn a_real_panel_shows_icon_and_menu(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let desktop = &stage.desktop;
    let panel = Panel::start(desktop)?;
    let _tray = desktop.start_tray(&["--at-login"])?;
    desktop.line_is("registered")?;
    let menu = panel.open_menu()?;
    desktop
        .display
        .point_at(menu.x, menu.y.saturating_add(300))?;
    let whole = desktop.display.picture()?;
    let shown = Place {
        x: 0,
        y: 0,
        width: u16::try_from(menu.x)? + menu.width + MARGIN,
        height: u16::try_from(menu.y)? + menu.height + MARGIN,
    };
    let picture = whole.part(shown);
    stage.keep_picture("panel", &picture)?;
    for sentence in [
        "Registered",
        "tina@company.test: registered at 203.0.113.10",
        "Quit",
    ] {
        words::ensure_written(&picture, sentence)?;
    }
    let Some(folder) = std::env::var_os(PICTURES).map(PathBuf::from) else {
        return Ok(());
    };
    picture.write(&folder.join("tray.png"))?;
    desktop
        .display
        .key(bellhop_tests_desktop::display::Key::Escape)?;
    drop(panel);
    let status = desktop.start_tray(&["--window"])?.said();
    let page = desktop.page().context(status)?;
    page.shows("headline", "Registered")?;
    for look in Look::ALL {
        desktop.wears(look)?;
        page.has_look(look)?;
        page.is_still()?;
        let picture = page.picture()?;
        ensure!(picture.colours() > 16, "nothing to be seen");
        picture.write(&folder.join(format!("window-{}.png", look.name())))?;
    }
    Ok(())
}
