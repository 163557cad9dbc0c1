//! Of what a person is told who looks at neither menu nor window: without a display, a clock or a bus.
//!
//! A line that has been unreachable for [`PATIENCE`] while there is a network; a password that the company refused; and that what was told is over. Each once.
//! An engine that comes and goes is told as one that stopped.
//! What the person wanted (a pause, a line removed) and what the icon shows anyhow (no network) is not told.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bellhop_control::catalogue::text;
use bellhop_control::error::Code;
use bellhop_control::face::number;
use bellhop_control::snapshot::{Line, LineState, Snapshot};

mod engine;

use engine::Engine;

/// Shorter troubles are over before anybody could do something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A message in a corner of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toast {
    /// What it is about: a later one of the same takes the place of an earlier one.
    pub(crate) about: String,
    /// In bold.
    pub(crate) title: String,
    /// Below.
    pub(crate) body: String,
}

/// What has been seen of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// As it should be, or nothing is expected of it.
    Well,
    /// Not, since then; to be told when that has lasted.
    Failing { since: Instant },
    /// Told.
    Told(What),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Down,
    Refused,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Toasts {
    lines: BTreeMap<String, (Watch, Option<Line>)>,
    engine: Engine,
    ready: VecDeque<Toast>,
}

impl Toasts {
    /// The engine runs and says this.
    pub(crate) fn handle_snapshot(&mut self, snapshot: &Snapshot, now: Instant) {
        let mut lines = snapshot.lines.iter();
        if lines.any(|line| line.state == LineState::Registered) {
            self.ready.extend(self.engine.handle_registered());
        }
        self.lines.retain(|id, _| snapshot.line(id).is_some());
        for line in &snapshot.lines {
            let (watch, known) = self
                .lines
                .entry(line.id.clone())
                .or_insert((Watch::Well, None));
            let (next, toast) = step(*watch, line, now);
            *watch = next;
            *known = Some(line.clone());
            self.ready.extend(toast);
        }
        self.handle_timeout(now);
    }

    /// The engine is heard.
    pub(crate) fn handle_engine(&mut self, now: Instant) {
        self.engine.handle_running(now);
    }

    /// The engine ended, or can't be started. What lines were waiting for is unknown from now on.
    pub(crate) fn handle_no_engine(&mut self, why: Option<&str>, now: Instant) {
        self.engine.handle_gone(why, now);
        for (watch, _) in self.lines.values_mut() {
            if let Watch::Failing { .. } = watch {
                *watch = Watch::Well;
            }
        }
    }

    /// A time that [`Toasts::poll_timeout`] named has come.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let is_due = |watch: &Watch| due(watch).is_some_and(|at| at <= now);
        for (watch, line) in self.lines.values_mut() {
            if let Some(line) = line.as_ref().filter(|_| is_due(watch)) {
                *watch = Watch::Told(What::Down);
                self.ready.push_back(down(line));
            }
        }
        self.ready.extend(self.engine.handle_timeout(now));
    }

    /// What to show next.
    pub(crate) fn poll_toast(&mut self) -> Option<Toast> {
        self.ready.pop_front()
    }

    /// When to call [`Toasts::handle_timeout`].
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let lines = self.lines.values().map(|(watch, _)| watch);
        lines.filter_map(due).chain(self.engine.due()).min()
    }
}

fn due(watch: &Watch) -> Option<Instant> {
    match watch {
        Watch::Failing { since } => Some(*since + PATIENCE),
        Watch::Well | Watch::Told(_) => None,
    }
}

fn step(watch: Watch, line: &Line, now: Instant) -> (Watch, Option<Toast>) {
    match line.state {
        LineState::Registered => {
            let toast = matches!(watch, Watch::Told(_)).then(|| back(line));
            (Watch::Well, toast)
        }
        // As the person wants it.
        LineState::Paused | LineState::Unregistering => (Watch::Well, None),
        // Nothing can be done; the time without network does not count, and what was told is not over.
        LineState::Offline => match watch {
            Watch::Well | Watch::Failing { .. } => (Watch::Well, None),
            Watch::Told(_) => (watch, None),
        },
        LineState::Registering
        | LineState::WaitingToRetry
        | LineState::WaitingForSecret
        | LineState::Rejected => match watch {
            Watch::Told(What::Refused) => (watch, None),
            _ if is_refused(line) => (Watch::Told(What::Refused), Some(down(line))),
            Watch::Well => (Watch::Failing { since: now }, None),
            Watch::Failing { .. } | Watch::Told(What::Down) => (watch, None),
        },
    }
}

fn is_refused(line: &Line) -> bool {
    let error = line.error.as_ref();
    error.is_some_and(|error| error.code == Code::PasswordRefused)
}

fn down(line: &Line) -> Toast {
    let number = ("number", number(&line.aor));
    Toast {
        about: line.id.clone(),
        title: text("toast-down", &[]),
        body: match &line.error {
            Some(error) => text("toast-down_body", &[number, ("why", &error.message)]),
            None => text("toast-silent_body", &[number]),
        },
    }
}

fn back(line: &Line) -> Toast {
    let registrar = line.registrar.as_deref().unwrap_or_default();
    let values = [("number", number(&line.aor)), ("registrar", registrar)];
    Toast {
        about: line.id.clone(),
        title: text("toast-back", &[]),
        body: text("toast-back_body", &values),
    }
}

#[cfg(test)]
mod tests;
