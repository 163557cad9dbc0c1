//! A private session bus, a gnome-keyring on it, and a count of what its owner is asked.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use zbus::blocking::{Connection, MessageIterator, connection, fdo};
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

pub(crate) const AOR: &str = "sip:tina@company.test";
const NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const LONG: Duration = Duration::from_secs(15);

/// Nothing on it is started by itself: a keyring is there when a test starts one.
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

/// A process that ends with the test.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A session: a home, and a bus.
pub(crate) struct Session {
    bus: Option<Started>,
    home: TempDir,
}

impl Session {
    pub(crate) fn start() -> Result<Session> {
        let home = tempfile::tempdir()?;
        let mut session = Session { bus: None, home };
        let config = CONFIG.replace("PATH", &session.socket().to_string_lossy());
        fs::write(session.home.path().join("bus.conf"), config)?;
        session.begin_anew()?;
        Ok(session)
    }

    /// Ends the bus, if there is one, and starts another in its place.
    pub(crate) fn begin_anew(&mut self) -> Result<()> {
        drop(self.bus.take());
        let _ = fs::remove_file(self.socket());
        let mut config = std::ffi::OsString::from("--config-file=");
        config.push(self.home.path().join("bus.conf"));
        let bus = Command::new("dbus-daemon")
            .args(["--nofork", "--nopidfile"])
            .arg(config)
            .stderr(Stdio::null())
            .spawn()
            .context("dbus-daemon (dbus)")?;
        self.bus = Some(Started(bus));
        await_that("a bus", || Ok(self.connect().is_ok()))
    }

    /// Gives a command this session.
    pub(crate) fn dress(&self, command: &mut Command) {
        command
            .env("DBUS_SESSION_BUS_ADDRESS", self.address())
            .env("HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", self.home.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
    }

    /// The name of the Secret Service, with nobody behind it.
    pub(crate) fn own_the_name(&self) -> Result<Connection> {
        let connection = self.connect()?;
        connection.request_name(NAME)?;
        Ok(connection)
    }

    fn socket(&self) -> PathBuf {
        self.home.path().join("bus")
    }

    fn address(&self) -> String {
        format!("unix:path={}", self.socket().display())
    }

    fn connect(&self) -> Result<Connection> {
        Ok(connection::Builder::address(self.address().as_str())?.build()?)
    }
}

/// How often the keyring was asked to ask its owner, and looked at.
pub(crate) struct Prompts {
    asked: Arc<AtomicUsize>,
    looks: Arc<AtomicUsize>,
}

impl Prompts {
    pub(crate) fn count(session: &Session) -> Result<Prompts> {
        let connection = session.connect()?;
        let rule = |text: &str| zbus::MatchRule::try_from(text).map(|rule| rule.to_owned());
        let rules = [
            rule("type='method_call',interface='org.freedesktop.Secret.Prompt'")?,
            rule("type='method_call',interface='org.freedesktop.Secret.Service'")?,
        ];
        fdo::MonitoringProxy::new(&connection)?.become_monitor(&rules, 0)?;
        let prompts = Prompts {
            asked: Arc::default(),
            looks: Arc::default(),
        };
        let (asked, looks) = (Arc::clone(&prompts.asked), Arc::clone(&prompts.looks));
        // It ends with the bus.
        thread::spawn(move || {
            for message in MessageIterator::from(connection).map_while(Result::ok) {
                let header = message.header();
                let Some(member) = header.member() else {
                    continue;
                };
                match member.as_str() {
                    "Prompt" => asked.fetch_add(1, Ordering::SeqCst),
                    "SearchItems" => looks.fetch_add(1, Ordering::SeqCst),
                    _ => 0,
                };
            }
        });
        Ok(prompts)
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }
}

/// A gnome-keyring, unlocked.
pub(crate) struct Keyring<'s> {
    daemon: Started,
    connection: Connection,
    session: &'s Session,
    plain: OwnedObjectPath,
}

impl Keyring<'_> {
    pub(crate) fn start(session: &Session) -> Result<Keyring<'_>> {
        let mut command = Command::new("gnome-keyring-daemon");
        command
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        session.dress(&mut command);
        let mut daemon = command
            .spawn()
            .context("gnome-keyring-daemon (gnome-keyring)")?;
        let mut stdin = daemon.stdin.take().context("a pipe")?;
        stdin.write_all(b"pw")?;
        drop(stdin);
        let daemon = Started(daemon);
        let connection = session.connect()?;
        let bus = fdo::DBusProxy::new(&connection)?;
        await_that(
            "gnome-keyring",
            || Ok(bus.name_has_owner(NAME.try_into()?)?),
        )?;
        let open = ("plain", Value::from(""));
        let reply =
            connection.call_method(Some(NAME), ROOT, Some(SERVICE), "OpenSession", &open)?;
        let (_, plain): (OwnedValue, OwnedObjectPath) = reply.body().deserialize()?;
        Ok(Keyring {
            daemon,
            connection,
            session,
            plain,
        })
    }

    /// As `secret-tool` does it, in place of what was there.
    pub(crate) fn store(&self, password: &[u8]) -> Result<()> {
        let mut command = Command::new("secret-tool");
        command
            .args([
                "store",
                "--label=Bellhop",
                "service",
                "bellhop",
                "username",
                AOR,
            ])
            .stdin(Stdio::piped());
        self.session.dress(&mut command);
        let mut child = command.spawn().context("secret-tool (libsecret-tools)")?;
        let mut stdin = child.stdin.take().context("a pipe")?;
        stdin.write_all(password)?;
        drop(stdin);
        let status = child.wait()?;
        ensure!(status.success(), "secret-tool: {status}");
        Ok(())
    }

    pub(crate) fn lock(&self) -> Result<()> {
        let collection = vec![ObjectPath::try_from(LOGIN)?];
        self.connection
            .call_method(Some(NAME), ROOT, Some(SERVICE), "Lock", &collection)?;
        Ok(())
    }

    /// What the session's login does with the password that was typed there.
    pub(crate) fn unlock(&self) -> Result<()> {
        let secret = (&self.plain, Vec::<u8>::new(), b"pw".to_vec(), "text/plain");
        let interface = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
        let words = (ObjectPath::try_from(LOGIN)?, secret);
        self.connection.call_method(
            Some(NAME),
            ROOT,
            Some(interface),
            "UnlockWithMasterPassword",
            &words,
        )?;
        Ok(())
    }

    /// It keeps its name and its connection, and does nothing more.
    pub(crate) fn stop(&self) -> Result<()> {
        self.signal("-STOP")
    }

    pub(crate) fn go_on(&self) -> Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, name: &str) -> Result<()> {
        let status = Command::new("kill")
            .args([name, &self.daemon.0.id().to_string()])
            .status()?;
        ensure!(status.success(), "kill {name}: {status}");
        Ok(())
    }
}

fn await_that(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + LONG;
    while !holds()? {
        ensure!(Instant::now() < end, "no {what}");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
