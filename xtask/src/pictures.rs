//! `cargo xtask pictures`: the README's pictures of tray and window, taken by the desktop's tests from what really runs.

use std::fs;

use crate::desktop::{self, For};
use crate::{Fallible, run, test};

/// The trial that takes them: on a real panel, with the menu open.
const TRIAL: &str = "a_real_panel_shows_icon_and_menu";

/// What the README shows.
const TAKEN: [&str; 3] = ["tray.png", "window-light.png", "window-dark.png"];

pub(crate) fn run(yes: bool) -> Fallible<()> {
    test::need(true, yes)?;
    let built = desktop::build(For::Tests)?;
    let folder = run::workspace().join("docs/pictures");
    fs::create_dir_all(&folder)?;
    for name in TAKEN {
        // An old one shall not pass for a new one.
        let _there_was_none = fs::remove_file(folder.join(name));
    }
    run::well(
        run::cargo(&["test", "--locked", "--package", "bellhop-tests-desktop"])
            .args(["--test", "desktop", "--", "--exact", TRIAL])
            .envs(built.variables())
            .env("BELLHOP_PICTURES", &folder),
    )?;
    for name in TAKEN {
        let picture = folder.join(name);
        if !picture.is_file() {
            return Err(format!("{} was not taken", picture.display()).into());
        }
        println!("{}", picture.display());
    }
    Ok(())
}
