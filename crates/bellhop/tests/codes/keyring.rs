//! A real keyring on a session bus of its own.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

/// The collection that gnome-keyring makes when it is unlocked for the first time.
const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";

/// A bus, and gnome-keyring on it with an unlocked collection.
pub(crate) struct Bus {
    address: String,
    home: std::path::PathBuf,
    processes: Vec<Child>,
}

/// Gives a command that session bus and no other way to one.
pub(crate) fn at_bus(command: &mut Command, address: &str, home: &Path) {
    command
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("DISPLAY");
}

impl Bus {
    pub(crate) fn with_a_keyring(home: &Path) -> Result<Bus> {
        let path = home.join("bus");
        let mut bus = Bus {
            address: format!("unix:path={}", path.display()),
            home: home.to_owned(),
            processes: Vec::new(),
        };
        let mut daemon = Command::new("dbus-daemon");
        daemon
            .args(["--session", "--nofork", "--nopidfile"])
            .arg(format!("--address={}", bus.address))
            .stderr(Stdio::null());
        bus.processes
            .push(daemon.spawn().context("dbus-daemon (package dbus)")?);
        comes("the bus", || Ok(path.exists()))?;
        let mut keyring = bus.command("gnome-keyring-daemon");
        keyring
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut keyring = keyring
            .spawn()
            .context("gnome-keyring-daemon (package gnome-keyring)")?;
        let stdin = keyring.stdin.take();
        bus.processes.push(keyring);
        stdin.context("its stdin")?.write_all(b"pw")?;
        // Asking it for anything before it owns its name would make the bus start another one.
        comes("gnome-keyring", || {
            let owner = bus.send(
                "org.freedesktop.DBus",
                "/",
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            )?;
            Ok(owner.contains("true"))
        })?;
        Ok(bus)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Puts a password into it, as another program would.
    pub(crate) fn store(&self, aor: &str, password: &str) -> Result<()> {
        let mut command = self.command("secret-tool");
        let words = [
            "store",
            "--label=Bellhop",
            "service",
            "bellhop",
            "username",
            aor,
        ];
        let mut child = command
            .args(words)
            .stdin(Stdio::piped())
            .spawn()
            .context("secret-tool (package libsecret-tools)")?;
        child
            .stdin
            .take()
            .context("its stdin")?
            .write_all(password.as_bytes())?;
        ensure!(child.wait()?.success(), "secret-tool could not store");
        Ok(())
    }

    /// Locks the collection, as the desktop does when its user is away.
    pub(crate) fn lock(&self) -> Result<()> {
        let what = format!("array:objpath:{COLLECTION}");
        let locked = self.send(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            &what,
        )?;
        ensure!(locked.contains(COLLECTION), "not locked: {locked}");
        Ok(())
    }

    fn send(&self, destination: &str, path: &str, method: &str, value: &str) -> Result<String> {
        let mut command = self.command("dbus-send");
        let output = command
            .args(["--session", "--print-reply=literal"])
            .arg(format!("--dest={destination}"))
            .args([path, method, value])
            .output()
            .context("dbus-send (package dbus)")?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        at_bus(&mut command, &self.address, &self.home);
        command
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn comes(what: &str, there: impl Fn() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(15);
    while !there()? {
        if Instant::now() > end {
            bail!("{what} does not come up");
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
