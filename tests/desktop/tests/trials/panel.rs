//! A panel that people have, with the menu open; and the pictures of the README.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::desktop::Desktop;
use bellhop_tests_desktop::display::Place;
use bellhop_tests_desktop::look::Look;
use bellhop_tests_desktop::panel::Panel;
use bellhop_tests_desktop::stage::{self, Stage};
use bellhop_tests_desktop::words;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;

const NAME: &str = "a_real_panel_shows_icon_and_menu";
/// Names a folder that the README's pictures are to be put into.
const PICTURES: &str = "BELLHOP_PICTURES";
/// In the middle of the menu's line for the first number, from its upper edge.
const LINE: i16 = 42;
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
    desktop.display.point_at(menu.x + 300, menu.y + 500)?;
    let mut picture = desktop.display.picture()?;
    // A menu is there before it is drawn.
    comes("what is in the menu", || {
        picture = desktop.display.picture()?.part(around(menu, menu)?);
        Ok(words::ensure_written(&picture, "Open Bellhop").is_ok())
    })?;
    stage.keep_picture("panel", &picture)?;
    for sentence in [
        "Registered",
        "tina@company.test: registered at 203.0.113.10",
        "Quit",
    ] {
        words::ensure_written(&picture, sentence)?;
    }
    // The pointer on the line opens what is below it.
    let mut below = menu;
    comes("the line's submenu", || {
        desktop.display.point_at(menu.x + 80, menu.y + LINE)?;
        let menus = desktop.display.menus()?;
        let other = menus.iter().find(|place| place.x > menu.x).copied();
        below = other.unwrap_or(menu);
        Ok(other.is_some())
    })?;
    comes("what is in it", || {
        picture = desktop.display.picture()?.part(around(menu, below)?);
        Ok(words::ensure_written(&picture, "Re-register now").is_ok())
    })?;
    stage.keep_picture("panel-submenu", &picture)?;
    let Some(folder) = std::env::var_os(PICTURES).map(PathBuf::from) else {
        return Ok(());
    };
    picture.write(&folder.join("tray.png"))?;
    desktop
        .display
        .key(bellhop_tests_desktop::display::Key::Escape)?;
    drop(panel);
    let window = desktop.start_tray(&["--window"])?;
    let page = desktop.page().with_context(|| window.said())?;
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

/// From the panel's beginning to the end of both.
fn around(menu: Place, below: Place) -> Result<Place> {
    let bottom = |place: Place| Ok::<_, anyhow::Error>(u16::try_from(place.y)? + place.height);
    Ok(Place {
        x: 0,
        y: 0,
        width: u16::try_from(below.x)? + below.width + MARGIN,
        height: bottom(menu)?.max(bottom(below)?) + MARGIN,
    })
}
