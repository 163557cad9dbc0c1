//! A desktop: a login, a screen, a place for icons, a keyring, and the programs that a test starts on it.

use std::cell::{Cell, RefCell};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_support::keyring::Keyring;
use bellhop_tests_support::session::Session;
use bellhop_tests_support::started::{Started, comes};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::display::Display;
use crate::footprint::{self, Process};
use crate::host::Host;
use crate::look::{Look, Settings};
use crate::notifications::Notifications;
use crate::page::{INSPECTOR, Page};
use crate::programs::Programs;

/// A desktop; all that runs on it ends when it is dropped.
#[derive(Debug)]
pub struct Desktop {
    // In the order in which they must end.
    host: RefCell<Option<Host>>,
    /// What popped up.
    pub notifications: Notifications,
    /// Where passwords are.
    pub keyring: Keyring,
    settings: RefCell<Settings>,
    /// Its screen.
    pub display: Display,
    session: Session,
    programs: Programs,
    started: Cell<u32>,
}

/// A tray or a window that a test started.
#[derive(Debug)]
pub struct Program {
    started: Started,
    said: PathBuf,
}

impl Desktop {
    /// A desktop with a place for tray icons.
    ///
    /// # Errors
    /// When a program is missing, or does not come up.
    pub fn start(programs: &Programs) -> Result<Desktop> {
        let desktop = Desktop::start_bare(programs)?;
        desktop.add_host()?;
        Ok(desktop)
    }

    /// A desktop without a place for tray icons.
    ///
    /// # Errors
    /// As [`Desktop::start`].
    pub fn start_bare(programs: &Programs) -> Result<Desktop> {
        let session = Session::start()?;
        let display = Display::start(session.login())?;
        let settings = Settings::of(&display)?;
        Ok(Desktop {
            host: RefCell::default(),
            notifications: Notifications::start(&session)?,
            keyring: Keyring::start(&session)?,
            settings: RefCell::new(settings),
            display,
            session,
            programs: programs.clone(),
            started: Cell::new(0),
        })
    }

    /// A place for icons appears.
    ///
    /// # Errors
    /// When there is one already.
    pub fn add_host(&self) -> Result<()> {
        let host = Host::start(&self.session)?;
        *self.host.borrow_mut() = Some(host);
        Ok(())
    }

    /// It goes away.
    pub fn remove_host(&self) {
        drop(self.host.borrow_mut().take());
    }

    /// How many icons were put into the place there is.
    #[must_use]
    pub fn icons(&self) -> usize {
        self.host.borrow().as_ref().map_or(0, Host::count)
    }

    /// Bellhop's icon; waits for it.
    ///
    /// # Errors
    /// When none comes.
    pub fn icon(&self) -> Result<crate::host::Item> {
        let host = self.host.borrow();
        host.as_ref().context("no place for icons")?.item()
    }

