//! A panel that people have: Xfce's, with its place for tray icons.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use bellhop_tests_support::started::comes;
use zbus::blocking::fdo::DBusProxy;

use crate::desktop::{Desktop, Program};
use crate::display::Place;

/// What the panel keeps its settings with.
const SETTINGS: &str = "org.xfce.Xfconf";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const CONFIG: &str = include_str!("../data/xfce4-panel.xml");
/// In the middle of the first icon of [`CONFIG`]'s panel.
const FIRST_ICON: (i16, i16) = (16, 16);

/// The panel along the upper edge; it ends when dropped.
#[derive(Debug)]
pub struct Panel<'d> {
    desktop: &'d Desktop,
    _panel: Program,
    _settings: Program,
}

impl Panel<'_> {
    /// Starts it on a desktop that has no place for icons, and waits until it is one.
    ///
    /// # Errors
    /// Without xfce4-panel, or when it does not come up.
    pub fn start(desktop: &Desktop) -> Result<Panel<'_>> {
        let folder = desktop
            .home()
            .join(".config/xfce4/xfconf/xfce-perchannel-xml");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("xfce4-panel.xml"), CONFIG)?;
        let settings = desktop.start_program(&daemon()?, &[])?;
        is_owned(desktop, SETTINGS)?;
        let words = ["--disable-wm-check"];
        let panel = desktop.start_program("xfce4-panel".as_ref(), &words)?;
        is_owned(desktop, WATCHER)?;
        Ok(Panel {
            desktop,
            _panel: panel,
            _settings: settings,
        })
    }

    /// Clicks the first icon until its menu hangs below, and says where.
    ///
    /// # Errors
    /// When none comes.
    pub fn open_menu(&self) -> Result<Place> {
        let display = &self.desktop.display;
        let (x, y) = FIRST_ICON;
        let icon = Place {
            x: x - 10,
            y: y - 10,
            width: 20,
            height: 20,
        };
        // It is announced before it is drawn, and a click before that meets nothing.
        comes("the icon on the panel", || {
            Ok(display.picture()?.part(icon).colours() > 8)
        })?;
        let mut menu = None;
        comes("a menu below the panel", || {
            display.click(x, y)?;
            // A second click closes what the first one opened: it is given time to come.
            for _ in 0..100 {
                menu = display.menus()?.first().copied();
                if menu.is_some() {
                    return Ok(true);
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            Ok(false)
        })?;
        menu.context("a menu")
    }
}

fn is_owned(desktop: &Desktop, name: &'static str) -> Result<()> {
    let connection = desktop.session().connect()?;
    let bus = DBusProxy::new(&connection)?;
    comes(name, || Ok(bus.name_has_owner(name.try_into()?)?))
}

/// No program of anybody's `PATH`.
fn daemon() -> Result<PathBuf> {
    let usual = [PathBuf::from("/usr/lib"), PathBuf::from("/usr/libexec")];
    let by_machine = fs::read_dir("/usr/lib")?.filter_map(|entry| Some(entry.ok()?.path()));
    usual
        .into_iter()
        .chain(by_machine)
        .map(|folder| folder.join("xfce4/xfconf/xfconfd"))
        .find(|file| file.is_file())
        .context("xfconfd is missing: apt-get install xfconf")
}
