//! A real gnome-keyring on a session's bus, unlocked.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use zbus::blocking::{Connection, fdo};
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

use crate::session::{Login, Session};
use crate::started::{Started, comes};

/// The name of the Secret Service on the bus.
pub const NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";
const SERVICE: &str = "org.freedesktop.Secret.Service";

/// The daemon; it ends when dropped.
#[derive(Debug)]
pub struct Keyring {
    daemon: Started,
    connection: Connection,
    login: Login,
    plain: OwnedObjectPath,
}

impl Keyring {
    /// Starts it with an unlocked collection and waits until it owns its name.
    ///
    /// # Errors
    /// Without gnome-keyring, or when it does not come up.
    pub fn start(session: &Session) -> Result<Keyring> {
        let login = session.login().clone();
        let mut command = Command::new("gnome-keyring-daemon");
        command
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        login.dress(&mut command);
        let mut daemon =
            Started::new(&mut command).context("gnome-keyring-daemon (package gnome-keyring)")?;
        let mut stdin = daemon.0.stdin.take().context("a pipe")?;
        stdin.write_all(b"pw")?;
        drop(stdin);
        let connection = login.connect()?;
        let bus = fdo::DBusProxy::new(&connection)?;
        comes(
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
            login,
            plain,
        })
    }

    /// Puts a password into it for a number, in place of what was there, as another program would.
    ///
    /// # Errors
    /// Without `secret-tool`, or when it is refused.
    pub fn store(&self, aor: &str, password: &[u8]) -> Result<()> {
        let mut command = self.secret_tool(&["store", "--label=Bellhop"], aor);
        let mut child = command
            .stdin(Stdio::piped())
            .spawn()
            .context("secret-tool (package libsecret-tools)")?;
        let mut stdin = child.stdin.take().context("a pipe")?;
        stdin.write_all(password)?;
        drop(stdin);
        let status = child.wait()?;
        ensure!(status.success(), "secret-tool: {status}");
        Ok(())
    }

    /// The password that it holds for a number, as another program would read it.
    ///
    /// # Errors
    /// Without `secret-tool`.
    pub fn lookup(&self, aor: &str) -> Result<Option<String>> {
        let output = self
            .secret_tool(&["lookup"], aor)
            .output()
            .context("secret-tool (package libsecret-tools)")?;
        let password = String::from_utf8(output.stdout)?;
        Ok(output.status.success().then_some(password))
    }

    fn secret_tool(&self, words: &[&str], aor: &str) -> Command {
        let mut command = Command::new("secret-tool");
        command
            .args(words)
            .args(["service", "bellhop", "username", aor]);
        self.login.dress(&mut command);
        command
    }

    /// Locks the collection, as the desktop does when its user is away.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn lock(&self) -> Result<()> {
        let collection = vec![ObjectPath::try_from(COLLECTION)?];
        self.connection
            .call_method(Some(NAME), ROOT, Some(SERVICE), "Lock", &collection)?;
        Ok(())
    }

    /// What the session's login does with the password that was typed there.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn unlock(&self) -> Result<()> {
        let secret = (&self.plain, Vec::<u8>::new(), b"pw".to_vec(), "text/plain");
        let interface = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
        let words = (ObjectPath::try_from(COLLECTION)?, secret);
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
    ///
    /// # Errors
    /// When the system refuses.
    pub fn stop(&self) -> Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// After [`Keyring::stop`].
    ///
    /// # Errors
    /// When the system refuses.
    pub fn go_on(&self) -> Result<()> {
        self.signal(Signal::SIGCONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.daemon.pid())?;
        Ok(kill(Pid::from_raw(pid), signal)?)
    }
}
