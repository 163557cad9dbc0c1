//! Kamailio in the foreground, what it did by its own log, what it holds by its own RPC.

mod location;
mod log;

use std::cell::Cell;
use std::fs::{self, File};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use super::{Binding, Call, DOMAIN, Event, Kind, PASSWORD, Registrar, USER};
use crate::call;
use crate::ipv6;
use crate::namespace::program;
use crate::priority;
use crate::process::Process;
use crate::topology::{INTERNET, Lab, REGISTRAR};

/// Calls are numbered from here: unlike anything that Bellhop numbers.
const FIRST_CALL: u32 = 1_000;

const CONFIG: &str = include_str!("../../data/kamailio.cfg");

/// How a company runs its Kamailio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Longest binding that it grants, in seconds.
    pub max_expires: u32,
    /// How long a nonce of its holds, in seconds.
    pub nonce_seconds: u32,
    /// Whether it listens on IPv6 too.
    pub ipv6: bool,
    /// Whether it takes a nonce count only once (RFC 7616 §3.4.5): a late copy of a request is refused with 401, and not called stale.
    pub counts_nonces: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            max_expires: 3600,
            nonce_seconds: 300,
            ipv6: false,
            counts_nonces: false,
        }
    }
}

/// A running Kamailio; ended when dropped.
pub struct Kamailio {
    process: Process,
    folder: PathBuf,
    calls: Cell<u32>,
}

impl Kamailio {
    /// Starts Kamailio and waits until it answers its RPC. The log is appended to.
    ///
    /// # Errors
    /// When it does not come up within ten seconds: the end of its log is told.
    pub fn start(lab: &Lab, habits: Habits) -> Result<Self> {
        let folder = lab.folder.path().join("kamailio");
        fs::create_dir_all(&folder)?;
        let config = folder.join("kamailio.cfg");
        let control = folder.join("control");
        let _ = fs::remove_file(&control);
        let filled = CONFIG
            .replace("@LISTEN@", &REGISTRAR.to_string())
            .replace("@LISTEN_IPV6@", &ipv6::REGISTRAR.to_string())
            .replace("@CONTROL@", &control.display().to_string())
            .replace("@PASSWORD@", PASSWORD)
            .replace("@MAX_EXPIRES@", &habits.max_expires.to_string())
            .replace("@NONCE_SECONDS@", &habits.nonce_seconds.to_string())
            .replace("@NONCE_COUNT@", &u8::from(habits.counts_nonces).to_string());
        fs::write(&config, filled)?;
        let output = File::options()
            .create(true)
            .append(true)
            .open(folder.join("log"))?;
        let mut command = priority::raised(program("kamailio")?)?;
        command
            .args(["-DD", "-E", "-m", "32", "-M", "4"])
            .arg("-f")
            .arg(&config)
            .arg("-Y")
            .arg(&folder)
            .arg("-w")
            .arg(&folder);
        if habits.ipv6 {
            command.args(["-A", "IPV6"]);
        }
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = lab
            .company
            .inside(|| command.spawn().context("starting kamailio"))?;
        let mut kamailio = Self {
            process: Process::new(child),
            folder,
            calls: Cell::new(0),
        };
        kamailio.wait_until_it_answers()?;
        Ok(kamailio)
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

impl Registrar for Kamailio {
    fn events(&self) -> Result<Vec<Event>> {
        let log = fs::read(self.folder.join("log"))?;
        Ok(String::from_utf8_lossy(&log)
            .lines()
            .filter_map(log::event)
            .collect())
    }

    fn bindings(&self, user: &str) -> Result<Vec<Binding>> {
        Ok(location::bindings(&self.rpc(&["ul.dump"])?, user))
    }

    /// An OPTIONS from the internet, which Kamailio relays.
    fn place_call(&self, lab: &Lab, public: IpAddr) -> Result<Call> {
        self.calls.set(self.calls.get() + 1);
        let (since, cseq) = (SystemTime::now(), FIRST_CALL + self.calls.get());
        let aor = format!("sip:{USER}@{DOMAIN}");
        let answer = call::options(&lab.inet, INTERNET, REGISTRAR, &aor, cseq)?;
        if answer.status != 200 {
            let status = answer.status;
            let why = format!("a call through the registrar got {status}");
            return Ok(Call::Failed(why));
        }
        let passed = |event: &Event| {
            event.kind == Kind::Answered
                && event.call_id == answer.call_id
                && event.source.ip() == public
        };
        Ok(match self.first(since, Duration::from_secs(1), &passed) {
            Ok(answered) => Call::Answered {
                at: answered.at,
                method: "OPTIONS",
                cseq,
            },
            Err(error) => Call::Failed(format!(
                "the answer to a call did not come from the laptop: {error:#}"
            )),
        })
    }
}
