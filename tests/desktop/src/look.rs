//! Light or dark, as a desktop tells it to its programs: by XSETTINGS, and at once.

use anyhow::Result;
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Window,
    WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::display::Display;

/// The two looks that a theme has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Look {
    /// Both.
    pub const ALL: [Look; 2] = [Look::Light, Look::Dark];

    /// For names of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Look::Light => "light",
            Look::Dark => "dark",
        }
    }

    /// GTK has both built in, and WebKit goes by the name's end.
    fn theme(self) -> &'static str {
        match self {
            Look::Light => "Adwaita",
            Look::Dark => "Adwaita-dark",
        }
    }
}

/// The settings of a screen.
#[derive(Debug)]
pub struct Settings {
    window: Window,
    changes: u32,
}

impl Settings {
    /// Becomes the one who gives them out, and says light.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn of(display: &Display) -> Result<Settings> {
        let (connection, root) = display.connection();
        let window = connection.generate_id()?;
        connection.create_window(
            COPY_DEPTH_FROM_PARENT,
            window,
            root,
            -1,
            -1,
            1,
            1,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &CreateWindowAux::new(),
        )?;
        let mut settings = Settings { window, changes: 0 };
        settings.say(display, Look::Light)?;
        let selection = display.atom("_XSETTINGS_S0")?;
        connection.set_selection_owner(window, selection, CURRENT_TIME)?;
        let manager = display.atom("MANAGER")?;
        let told = [CURRENT_TIME, selection, window, 0, 0];
        let event = ClientMessageEvent::new(32, root, manager, told);
        connection.send_event(false, root, EventMask::STRUCTURE_NOTIFY, event)?;
        connection.sync()?;
        Ok(settings)
    }

    /// Says how programs shall look from now on.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn say(&mut self, display: &Display, look: Look) -> Result<()> {
        self.changes += 1;
        let (connection, _) = display.connection();
        let property = display.atom("_XSETTINGS_SETTINGS")?;
        let value = self.encoded(look);
        connection.change_property8(PropMode::REPLACE, self.window, property, property, &value)?;
        Ok(connection.sync()?)
    }

    /// As the XSETTINGS specification has it, with one setting.
    fn encoded(&self, look: Look) -> Vec<u8> {
        let (name, theme) = (b"Net/ThemeName", look.theme().as_bytes());
        let mut bytes = vec![0, 0, 0, 0];
        bytes.extend(self.changes.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        // A string, and the length of its name.
        bytes.extend([1, 0]);
        bytes.extend(u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
        bytes.extend(name);
        pad(&mut bytes);
        bytes.extend(self.changes.to_le_bytes());
        bytes.extend(u32::try_from(theme.len()).unwrap_or(0).to_le_bytes());
        bytes.extend(theme);
        pad(&mut bytes);
        bytes
    }
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}
