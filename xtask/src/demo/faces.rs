//! Tray and window beside the story, where there is a display.
//!
//! They run outside the story's namespaces, as in the person's session: the session's bus knows people by their user id, which is another inside. All that
//! both sides share is the demo's folder, so that is where they tell each other what they need to know.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::desktop::Built;
use crate::process::{Running, wait};
use crate::{Fallible, interrupt, process, run};

/// How long one looks where nobody can press Enter.
const A_LOOK: Duration = Duration::from_secs(5);

/// How long tray and window have to close.
const TO_CLOSE: Duration = Duration::from_secs(15);

/// Whether this session has a display.
pub(super) fn can_be_shown() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Outside: tray and window, from when the engine is up until the story ends, or this does.
pub(super) struct Faces {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<(), String>>>,
}

impl Faces {
    pub(super) fn open(built: Built, scratch: &Path) -> Fallible<Faces> {
        let marks = Marks::in_folder(scratch);
        fs::write(&marks.shown, "")?;
        let over = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&over);
        let scratch = scratch.to_path_buf();
        let thread = thread::spawn(move || {
            let shown = show(&built, &scratch, &marks, &asked);
            let shown = shown.map_err(|why| format!("Tray and window could not be shown: {why}"));
            if let Err(why) = &shown {
                eprintln!("\n{why}");
            }
            // Whatever happened: nobody shall wait for it.
            let _removed_with_the_folder = fs::write(&marks.closed, "");
            shown
        });
        Ok(Faces {
            over,
            thread: Some(thread),
        })
    }
}

impl Faces {
    /// Has them close, if they have not; an error if there was something to be seen and it was not shown.
    pub(super) fn close(mut self) -> Fallible<()> {
        Ok(self.end()?)
    }

    fn end(&mut self) -> Result<(), String> {
        self.over.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        let panicked = |_| Err("Tray and window could not be shown.".to_owned());
        thread.join().unwrap_or_else(panicked)
    }
}

impl Drop for Faces {
    fn drop(&mut self) {
        let _it_said_why = self.end();
    }
}

fn show(built: &Built, scratch: &Path, marks: &Marks, over: &AtomicBool) -> Fallible<()> {
    let state = scratch.join("state");
    let is_over = || over.load(Ordering::Relaxed) || marks.over.exists();
    let engine_is_up = || {
        run::quietly(
            Command::new(&built.bellhop)
                .args(["status", "--json", "--state-dir"])
                .arg(&state),
        )
    };
    // Not before: the tray would start an engine of its own.
    while !engine_is_up() {
        if is_over() {
            return Ok(());
        }
        thread::sleep(process::GLANCE);
    }
    let mut tray = Running::start("the tray", &mut face(built, scratch, &["--at-login"]))?;
    let mut window = Running::start("the window", &mut face(built, scratch, &["--window"]))?;
    while !is_over() {
        thread::sleep(process::GLANCE);
        // A person may close the one and quit the other.
        tray.ensure_well()?;
        window.ensure_well()?;
    }
    window.stop();
    tray.stop();
    Ok(())
}

/// With places of its own for all that a window leaves behind, and for what is started at login.
fn face(built: &Built, scratch: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(&built.tray);
    command
        .args(words)
        .arg("--state-dir")
        .arg(scratch.join("state"))
        .arg("--config")
        .arg(scratch.join("config.toml"));
    for (name, folder) in [
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        command.env(name, scratch.join(folder));
    }
    command
}

/// Inside: what the story knows of them.
pub(super) struct Audience(Marks);

impl Audience {
    /// `None` when there is nothing to look at but this terminal.
    pub(super) fn of(scratch: &Path) -> Option<Audience> {
        let marks = Marks::in_folder(scratch);
        marks.shown.exists().then_some(Audience(marks))
    }

    /// Waits until the person has looked.
    pub(super) fn look(&self) -> Fallible<()> {
        let entered = std::io::stdin().is_terminal().then(|| {
            println!("\n  Look at the tray and the window. Enter goes on.");
            let (pressed, entered) = mpsc::channel();
            thread::spawn(move || {
                let _nobody_waits_any_more =
                    pressed.send(std::io::stdin().read_line(&mut String::new()));
            });
            entered
        });
        let end = Instant::now() + A_LOOK;
        loop {
            let looked = match &entered {
                Some(entered) => !matches!(entered.try_recv(), Err(TryRecvError::Empty)),
                None => Instant::now() >= end,
            };
            if looked {
                return Ok(());
            }
            if interrupt::asked() {
                return Err("Stopped.".into());
            }
            thread::sleep(process::GLANCE);
        }
    }

    /// Has them close. Before the engine ends: the tray would start another one.
    pub(super) fn close(&self) -> Fallible<()> {
        fs::write(&self.0.over, "")?;
        wait(TO_CLOSE, "tray and window did not close", || {
            Ok(self.0.closed.exists().then_some(()))
        })
    }
}

/// Files whose existence says something.
struct Marks {
    shown: PathBuf,
    over: PathBuf,
    closed: PathBuf,
}

impl Marks {
    fn in_folder(scratch: &Path) -> Marks {
        let mark = |name| scratch.join(name);
        Marks {
            shown: mark("faces-are-shown"),
            over: mark("story-is-over"),
            closed: mark("faces-are-closed"),
        }
    }
}
