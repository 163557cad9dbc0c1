//! A screen of the test's own: Xvfb with openbox on it, looked at and clicked on.

use std::process::{self, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use bellhop_tests_support::session::Login;
use bellhop_tests_support::started::{Started, comes};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ChangeWindowAttributesAux,
    ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, MapState, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::picture::Picture;

/// Room for a panel, a menu and the window at its largest first size.
const SIZE: &str = "1280x900x24";
/// Red, green and blue of what is behind all windows.
const GROUND: u32 = 0x005e_7386;
/// Bytes of a pixel as the server gives it.
const PIXEL: usize = 4;

/// The screen; it ends when dropped, and what is on it.
#[derive(Debug)]
pub struct Display {
    // In the order in which they must end.
    connection: RustConnection,
    root: Window,
    number: u32,
    _wm: Started,
    _server: Started,
}

/// A key, by the number that it has on every PC's keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Key {
    /// Away with it.
    Escape = 9,
    /// Yes.
    Return = 36,
}

/// Where something is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From the left.
    pub x: i16,
    /// From the top.
    pub y: i16,
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Display {
    /// Starts the server on a free number, and the window manager.
    ///
    /// # Errors
    /// Without Xvfb or openbox, or when one of them does not come up.
    pub fn start(login: &Login) -> Result<Display> {
        let (server, number) = server(login)?;
        let (connection, screen) = RustConnection::connect(Some(&format!(":{number}")))?;
        let root = connection
            .setup()
            .roots
            .get(screen)
            .context("the server has no screen")?
            .root;
        // As people have it: a black one would be at one with shadows and dark windows.
        let ground = ChangeWindowAttributesAux::new().background_pixel(GROUND);
        connection.change_window_attributes(root, &ground)?;
        connection.clear_area(false, root, 0, 0, 0, 0)?;
        let mut command = Command::new("openbox");
        command
            .arg("--sm-disable")
            .env("DISPLAY", format!(":{number}"));
        quiet(login, &mut command).env("DISPLAY", format!(":{number}"));
        let wm = Started::new(&mut command).context("openbox (package openbox)")?;
        let display = Display {
            connection,
            root,
            number,
            _wm: wm,
            _server: server,
        };
        comes("openbox", || {
            Ok(!display
                .windows_of(display.root, "_NET_SUPPORTING_WM_CHECK")?
                .is_empty())
        })?;
        Ok(display)
    }

    /// What programs find in `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// The titles of the windows that are open.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn titles(&self) -> Result<Vec<String>> {
        let titles = self.windows()?.into_iter().map(|(_, title)| title);
        Ok(titles.collect())
    }

    /// Asks the one window of that title to close, as its close button does.
    ///
    /// # Errors
    /// When there is none, or the server does not answer.
    pub fn close(&self, title: &str) -> Result<()> {
        let window = self.window(title)?;
        let close = self.atom("_NET_CLOSE_WINDOW")?;
        let event = ClientMessageEvent::new(32, window, close, [0, 2, 0, 0, 0]);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.connection.send_event(false, self.root, mask, event)?;
        Ok(self.connection.flush()?)
    }

    /// What hangs over everything without a window manager's say: menus.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn menus(&self) -> Result<Vec<Place>> {
        let mut found = Vec::new();
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            let Ok(attributes) = self.connection.get_window_attributes(window)?.reply() else {
                continue;
            };
            let Ok(place) = self.connection.get_geometry(window)?.reply() else {
                continue;
            };
            let is_menu = attributes.override_redirect && place.width > 80 && place.height > 60;
            if is_menu && attributes.map_state == MapState::VIEWABLE {
                found.push(Place {
                    x: place.x,
                    y: place.y,
                    width: place.width,
                    height: place.height,
                });
            }
        }
        Ok(found)
    }

    /// Where a window of that title or class is.
    ///
    /// # Errors
    /// As [`Display::close`].
    pub fn place(&self, title: &str) -> Result<Place> {
        let window = self.window(title)?;
        let size = self.connection.get_geometry(window)?.reply()?;
        let at = self
            .connection
            .translate_coordinates(window, self.root, 0, 0)?
            .reply()?;
        Ok(Place {
            x: at.dst_x,
            y: at.dst_y,
            width: size.width,
            height: size.height,
        })
    }

    /// Clicks with the left button.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn click(&self, x: i16, y: i16) -> Result<()> {
        self.point_at(x, y)?;
        for kind in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
            self.connection
                .xtest_fake_input(kind, 1, 0, self.root, 0, 0, 0)?
                .check()?;
        }
        Ok(())
    }

    /// Presses a key for who has the focus.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn key(&self, key: Key) -> Result<()> {
        let code = key as u8;
        for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            self.connection
                .xtest_fake_input(kind, code, 0, self.root, 0, 0, 0)?
                .check()?;
        }
        Ok(())
    }

    /// Moves the pointer.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn point_at(&self, x: i16, y: i16) -> Result<()> {
        self.connection
            .xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, x, y, 0)?
            .check()?;
        Ok(())
    }

    /// What is seen.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn picture(&self) -> Result<Picture> {
        let screen = self.connection.get_geometry(self.root)?.reply()?;
        let image = self
            .connection
            .get_image(
                ImageFormat::Z_PIXMAP,
                self.root,
                0,
                0,
                screen.width,
                screen.height,
                u32::MAX,
            )?
            .reply()?;
        let rgb = image.data.chunks_exact(PIXEL).flat_map(|pixel| {
            // Blue, green, red, nothing.
            pixel.iter().take(PIXEL - 1).rev().copied()
        });
        Ok(Picture {
            width: screen.width.into(),
            height: screen.height.into(),
            rgb: rgb.collect(),
        })
    }

    pub(crate) fn connection(&self) -> (&RustConnection, Window) {
        (&self.connection, self.root)
    }

    pub(crate) fn atom(&self, name: &str) -> Result<u32> {
        let reply = self.connection.intern_atom(false, name.as_bytes())?;
        Ok(reply.reply()?.atom)
    }

    fn window(&self, title: &str) -> Result<Window> {
        let windows = self.windows()?;
        let mut found = windows.iter().filter(|(_, own)| own.contains(title));
        match (found.next(), found.next()) {
            (Some((window, _)), None) => Ok(*window),
            (None, _) => bail!("no window {title:?} among {windows:?}"),
            (Some(_), Some(_)) => bail!("several windows {title:?}: {windows:?}"),
        }
    }

    fn windows(&self) -> Result<Vec<(Window, String)>> {
        let mut found = Vec::new();
        for window in self.windows_of(self.root, "_NET_CLIENT_LIST")? {
            found.push((window, self.title(window)?));
        }
        Ok(found)
    }

    fn windows_of(&self, window: Window, property: &str) -> Result<Vec<Window>> {
        let property = self.atom(property)?;
        let reply = self
            .connection
            .get_property(false, window, property, AtomEnum::WINDOW, 0, 1024)?
            .reply()?;
        Ok(reply.value32().map(Iterator::collect).unwrap_or_default())
    }

    /// A window that is gone meanwhile has none.
    fn title(&self, window: Window) -> Result<String> {
        let property = self.atom("_NET_WM_NAME")?;
        let reply = self
            .connection
            .get_property(false, window, property, AtomEnum::ANY, 0, 1024)?
            .reply();
        let value = reply.map(|reply| reply.value).unwrap_or_default();
        Ok(String::from_utf8_lossy(&value).into_owned())
    }
}

/// Xvfb and its number. Numbers are drawn by lot: servers outside of the tests' namespaces have locks that nobody in here can tell from stale ones.
fn server(login: &Login) -> Result<(Started, u32)> {
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos();
    for lot in 0..5_u32 {
        let drawn = (nanoseconds / 1_000).wrapping_add(process::id() * 7_919 + lot * 4_111);
        let number = 1_000 + drawn % 50_000;
        let mut command = Command::new("Xvfb");
        command.arg(format!(":{number}")).args([
            "-screen",
            "0",
            SIZE,
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        let mut server = Started::new(quiet(login, &mut command)).context("Xvfb (package xvfb)")?;
        let mut taken = false;
        comes("the screen", || {
            taken = server.0.try_wait()?.is_some();
            Ok(taken || RustConnection::connect(Some(&format!(":{number}"))).is_ok())
        })?;
        if !taken {
            return Ok((server, number));
        }
    }
    bail!("no number for a screen is free")
}

fn quiet<'c>(login: &Login, command: &'c mut Command) -> &'c mut Command {
    login.dress(command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
}
