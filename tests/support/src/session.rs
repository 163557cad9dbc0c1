//! A login of a test's own: a home, and a session bus on which nothing starts by itself.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use zbus::blocking::{Connection, connection};

use crate::started::{Started, comes};

/// A keyring or a tray's host is there when a test starts one.
const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=PATH</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What a program has to know of the machine's own session, and must not.
const OF_THE_MACHINE: [&str; 10] = [
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_CURRENT_DESKTOP",
    "XDG_SESSION_TYPE",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "GNOME_KEYRING_CONTROL",
];

/// A login; its bus ends with it, and its home is removed.
#[derive(Debug)]
pub struct Session {
    // Before the home: the bus ends while its socket is still there.
    bus: Option<Started>,
    login: Login,
    home: TempDir,
}

/// Where a session's home and bus are: what a program that shall belong to it is told.
#[derive(Clone, Debug)]
pub struct Login {
    home: PathBuf,
}

impl Session {
    /// Makes a home, and starts a bus.
    ///
    /// # Errors
    /// Without `dbus-daemon`, or when it does not come up.
    pub fn start() -> Result<Session> {
        let home = tempfile::Builder::new().prefix("bellhop-home-").tempdir()?;
        let login = Login {
            home: home.path().to_owned(),
        };
        // GTK and D-Bus warn about a directory that others may enter.
        fs::DirBuilder::new()
            .mode(0o700)
            .create(login.runtime_dir())?;
        let config = CONFIG.replace("PATH", &login.socket().to_string_lossy());
        fs::write(login.bus_config(), config)?;
        let mut session = Session {
            bus: None,
            login,
            home,
        };
        session.begin_anew()?;
        Ok(session)
    }

    /// Ends the bus, if there is one, and starts another in its place.
    ///
    /// # Errors
    /// As [`Session::start`].
    pub fn begin_anew(&mut self) -> Result<()> {
        drop(self.bus.take());
        let _ = fs::remove_file(self.login.socket());
        let mut config = OsString::from("--config-file=");
        config.push(self.login.bus_config());
        let mut command = Command::new("dbus-daemon");
        command
            .args(["--nofork", "--nopidfile"])
            .arg(config)
            .stderr(Stdio::null());
        self.login.dress(&mut command);
        self.bus = Some(Started::new(&mut command).context("dbus-daemon (package dbus)")?);
        comes("a bus", || Ok(self.login.connect().is_ok()))
    }

    /// Its home.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// What programs that belong to it are told.
    #[must_use]
    pub fn login(&self) -> &Login {
        &self.login
    }

    /// Gives a command this session.
    pub fn dress(&self, command: &mut Command) {
        self.login.dress(command);
    }

    /// Connects to its bus.
    ///
    /// # Errors
    /// When there is none.
    pub fn connect(&self) -> Result<Connection> {
        self.login.connect()
    }

    /// Takes a name on the bus, with nobody behind it.
    ///
    /// # Errors
    /// When somebody has it.
    pub fn own(&self, name: &'static str) -> Result<Connection> {
        let connection = self.connect()?;
        connection.request_name(name)?;
        Ok(connection)
    }
}

impl Login {
    /// Gives a command this session and nothing of the machine's own.
    pub fn dress(&self, command: &mut Command) {
        for name in OF_THE_MACHINE {
            command.env_remove(name);
        }
        command
            .env("DBUS_SESSION_BUS_ADDRESS", self.address())
            .env("HOME", &self.home)
            .env("XDG_RUNTIME_DIR", self.runtime_dir());
    }

    /// Connects to its bus.
    ///
    /// # Errors
    /// When there is none.
    pub fn connect(&self) -> Result<Connection> {
        Ok(connection::Builder::address(self.address().as_str())?.build()?)
    }

    /// The address of its bus.
    #[must_use]
    pub fn address(&self) -> String {
        format!("unix:path={}", self.socket().display())
    }

    /// Its `XDG_RUNTIME_DIR`.
    #[must_use]
    pub fn runtime_dir(&self) -> PathBuf {
        self.home.join(".run")
    }

    fn socket(&self) -> PathBuf {
        self.home.join(".bus")
    }

    fn bus_config(&self) -> PathBuf {
        self.home.join(".bus.conf")
    }
}
