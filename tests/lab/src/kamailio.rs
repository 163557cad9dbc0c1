//! The company's registrar: Kamailio in the foreground, what it did by its own log, what it holds by its own RPC.

mod location;
mod log;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use crate::namespace::{Namespace, program};
use crate::priority;
use crate::process::Process;

pub use location::Binding;
pub use log::{Event, Kind};

const CONFIG: &str = include_str!("../data/kamailio.cfg");
/// The realm that it challenges for, and its domain.
pub const DOMAIN: &str = "company.test";

/// How a company runs its registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Longest binding that it grants, in seconds.
    pub max_expires: u32,
    /// Whether it takes a nonce count only once (RFC 7616 §3.4.5): a late copy of a request is refused with 401, and not called stale.
    pub counts_nonces: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            max_expires: 3600,
            counts_nonces: false,
        }
    }
}

/// A running Kamailio; ended when dropped.
pub struct Kamailio {
    process: Process,
    folder: PathBuf,
}

impl Kamailio {
    /// Starts Kamailio on `host` at `listen` and waits until it answers its RPC. Its files are in `folder`; the log is appended to.
    ///
    /// # Errors
    /// When it does not come up within ten seconds: the end of its log is told.
    pub fn start(
        host: &Namespace,
        folder: PathBuf,
        listen: SocketAddr,
        password: &str,
        habits: Habits,
    ) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let config = folder.join("kamailio.cfg");
        let control = folder.join("control");
        let _ = fs::remove_file(&control);
        let filled = CONFIG
            .replace("@LISTEN@", &listen.to_string())
            .replace("@CONTROL@", &control.display().to_string())
            .replace("@PASSWORD@", password)
            .replace("@MAX_EXPIRES@", &habits.max_expires.to_string())
            .replace("@NONCE_COUNT@", &u8::from(habits.counts_nonces).to_string());
        fs::write(&config, filled)?;
        let output = File::options()
            .create(true)
            .append(true)
            .open(folder.join("log"))?;
        let mut command = priority::raised("kamailio")?;
        command
            .args(["-DD", "-E", "-m", "32", "-M", "4"])
            .arg("-f")
            .arg(&config)
            .arg("-Y")
            .arg(&folder)
            .arg("-w")
            .arg(&folder);
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = host.inside(|| command.spawn().context("starting kamailio"))?;
        let mut kamailio = Self {
            process: Process::new(child),
            folder,
        };
        kamailio.wait_until_it_answers()?;
        Ok(kamailio)
    }

    /// Every event so far.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn events(&self) -> Result<Vec<Event>> {
        let log = fs::read(self.folder.join("log"))?;
        Ok(String::from_utf8_lossy(&log)
            .lines()
            .filter_map(log::event)
            .collect())
    }

    /// Waits for the first event after `since` that `wanted` recognises.
    ///
    /// # Errors
    /// When none comes within `timeout`.
    pub fn first(
        &self,
        since: SystemTime,
        timeout: Duration,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Event> {
        let end = Instant::now() + timeout;
        loop {
            let events = self.events()?;
            if let Some(found) = events
                .into_iter()
                .find(|event| event.at >= since && wanted(event))
            {
                return Ok(found);
            }
            if Instant::now() >= end {
                let seen: Vec<_> = self
                    .events()?
                    .into_iter()
                    .filter(|event| event.at >= since)
                    .collect();
                bail!(
                    "the registrar did not see what was waited for within {timeout:?}, only {seen:?}"
                );
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What the registrar holds for a user: its own list.
    ///
    /// # Errors
    /// When the RPC fails.
    pub fn bindings(&self, user: &str) -> Result<Vec<Binding>> {
        Ok(location::bindings(&self.rpc(&["ul.dump"])?, user))
    }

    fn rpc(&self, command: &[&str]) -> Result<String> {
        let socket = format!("unix:{}", self.folder.join("control").display());
        let output = program("kamcmd")?
            .arg("-s")
            .arg(socket)
            .args(command)
            .output()?;
        if !output.status.success() {
            bail!(
                "kamcmd {command:?}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait_until_it_answers(&mut self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            if self.rpc(&["core.uptime"]).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.has_ended()? {
                bail!("kamailio ended ({status}): {}", self.last_words());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("kamailio does not answer: {}", self.last_words())
    }

    fn last_words(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log
            .lines()
            .rev()
            .filter(|line| line.contains("ERROR") || line.contains("CRITICAL"))
            .take(5)
            .collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" · ")
    }
}
