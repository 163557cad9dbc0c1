//! The end of a login, for an engine that the tray started in it: dbusmock's logind on a private system bus, and a session bus. A missing program is a failure, not a skip.

#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::registrar::Registrar;
use bellhop_tests_support::session::Session;
use bellhop_tests_support::started::Started;
use tempfile::TempDir;
use zbus::blocking::{Connection, connection, fdo};
use zbus::zvariant::{ObjectPath, OwnedValue, Value};

const SOON: Duration = Duration::from_secs(20);
const MOCK: &str = "org.freedesktop.DBus.Mock";
const MANAGER: &str = "org.freedesktop.login1.Manager";

/// A system bus with a logind that knows two logins.
struct Logind {
    connection: Connection,
    address: String,
    _mock: Started,
    _bus: Started,
    _home: TempDir,
}

impl Logind {
    fn start() -> Result<Logind> {
        let home = tempfile::tempdir()?;
        let address = format!("unix:path={}", home.path().join("bus").display());
        let bus = Started::new(
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--nopidfile"])
                .arg(format!("--address={address}"))
                .stderr(Stdio::null()),
        )
        .context("dbus-daemon (package dbus)")?;
        let connection = within(|| Ok(connection::Builder::address(address.as_str())?.build()?))?;
        // Debian's modules belong to Debian's Python, whichever comes first in PATH.
        let mock = Started::new(
            Command::new("/usr/bin/python3")
                .args(["-m", "dbusmock", "--template", "logind"])
                .env("DBUS_SYSTEM_BUS_ADDRESS", &address)
                .stdout(Stdio::null()),
        )
        .context("python3")?;
        let logind = Logind {
            connection,
            address,
            _mock: mock,
            _bus: bus,
            _home: home,
        };
        for id in ["7", "8"] {
            within(|| {
                let words = (id, "seat0", 500_u32, "tina", true);
                logind.call("/org/freedesktop/login1", MOCK, "AddSession", &words)
            })
            .context("logind (package python3-dbusmock)")?;
        }
        Ok(logind)
    }

    fn is(&self, id: &str, state: &str) -> Result<()> {
        let state = HashMap::from([("State", Value::from(state))]);
        let path = format!("/org/freedesktop/login1/session/{id}");
        let words = ("org.freedesktop.login1.Session", state);
        self.call(&path, MOCK, "UpdateProperties", &words)
    }

    fn removes(&self, id: &str) -> Result<()> {
        let path = ObjectPath::try_from(format!("/org/freedesktop/login1/session/{id}"))?;
        let values = vec![Value::from(id), Value::from(path)];
        let words = (MANAGER, "SessionRemoved", "so", values);
        self.call("/org/freedesktop/login1", MOCK, "EmitSignal", &words)
    }

    fn was_asked_for_a_login(&self) -> Result<bool> {
        let (name, path) = ("org.freedesktop.login1", "/org/freedesktop/login1");
        let reply = self
            .connection
            .call_method(Some(name), path, Some(MOCK), "GetCalls", &())?;
        let calls: Vec<(u64, String, Vec<OwnedValue>)> = reply.body().deserialize()?;
        Ok(calls.iter().any(|(_, method, _)| method == "GetSession"))
    }

    fn call<B>(&self, path: &str, interface: &str, method: &str, body: &B) -> Result<()>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let name = Some("org.freedesktop.login1");
        self.connection
            .call_method(name, path, Some(interface), method, body)?;
        Ok(())
    }
}

/// It has gone, and has said so to the company.
fn ended(engine: &mut Engine, registrar: &Registrar) -> Result<()> {
    let status = engine.wait(SOON)?;
    ensure!(status.success(), "{status}");
    assert_eq!(registrar.bindings(), Vec::<String>::new());
    Ok(())
}

/// Until it works.
fn within<T>(mut what: impl FnMut() -> Result<T>) -> Result<T> {
    let end = Instant::now() + SOON;
    loop {
        match what() {
            Err(error) if Instant::now() > end => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(20)),
            done => return done,
        }
    }
}

