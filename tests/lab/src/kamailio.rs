//! The company's registrar: Kamailio in the foreground, what it did by its own log, what it holds by its own RPC.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::namespace::{Namespace, program};
use crate::priority;

const CONFIG: &str = include_str!("../data/kamailio.cfg");
/// The realm that it challenges for, and its domain.
pub const DOMAIN: &str = "company.test";
/// Longest binding that it grants when nothing else is asked for, in seconds.
pub const MAX_EXPIRES: u32 = 3600;

/// What happened to a request at Kamailio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A REGISTER came, with or without credentials, a repeated copy too.
    Arrived,
    /// It was answered 401.
    Challenged,
    /// Its bindings are stored.
    Saved,
    /// An answer to a request that Kamailio relayed to a stored contact passed.
    Answered,
}

/// A line of Kamailio's log that the configuration writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Kamailio's clock.
    pub at: SystemTime,
    /// What happened.
    pub kind: Kind,
    /// Where the packet came from, as the internet sees it.
    pub source: SocketAddr,
    /// The Call-ID of the request.
    pub call_id: String,
    /// The CSeq number of the request.
    pub cseq: u32,
    /// The Contact header of a REGISTER; the status of an answer.
    pub contact: String,
}

impl Event {
    /// A REGISTER that only removes: what is left of an earlier place is cleaned up.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.contact.contains("expires=0")
    }
}

/// One contact as `ul.dump` tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// The Contact's URI.
    pub address: String,
    /// Where the REGISTER came from: calls go there.
    pub received: Option<SocketAddr>,
    /// Seconds left.
    pub expires: i64,
    /// The instance id, if the contact has one.
    pub instance: String,
}

/// A running Kamailio; ended when dropped.
pub struct Kamailio {
    child: Child,
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
        max_expires: u32,
    ) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let config = folder.join("kamailio.cfg");
        let control = folder.join("control");
        let _ = fs::remove_file(&control);
        let filled = CONFIG
            .replace("@LISTEN@", &listen.to_string())
            .replace("@CONTROL@", &control.display().to_string())
            .replace("@PASSWORD@", password)
            .replace("@MAX_EXPIRES@", &max_expires.to_string());
        fs::write(&config, filled)?;
        let log = File::options()
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
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = host.inside(|| command.spawn().context("starting kamailio"))?;
        let mut kamailio = Self { child, folder };
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
            .filter_map(event)
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
        Ok(bindings(&self.rpc(&["ul.dump"])?, user))
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
            if let Some(status) = self.child.try_wait()? {
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

impl Drop for Kamailio {
    fn drop(&mut self) {
        // Its main process ends the others when asked to; SIGKILL would leave them.
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let _ = self.child.wait();
    }
}

fn event(line: &str) -> Option<Event> {
    let (_, fields) = line.split_once("lab at=")?;
    let (fields, contact) = fields.split_once(" contact=")?;
    let mut fields = fields.split(' ');
    let at = time(fields.next()?)?;
    let mut field = |name: &str| {
        fields
            .next()?
            .strip_prefix(name)?
            .strip_prefix('=')
            .map(str::to_owned)
    };
    let kind = match field("event")?.as_str() {
        "arrived" => Kind::Arrived,
        "challenged" => Kind::Challenged,
        "saved" => Kind::Saved,
        "answered" => Kind::Answered,
        _ => return None,
    };
    let source = field("source")?.parse().ok()?;
    Some(Event {
        at,
        kind,
        source,
        call_id: field("call_id")?,
        cseq: field("cseq")?.parse().ok()?,
        contact: contact.to_owned(),
    })
}

/// `$TV(Sn)`: seconds and microseconds, not padded.
fn time(text: &str) -> Option<SystemTime> {
    let (seconds, microseconds) = text.split_once('.')?;
    let since = Duration::from_secs(seconds.parse().ok()?)
        + Duration::from_micros(microseconds.parse().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn bindings(dump: &str, user: &str) -> Vec<Binding> {
    let mut found = Vec::new();
    let mut ours = false;
    for line in dump.lines() {
        let Some((name, value)) = line.trim().split_once(": ") else {
            continue;
        };
        let value = value.trim();
        match name {
            "AoR" => ours = value.split('@').next() == Some(user),
            "Address" if ours => found.push(Binding {
                address: value.to_owned(),
                ..Binding::default()
            }),
            _ if ours => {
                if let Some(binding) = found.last_mut() {
                    fill(binding, name, value);
                }
            }
            _ => {}
        }
    }
    found
}

fn fill(binding: &mut Binding, name: &str, value: &str) {
    match name {
        "Received" => {
            let received = value.strip_prefix("sip:");
            binding.received = received.and_then(|received| received.parse().ok());
        }
        "Expires" => binding.expires = value.parse().unwrap_or_default(),
        "Instance" => value.clone_into(&mut binding.instance),
        _ => {}
    }
}
