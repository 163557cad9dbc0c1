//! A `bellhop run` of its own directory, config and state, as a script would start it.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::logs;

/// The password in the file `secret` beside the config; unlike anything else, so that it can be searched for.
pub const PASSWORD: &str = "c4nary-Passw0rd";

/// How often conditions are looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// An engine; it is killed when dropped, and its logs are searched for what they must not hold.
#[derive(Debug)]
pub struct Engine {
    bellhop: PathBuf,
    directory: TempDir,
    child: Child,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its exit status; none if it was killed for taking longer than 20 s.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Engine {
    /// Starts `bellhop run` with the config `toml` and does not wait.
    ///
    /// # Errors
    /// If the directory can't be prepared or the program not be started.
    pub fn spawn(bellhop: &Path, toml: &str) -> Result<Engine> {
        Engine::spawn_as(bellhop, toml, |_| {})
    }

    /// The same, with what `prepare` adds to the command: an environment, words, a stdin.
    ///
    /// # Errors
    /// As [`Engine::spawn`].
    pub fn spawn_as(
        bellhop: &Path,
        toml: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Engine> {
        let directory = tempfile::tempdir()?;
        fs::write(directory.path().join("config.toml"), toml)?;
        let mut secret = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(directory.path().join("secret"))?;
        writeln!(secret, "{PASSWORD}")?;
        let mut command = run(bellhop, directory.path())?;
        prepare(&mut command);
        let child = command.spawn().context("starting bellhop")?;
        Ok(Engine {
            bellhop: bellhop.to_owned(),
            directory,
            child,
        })
    }

    /// Starts it and waits for `ready`, at most 10 s.
    ///
    /// # Errors
    /// As [`Engine::spawn`], and with what it said if it is not ready in time.
    pub fn start(bellhop: &Path, toml: &str) -> Result<Engine> {
        Engine::start_as(bellhop, toml, |_| {})
    }

    /// The same, with what `prepare` adds to the command.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn start_as(
        bellhop: &Path,
        toml: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Engine> {
        let mut engine = Engine::spawn_as(bellhop, toml, prepare)?;
        engine.wait_until_ready()?;
        Ok(engine)
    }

    /// Starts it once more on the same directory, after it has ended, and waits as before.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn start_again(&mut self) -> Result<()> {
        fs::write(self.directory().join("out"), "")?;
        self.child = run(&self.bellhop, self.directory())?
            .spawn()
            .context("starting bellhop")?;
        self.wait_until_ready()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(10);
        while !self.stdout()?.lines().any(|line| line == "ready") {
            if Instant::now() > end || self.child.try_wait()?.is_some() {
                bail!("the engine is not ready: {}", self.stderr()?);
            }
            thread::sleep(GLANCE);
        }
        Ok(())
    }

    /// The directory that holds config, secret, `out` and `err`.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Its state directory.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.directory().join("state")
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it printed so far.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn stdout(&self) -> Result<String> {
        Ok(fs::read_to_string(self.directory().join("out"))?)
    }

    /// What it said so far.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn stderr(&self) -> Result<String> {
        Ok(fs::read_to_string(self.directory().join("err"))?)
    }

    /// It still runs.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Waits for its own end.
    ///
    /// # Errors
    /// If it still runs after `limit`.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        wait(&mut self.child, limit)
    }

    /// Runs a second engine on the same state directory to its end, at most 5 s.
    ///
    /// # Errors
    /// If it does not end.
    pub fn twin(&self) -> Result<ExitStatus> {
        let mut twin = run(&self.bellhop, self.directory())?
            .spawn()
            .context("starting bellhop")?;
        let ended = wait(&mut twin, Duration::from_secs(5));
        let _ = twin.kill();
        let _ = twin.wait();
        ended
    }

    /// Says a line on its stdin, which was piped when it was started: with `--scripted-networks` its local address from now on.
    ///
    /// # Errors
    /// If there is no such pipe.
    pub fn says(&mut self, line: &str) -> Result<()> {
        let stdin = self.child.stdin.as_mut();
        writeln!(stdin.context("its stdin is not piped")?, "{line}")?;
        Ok(())
    }

    /// Runs a command against this engine's state directory.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn cli(&self, words: &[&str]) -> Result<Outcome> {
        command(
            Command::new(&self.bellhop)
                .args(words)
                .arg("--state-dir")
                .arg(self.state_dir()),
            "",
        )
    }

    /// What `status --json` prints.
    ///
    /// # Errors
    /// If that is no JSON.
    pub fn status(&self) -> Result<Value> {
        let outcome = self.cli(&["status", "--json"])?;
        serde_json::from_str(&outcome.stdout).with_context(|| format!("status: {}", outcome.stderr))
    }

    /// Waits until the first line is in `state`, at most `limit`, and gives that status or the last one.
    ///
    /// # Errors
    /// As [`Engine::status`].
    pub fn wait_for(&self, state: &str, limit: Duration) -> Result<Value> {
        let end = Instant::now() + limit;
        loop {
            let status = self.status()?;
            if status.pointer("/lines/0/state").and_then(Value::as_str) == Some(state)
                || Instant::now() > end
            {
                return Ok(status);
            }
            thread::sleep(GLANCE);
        }
    }

    /// SIGTERM; how it ended, and how long that took.
    ///
    /// # Errors
    /// If it still runs after 10 s.
    pub fn stop(&mut self) -> Result<(ExitStatus, Duration)> {
        let start = Instant::now();
        if self.is_running()? {
            kill(
                Pid::from_raw(i32::try_from(self.child.id())?),
                Signal::SIGTERM,
            )?;
        }
        let status = self.wait(Duration::from_secs(10))?;
        Ok((status, start.elapsed()))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        logs::assert_clean(self.directory());
    }
}

fn run(bellhop: &Path, directory: &Path) -> Result<Command> {
    let append = |name| -> Result<File> {
        Ok(OpenOptions::new()
            .create(true)
            .append(true)
            .open(directory.join(name))?)
    };
    let mut command = Command::new(bellhop);
    command
        .arg("run")
        .arg("--config")
        .arg(directory.join("config.toml"))
        .arg("--state-dir")
        .arg(directory.join("state"))
        .stdin(Stdio::null())
        .stdout(append("out")?)
        .stderr(append("err")?);
    Ok(command)
}

fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() > end {
            bail!("still running after {limit:?}");
        }
        thread::sleep(GLANCE);
    }
}

/// Runs a command to its end with `input` on its stdin; what takes longer than 20 s is killed.
///
/// # Errors
/// If it can't be started.
pub fn command(command: &mut Command, input: &str) -> Result<Outcome> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting bellhop")?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing may have gone already.
        let _ = stdin.write_all(input.as_bytes());
    }
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let reader = thread::spawn(move || {
        let mut text = String::new();
        let _ = stderr.as_mut().map(|pipe| pipe.read_to_string(&mut text));
        text
    });
    let printer = thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.as_mut().map(|pipe| pipe.read_to_string(&mut text));
        text
    });
    let code = wait(&mut child, Duration::from_secs(20))
        .ok()
        .and_then(|status| status.code());
    let _ = child.kill();
    let _ = child.wait();
    Ok(Outcome {
        code,
        stdout: printer.join().unwrap_or_default(),
        stderr: reader.join().unwrap_or_default(),
    })
}