    /// Starts the tray.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start_tray(&self, words: &[&str]) -> Result<Program> {
        self.start_program(&self.programs.tray(), words)
    }

    /// Starts a program of the tests' on this desktop, with what it says in a file.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start_program(&self, program: &Path, words: &[&str]) -> Result<Program> {
        self.start_command(self.command(program).args(words))
    }

    /// The same for a command that was made ready by [`Desktop::command`].
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start_command(&self, command: &mut Command) -> Result<Program> {
        self.started.set(self.started.get() + 1);
        let said = self.home().join(format!(".said-{}", self.started.get()));
        let output = File::create(&said)?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let started = Started::new(command).with_context(|| format!("starting {command:?}"))?;
        Ok(Program { started, said })
    }

    /// A command on this desktop; windows that come of it let themselves be driven.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        self.session.dress(&mut command);
        command
            .env("DISPLAY", self.display.name())
            .env("GDK_BACKEND", "x11")
            .env("LANG", "C.UTF-8")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_INSPECTOR_SERVER", INSPECTOR)
            .env_remove("CI");
        command
    }

    /// Drives the window that is open or comes.
    ///
    /// # Errors
    /// When none comes.
    pub fn page(&self) -> Result<Page> {
        Page::attach(self.session.login())
    }

    /// How programs shall look from now on.
    ///
    /// # Errors
    /// When the screen does not answer.
    pub fn wears(&self, look: Look) -> Result<()> {
        self.settings.borrow_mut().say(&self.display, look)
    }

    /// What the command line prints, and its exit status.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn cli(&self, words: &[&str]) -> Result<bellhop_tests_support::engine::Outcome> {
        let mut command = self.command(&self.programs.engine());
        bellhop_tests_support::engine::command(command.args(words), "")
    }

    /// The engine's status; none while no engine answers.
    ///
    /// # Errors
    /// When the command line can't be started, or prints no JSON.
    pub fn status(&self) -> Result<Option<Value>> {
        let told = self.cli(&["status", "--json"])?;
        if told.code != Some(0) {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&told.stdout)?))
    }

    /// Waits until the engine says of its first line that it is in this state.
    ///
    /// # Errors
    /// With what it says instead.
    pub fn line_is(&self, state: &str) -> Result<Value> {
        let mut last = None;
        let came = comes(&format!("a line that is {state}"), || {
            last = self.status()?;
            let own = last.as_ref().and_then(|all| all.pointer("/lines/0/state"));
            Ok(own.and_then(Value::as_str) == Some(state))
        });
        came.with_context(|| format!("the status: {last:?}"))?;
        last.context("a status")
    }

    /// The home of all that runs here.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.session.home()
    }

    /// Its session bus and directories.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Bellhop's config, where it is by default.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.home().join(".config/bellhop/config.toml")
    }

    /// Bellhop's state directory, where it is by default.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.home().join(".local/state/bellhop")
    }

    /// Writes a config before anything starts.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_config(&self, toml: &str) -> Result<()> {
        let config = self.config();
        fs::create_dir_all(config.parent().context("a folder")?)?;
        Ok(fs::write(config, toml)?)
    }

    /// Bellhop's processes and WebKit's, without what makes up the desktop.
    ///
    /// # Errors
    /// When the kernel lists none.
    pub fn processes(&self) -> Result<Vec<Process>> {
        let mut all = footprint::at_home(self.home())?;
        all.retain(|process| {
            let name = process.program();
            ["bellhop", "bellhop-tray", "minimal"].contains(&name) || name.starts_with("WebKit")
        });
        // Drivers are the tests'.
        all.retain(|process| process.program() != "WebKitWebDriver");
        Ok(all)
    }

    /// The process of the engine.
    ///
    /// # Errors
    /// When there is none.
    pub fn engine(&self) -> Result<Process> {
        let all = self.processes()?;
        let is_engine = |process: &&Process| {
            process.program() == "bellhop" && process.words.iter().any(|word| word == "run")
        };
        let found = all.iter().find(is_engine).cloned();
        found.with_context(|| format!("no engine among {all:?}"))
    }

    /// The process of the window.
    ///
    /// # Errors
    /// When there is none.
    pub fn window(&self) -> Result<Process> {
        let all = self.processes()?;
        let is_window = |process: &&Process| {
            process.program() == "bellhop-tray"
                && process.words.iter().any(|word| word == "--window")
        };
        let found = all.iter().find(is_window).cloned();
        found.with_context(|| format!("no window among {all:?}"))
    }

    /// Everything that was said on stdout and stderr.
    #[must_use]
    pub fn said(&self) -> String {
        let mut all = String::new();
        for number in 1..=self.started.get() {
            let file = self.home().join(format!(".said-{number}"));
            let said = fs::read_to_string(file).unwrap_or_default();
            all.push_str(&format!("-- program {number}:\n{said}"));
        }
        all
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // Engine and windows belong to no test: they are known by their home. What ends may have started something meanwhile.
        for _ in 0..5 {
            let left = self.processes().unwrap_or_default();
            if left.is_empty() {
                return;
            }
            for process in left {
                let _ = signal(process.pid, Signal::SIGKILL);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Program {
    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.started.pid()
    }

    /// What it printed and said.
    #[must_use]
    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// Asks it to end, as a logout does.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn ask_to_end(&self) -> Result<()> {
        signal(self.pid(), Signal::SIGTERM)
    }

    /// Waits for its end and gives its exit status.
    ///
    /// # Errors
    /// When it goes on.
    pub fn ends(&mut self) -> Result<i32> {
        let mut status = None;
        comes("the program's end", || {
            status = self.started.0.try_wait()?;
            Ok(status.is_some())
        })?;
        let status = status.context("a status")?;
        status.code().with_context(|| format!("{status}"))
    }

    /// It runs.
    ///
    /// # Errors
    /// When it has ended.
    pub fn ensure_running(&mut self) -> Result<()> {
        let ended = self.started.0.try_wait()?;
        ensure!(ended.is_none(), "it ended: {ended:?}: {}", self.said());
        Ok(())
    }
}

/// Sends a signal to one process.
///
/// # Errors
/// When there is none of that number.
pub fn signal(pid: u32, signal: Signal) -> Result<()> {
    Ok(kill(Pid::from_raw(i32::try_from(pid)?), signal)?)
}

/// Waits until none of these runs.
///
/// # Errors
/// When one goes on.
pub fn are_gone(desktop: &Desktop, what: &str, which: impl Fn(&Process) -> bool) -> Result<()> {
    let begun = Instant::now();
    comes(&format!("the end of {what}"), || {
        Ok(!desktop.processes()?.iter().any(&which))
    })
    .with_context(|| format!("after {:?}: {:?}", begun.elapsed(), desktop.processes()))
}
