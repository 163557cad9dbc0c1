//! Asterisk with `chan_pjsip` in the foreground: what it did by its own log, what it holds by its own database.

mod installed;
mod location;
mod log;

use std::env;
use std::fs::{self, File};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use super::{Binding, Call, DOMAIN, Event, Kind, PASSWORD, Registrar, USER};
use crate::priority;
use crate::process::Process;
use crate::topology::{Lab, REGISTRAR};

pub use installed::Installed;

/// Names the environment variable that says where Asterisk is.
pub const ROOT_VARIABLE: &str = "BELLHOP_LAB_ASTERISK";
/// Names the one that says why there is none.
pub const MISSING_VARIABLE: &str = "BELLHOP_LAB_NO_ASTERISK";

const FILES: [(&str, &str); 4] = [
    (
        "asterisk.conf",
        include_str!("../../data/asterisk/asterisk.conf"),
    ),
    (
        "modules.conf",
        include_str!("../../data/asterisk/modules.conf"),
    ),
    (
        "logger.conf",
        include_str!("../../data/asterisk/logger.conf"),
    ),
    ("pjsip.conf", include_str!("../../data/asterisk/pjsip.conf")),
];
/// Its folder in the lab's.
const FOLDER: &str = "asterisk";
/// The files of the database begin so.
const DATABASE: &str = "astdb";
/// What a line answers to an INVITE that it has no phone for (RFC 3261 §21.4.18).
const NOBODY_PICKS_UP: &str = "480";

/// How a company runs its Asterisk. It always rewrites the Contact to where the REGISTER came from, and its nonces hold for one source
/// address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Most contacts that it holds for a line.
    pub max_contacts: u32,
    /// Whether a new contact above that takes the place of an old one; refused with 403 otherwise.
    pub remove_existing: bool,
    /// Longest binding that it grants, in seconds.
    pub max_expires: u32,
}

impl Default for Habits {
    /// As an administration panel sets up a line.
    fn default() -> Self {
        Self {
            max_contacts: 1,
            remove_existing: true,
            max_expires: 3600,
        }
    }
}

/// Removes the database that it keeps contacts in over a restart.
pub(super) fn forget(lab: &Lab) -> Result<()> {
    for entry in fs::read_dir(lab.folder.path().join(FOLDER))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(DATABASE) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A running Asterisk; ended when dropped.
pub struct Asterisk {
    process: Process,
    folder: PathBuf,
    installed: Installed,
}

impl Asterisk {
    /// Starts Asterisk and waits until it has booted.
    ///
    /// # Errors
    /// When there is none, or when it does not come up within ten seconds: the end of its log is told.
    pub fn start(lab: &Lab, habits: Habits) -> Result<Self> {
        if let Ok(why) = env::var(MISSING_VARIABLE) {
            bail!(why);
        }
        let installed = Installed::at(
            env::var_os(ROOT_VARIABLE)
                .with_context(|| format!("{ROOT_VARIABLE} is not set"))?
                .into(),
        );
        let folder = lab.folder.path().join(FOLDER);
        fs::create_dir_all(&folder)?;
        let (modules, data) = (installed.modules()?, installed.data());
        for (name, content) in FILES {
            let filled = content
                .replace("@FOLDER@", &folder.display().to_string())
                .replace("@MODULES@", &modules.display().to_string())
                .replace("@DATA@", &data.display().to_string())
                .replace("@LISTEN@", &REGISTRAR.to_string())
                .replace("@USER@", USER)
                .replace("@PASSWORD@", PASSWORD)
                .replace("@REALM@", DOMAIN)
                .replace("@MAX_CONTACTS@", &habits.max_contacts.to_string())
                .replace("@MAX_EXPIRES@", &habits.max_expires.to_string())
                .replace(
                    "@REMOVE_EXISTING@",
                    if habits.remove_existing { "yes" } else { "no" },
                );
            fs::write(folder.join(name), filled)?;
        }
        let mut command = priority::raised(installed.command()?)?;
        let output = File::create(folder.join("output"))?;
        command
            .arg("-f")
            .arg("-C")
            .arg(folder.join("asterisk.conf"))
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = lab
            .company
            .inside(|| command.spawn().context("starting asterisk"))?;
        let mut asterisk = Self {
            process: Process::new(child),
            folder,
            installed,
        };
        asterisk.wait_until_booted()?;
        Ok(asterisk)
    }

    /// Runs a command of its console.
    fn console(&self, line: &str) -> Result<String> {
        let mut command: Command = self.installed.command()?;
        command
            .arg("-C")
            .arg(self.folder.join("asterisk.conf"))
            .args(["-r", "-x", line]);
        let output = command.stdin(Stdio::null()).output()?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            bail!("asterisk's console, {line}: {}", told.trim());
        }
        Ok(told)
    }

    fn wait_until_booted(&mut self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            if self.console("core waitfullybooted").is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.has_ended()? {
                bail!("asterisk ended ({status}): {}", self.last_words());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("asterisk does not answer: {}", self.last_words())
    }

    fn last_words(&self) -> String {
        let told = fs::read(self.folder.join("output")).unwrap_or_default();
        let told = String::from_utf8_lossy(&told);
        let mut lines: Vec<_> = told.lines().rev().take(5).collect();
        lines.reverse();
        lines.join(" · ")
    }
}

impl Registrar for Asterisk {
    fn events(&self) -> Result<Vec<Event>> {
        let log = fs::read(self.folder.join("log"))?;
        Ok(log::events(&String::from_utf8_lossy(&log)))
    }

    fn bindings(&self, user: &str) -> Result<Vec<Binding>> {
        let database = self.console("database show registrar")?;
        Ok(location::bindings(&database, user, SystemTime::now()))
    }

    /// An INVITE of Asterisk's own: an OPTIONS to the AOR it would answer itself, whatever it has stored.
    fn place_call(&self, _lab: &Lab, public: IpAddr) -> Result<Call> {
        let since = SystemTime::now();
        self.console(&format!(
            "channel originate PJSIP/{USER} application Wait 1"
        ))?;
        let answers = |event: &Event| event.kind == Kind::Answered && event.source.ip() == public;
        Ok(match self.first(since, Duration::from_secs(2), &answers) {
            Ok(answer) if answer.contact == NOBODY_PICKS_UP => Call::Answered {
                at: answer.at,
                method: "INVITE",
                cseq: answer.cseq,
            },
            Ok(answer) => Call::Failed(format!("a call from the registrar got {}", answer.contact)),
            Err(error) => Call::Failed(format!(
                "a call from the registrar did not arrive: {error:#}"
            )),
        })
    }
}
