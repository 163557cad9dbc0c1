//! Tray and window of an installed package on a display and a bus of their own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::anybody_of;
use super::root::Root;
use crate::process::{Running, wait};
use crate::{Fallible, run};

const PATIENCE: Duration = Duration::from_secs(30);

const PATH: &str = "/usr/bin:/bin";

/// What the page says where there is no line.
const EMPTY: &str = "No line yet";

/// Starts the tray as a person's session does, opens the window, and ends both.
pub(super) fn start_and_end(root: &Root) -> Fallible<()> {
    let session = Session::new(root)?;
    let mut tray = Running::start("the tray", &mut session.tray(&[]))?;
    let used = session.use_it(root);
    if used.is_err() {
        tray.show_log();
    }
    used?;
    tray.stop();
    wait(PATIENCE, "not everything ended with the tray", || {
        Ok(anybody_of(&root.path()).is_none().then_some(()))
    })
    .map_err(|why| format!("{why}: {}", anybody_of(&root.path()).unwrap_or_default()).into())
}

struct Session<'a> {
    root: &'a Root,
    home: PathBuf,
    display: String,
    bus: String,
    /// Where an inspector would listen if one could be had.
    inspector: SocketAddr,
    _display_and_bus: [Running; 2],
}

impl<'a> Session<'a> {
    fn new(root: &'a Root) -> Fallible<Session<'a>> {
        let home = root.beside().join("home");
        fs::DirBuilder::new().mode(0o700).create(&home)?;
        let mut screen = Running::start(
            "Xvfb",
            Command::new("Xvfb").args(["-displayfd", "1", "-nolisten", "tcp"]),
        )?;
        let number = screen.await_line("its number", None, PATIENCE, |line| {
            !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
        })?;
        let display = format!(":{}", number.text);
        // What the bus starts by itself, a keyring and portals, shall not see this person's home.
        let mut bus = Running::start(
            "a session bus",
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--print-address"])
                .env_clear()
                .env("PATH", PATH)
                .env("HOME", &home)
                .env("XDG_RUNTIME_DIR", &home)
                .env("DISPLAY", &display),
        )?;
        let address = bus.await_line("its address", None, PATIENCE, |line| {
            line.starts_with("unix:")
        })?;
        Ok(Session {
            root,
            home,
            display,
            bus: address.text,
            // A port that is free now.
            inspector: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?,
            _display_and_bus: [screen, bus],
        })
    }

    fn use_it(&self, root: &Root) -> Fallible<()> {
        wait(PATIENCE, "the tray started no engine", || {
            let answers = run::quietly(
                Command::new(root.program("bellhop"))
                    .args(["status", "--json", "--state-dir"])
                    .arg(self.state()),
            );
            Ok(answers.then_some(()))
        })?;
        let window = Running::start("the window", &mut self.tray(&["--window"]))?;
        let opened = wait(PATIENCE, "no window was seen", || {
            let mut search = Command::new("xdotool");
            search.args(["search", "--onlyvisible", "--name", "Bellhop"]);
            Ok(run::quietly(search.env("DISPLAY", &self.display)).then_some(()))
        });
        if opened.is_err() {
            window.show_log();
        }
        opened?;
        self.is_drawn()?;
        if TcpStream::connect(self.inspector).is_ok() {
            return Err("The window lets others look into it: it is built for tests.".into());
        }
        Ok(())
    }

    /// Not only there but seen: what is shipped draws in another way than what the desktop's tests drive.
    fn is_drawn(&self) -> Fallible<()> {
        let picture = self.home.join("screen.png");
        let mut seen = String::new();
        wait(PATIENCE, "the window did not show its page", || {
            // Twice as large: reading small letters is not what is tested.
            let mut camera = Command::new("import");
            camera.env("DISPLAY", &self.display);
            camera.args(["-window", "root", "-resize", "200%"]);
            run::output(camera.arg(&picture))?;
            let mut reader = Command::new("tesseract");
            seen = run::output(reader.arg(&picture).args(["-", "--psm", "11"]))?;
            Ok(seen.contains(EMPTY).then_some(()))
        })
        .map_err(|why| format!("{why}; read was: {}", seen.trim()).into())
    }

    /// Its surroundings are empty but for what a session has, and for the words that would open its doors to tests.
    fn tray(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.root.program("bellhop-tray"));
        command
            .args(words)
            .arg("--state-dir")
            .arg(self.state())
            .env_clear()
            .env("PATH", PATH)
            .env("HOME", &self.home)
            .env("XDG_RUNTIME_DIR", &self.home)
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_INSPECTOR_SERVER", self.inspector.to_string());
        command
    }

    fn state(&self) -> PathBuf {
        self.home.join("state")
    }
}
