//! Bellhop under test, driven only from outside: a configuration file, `run`, and `status --json`.

mod ladder;

use std::fs::{self, File};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::company::{DOMAIN, USER};
use crate::namespace::Namespace;
use crate::process::Process;

/// Time between two looks at the line, at first and at most: each starts a program.
const LOOK: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(250)];

/// A running engine; stopped when dropped.
pub struct Bellhop {
    binary: PathBuf,
    folder: PathBuf,
    process: Process,
}

impl Bellhop {
    /// Starts the engine on `host` with one line and waits for `ready`. Its files are in `folder`.
    ///
    /// # Errors
    /// When it is not ready within ten seconds: what it said on stderr is told.
    pub fn start(
        binary: &Path,
        host: &Namespace,
        folder: PathBuf,
        registrar: SocketAddr,
        password: &str,
    ) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("secret"), format!("{password}\n"))?;
        fs::write(
            folder.join("config.toml"),
            format!(
                "[[line]]\nid = \"work\"\naor = \"sip:{USER}@{DOMAIN}\"\nregistrar = \"sip:{registrar};transport=udp\"\n\
                 auth_username = \"{USER}\"\npassword = {{ file = \"secret\" }}\n"
            ),
        )?;
        let mut command = Command::new(binary);
        command
            .arg("run")
            .arg("--config")
            .arg(folder.join("config.toml"))
            .arg("--state-dir")
            .arg(folder.join("state"));
        command
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("out"))?)
            .stderr(File::create(folder.join("err"))?);
        let child = host.inside(|| command.spawn().context("starting bellhop"))?;
        let mut bellhop = Self {
            binary: binary.to_owned(),
            folder,
            process: Process::new(child),
        };
        bellhop.wait_until_ready()?;
        Ok(bellhop)
    }

    /// The line as `status --json` tells it.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn line(&self) -> Result<Value> {
        let status = self.status()?;
        status
            .pointer("/lines/0")
            .cloned()
            .with_context(|| format!("no line in {status}"))
    }

    /// All of `status --json`.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn status(&self) -> Result<Value> {
        let output = self.cli(&["status", "--json"])?;
        serde_json::from_str(&output).with_context(|| format!("status said {output:?}"))
    }

    /// The engine's process.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Waits until the line is as `wanted` says.
    ///
    /// # Errors
    /// When it is not within `timeout`: the line and the end of stderr are told.
    pub fn wait(
        &self,
        what: &str,
        timeout: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let end = Instant::now() + timeout;
        let [mut look, longest] = LOOK;
        loop {
            let line = self.line()?;
            if wanted(&line) {
                return Ok(line);
            }
            if Instant::now() >= end {
                bail!(
                    "the line is not {what} after {timeout:?}: {line}; stderr: {}",
                    self.last_words()
                );
            }
            thread::sleep(look);
            look = longest.min(look + look / 20);
        }
    }

    /// The SIP that passed, as `trace` tells it: for messages about a failure.
    #[must_use]
    pub fn trace(&self) -> String {
        self.cli(&["trace"])
            .unwrap_or_else(|error| error.to_string())
    }

    /// Where `trace` shows that a request came in: the laptop's address of that flow.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn came_in(&self, method: &str, cseq: u32) -> Result<Option<SocketAddr>> {
        Ok(ladder::came_in(&self.cli(&["trace"])?, method, cseq))
    }

    fn cli(&self, arguments: &[&str]) -> Result<String> {
        let state = self.folder.join("state");
        let output = Command::new(&self.binary)
            .args(arguments)
            .arg("--state-dir")
            .arg(state)
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            bail!(
                "bellhop {} ended with {}: {}; the engine: {}",
                arguments.join(" "),
                output.status,
                told.trim(),
                self.last_words()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            if fs::read_to_string(self.folder.join("out"))?
                .lines()
                .any(|line| line == "ready")
            {
                return Ok(());
            }
            if let Some(status) = self.process.has_ended()? {
                bail!("bellhop run ended with {status}: {}", self.last_words());
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("bellhop run is not ready after 10 s: {}", self.last_words())
    }

    fn last_words(&self) -> String {
        let told = fs::read_to_string(self.folder.join("err")).unwrap_or_default();
        let from = told.len().saturating_sub(2000);
        told.get(from..).unwrap_or(&told).trim().to_owned()
    }
}

impl Drop for Bellhop {
    fn drop(&mut self) {
        bellhop_tests_support::logs::assert_clean(&self.folder);
    }
}

/// Whether the line is registered over a flow from `local`.
#[must_use]
pub fn is_registered_from(line: &Value, local: impl Into<IpAddr>) -> bool {
    let local = local.into();
    let flows = line
        .get("flows")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let over = |flow: &Value| {
        flow.get("local")
            .and_then(Value::as_str)
            .and_then(|address| address.parse::<SocketAddr>().ok())
            .is_some_and(|address| address.ip() == local)
    };
    line.get("state").and_then(Value::as_str) == Some("registered") && flows.iter().any(over)
}
