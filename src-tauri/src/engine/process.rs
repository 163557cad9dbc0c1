//! An engine as a process: found, started so that it outlives us unless it is asked to end, and explained when it ended.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use bellhop_control::catalogue::text;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::supervisor::Exit;
use crate::program;

/// Name of the program.
const PROGRAM: &str = "bellhop";
/// What it says once its socket is open.
const READY: &str = "ready";
/// Sends its log to stderr, which nobody reads here and which must not fill a disk.
const LOG_VARIABLE: &str = "BELLHOP_LOG";
/// As much of its last words is read.
const LONGEST_WORDS: u64 = 4096;

/// Where an engine is to run, and with which config.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Its state directory.
    pub(crate) state_dir: PathBuf,
    /// Its config, if not the default one.
    pub(crate) config: Option<PathBuf>,
}

/// An engine that was started.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    words: Option<File>,
}

impl Process {
    /// Starts one; the other value is where it says that it is ready.
    ///
    /// # Errors
    /// A sentence: it can't be found or started.
    pub(crate) fn start(place: &Place) -> Result<(Process, Option<ChildStdout>), String> {
        let program = find().ok_or_else(missing)?;
        // A file without a name: it can neither block the engine, as a full pipe would, nor break under it when we end.
        let words = tempfile::tempfile().ok();
        let stderr = words.as_ref().and_then(|words| words.try_clone().ok());
        let mut command = Command::new(program);
        command
            .arg("--state-dir")
            .arg(&place.state_dir)
            .args(["run", "--started-by", "tray"])
            .env_remove(LOG_VARIABLE)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr.map_or_else(Stdio::null, Stdio::from));
        if let Some(config) = &place.config {
            command.arg("--config").arg(config);
        }
        // What a terminal sends to its foreground, or a desktop to the tray's group, is not for the engine.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                missing()
            } else {
                error.to_string()
            }
        })?;
        let stdout = child.stdout.take();
        Ok((Process { child, words }, stdout))
    }

    /// Waits for its end. Cancel-safe.
    pub(crate) async fn ended(&mut self) -> Exit {
        match self.child.wait().await {
            Ok(status) => Exit {
                code: status.code(),
                said: explained(status, self.words.as_mut()),
            },
            Err(error) => Exit {
                code: None,
                said: Some(error.to_string()),
            },
        }
    }

    /// Asks it to end, as one does who can't talk to it.
    pub(crate) fn terminate(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            let pid = nix::unistd::Pid::from_raw(pid);
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        }
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }
}

/// Whether the engine said that it is ready before it closed its mouth.
pub(crate) async fn is_ready(stdout: ChildStdout) -> bool {
    let mut line = String::new();
    // Closed after this: the engine says nothing else, and does not mind.
    let read = BufReader::new(stdout).read_line(&mut line).await;
    read.is_ok() && line.trim_end() == READY
}

/// Beside this program, as packages and builds have it, else on the PATH.
fn find() -> Option<PathBuf> {
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let own = program::own().ok();
    let beside = own.as_deref().and_then(Path::parent).map(Path::to_owned);
    let path = std::env::var_os("PATH").unwrap_or_default();
    beside
        .into_iter()
        .chain(std::env::split_paths(&path).filter(|directory| directory.is_absolute()))
        .map(|directory| directory.join(&name))
        .find(|file| file.is_file())
}

fn missing() -> String {
    text("tray-engine_missing", &[("program", PROGRAM)])
}

/// What it said, where it ended as one that knows why; else how it ended. A panic's words are for the log.
fn explained(status: ExitStatus, words: Option<&mut File>) -> Option<String> {
    match status.code() {
        Some(0) => None,
        Some(1 | 2) => words.and_then(first_line).or_else(|| Some(how(status))),
        Some(_) | None => Some(how(status)),
    }
}

fn how(status: ExitStatus) -> String {
    text("tray-engine_ended", &[("status", &status.to_string())])
}

fn first_line(words: &mut File) -> Option<String> {
    words.rewind().ok()?;
    let mut all = Vec::new();
    words.take(LONGEST_WORDS).read_to_end(&mut all).ok()?;
    let all = String::from_utf8_lossy(&all);
    let line = all.lines().map(str::trim).find(|line| !line.is_empty());
    line.map(str::to_owned)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    fn words(said: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(said.as_bytes()).unwrap();
        file
    }

    fn exited(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    #[test]
    fn one_that_knows_why_it_ended_is_quoted() {
        let mut said = words("\nconfig.toml:3: aor: not a SIP URI\nconfig.toml:9: unknown\n");
        assert_eq!(
            explained(exited(2), Some(&mut said)).as_deref(),
            Some("config.toml:3: aor: not a SIP URI")
        );
    }

    #[test]
    fn of_a_crash_its_kind_is_told_and_not_its_backtrace() {
        let mut said = words("thread 'main' panicked at src/main.rs:1:1\n");
        assert_eq!(
            explained(exited(101), Some(&mut said)).as_deref(),
            Some("it ended with exit status: 101")
        );
        let killed = ExitStatus::from_raw(9);
        let told = explained(killed, Some(&mut said)).unwrap();
        assert!(told.starts_with("it ended with signal: 9"), "{told}");
    }

    #[test]
    fn an_end_that_was_wanted_needs_no_words() {
        assert_eq!(explained(exited(0), Some(&mut words("bye\n"))), None);
    }
}