/// An engine in login 7 that is registered, and its company.
struct Desk {
    engine: Engine,
    registrar: Registrar,
    session: Session,
    logind: Logind,
}

impl Desk {
    fn started_by(starter: &str) -> Result<Desk> {
        let (logind, session) = (Logind::start()?, Session::start()?);
        let registrar = Registrar::start(PASSWORD)?;
        let config = format!(
            "[[line]]\naor = \"sip:tina@company.test\"\nregistrar = \"sip:{}\"\npassword = {{ file = \"secret\" }}\n",
            registrar.address()
        );
        let bellhop = Path::new(env!("CARGO_BIN_EXE_bellhop"));
        let engine = Engine::start_as(bellhop, &config, |command| {
            session.dress(command);
            command
                .args(["--started-by", starter])
                .env("DBUS_SYSTEM_BUS_ADDRESS", &logind.address)
                .env("XDG_SESSION_ID", "7");
        })?;
        engine.wait_for("registered", SOON)?;
        let desk = Desk {
            engine,
            registrar,
            session,
            logind,
        };
        assert_eq!(desk.registrar.bindings().len(), 1);
        Ok(desk)
    }

    /// It listens to logind, and to the session bus.
    fn listens(&self) -> Result<()> {
        within(|| {
            ensure!(self.logind.was_asked_for_a_login()?, "logind was not asked");
            let bus = self.session.connect()?;
            let bus = fdo::DBusProxy::new(&bus)?;
            for name in bus.list_names()? {
                let pid = bus.get_connection_unix_process_id(name.as_ref());
                if pid.is_ok_and(|pid| pid == self.engine.pid()) {
                    return Ok(());
                }
            }
            anyhow::bail!("it is not on the session bus")
        })
    }

    fn ends(&mut self) -> Result<()> {
        ended(&mut self.engine, &self.registrar)
    }

    fn goes_on(&mut self) -> Result<()> {
        // Long after a signal of the bus has come.
        thread::sleep(Duration::from_secs(1));
        ensure!(self.engine.is_running()?, "it has ended");
        assert_eq!(self.registrar.bindings().len(), 1);
        Ok(())
    }
}

#[test]
fn a_login_that_closes_ends_the_engine_of_its_tray() -> Result<()> {
    let mut desk = Desk::started_by("tray")?;
    desk.listens()?;
    desk.logind.is("8", "closing")?;
    desk.goes_on()?;
    // Processes of it are left: this one.
    desk.logind.is("7", "closing")?;
    desk.ends()
}

#[test]
fn a_login_that_is_removed_ends_the_engine_of_its_tray() -> Result<()> {
    let mut desk = Desk::started_by("tray")?;
    desk.listens()?;
    desk.logind.removes("8")?;
    desk.goes_on()?;
    desk.logind.removes("7")?;
    desk.ends()
}

#[test]
fn a_session_bus_that_goes_ends_the_engine_of_its_tray() -> Result<()> {
    let desk = Desk::started_by("tray")?;
    desk.listens()?;
    let Desk {
        mut engine,
        registrar,
        session,
        logind,
    } = desk;
    drop(session);
    ended(&mut engine, &registrar)?;
    drop(logind);
    Ok(())
}

#[test]
fn an_engine_that_a_person_started_outlives_the_login() -> Result<()> {
    for starter in ["terminal", "service"] {
        let mut desk = Desk::started_by(starter)?;
        desk.logind.is("7", "closing")?;
        desk.logind.removes("7")?;
        desk.goes_on()?;
    }
    Ok(())
}

#[test]
fn a_logind_that_goes_is_no_end_of_a_login() -> Result<()> {
    let desk = Desk::started_by("tray")?;
    desk.listens()?;
    let Desk {
        engine,
        registrar,
        session,
        logind,
    } = desk;
    drop(logind);
    let mut desk = Desk {
        engine,
        registrar,
        session,
        logind: Logind::start()?,
    };
    desk.goes_on()
}
