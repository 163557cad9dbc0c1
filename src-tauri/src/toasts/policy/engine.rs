//! The engine, as far as it is worth telling of: once that it stopped, once that it runs again, however often it comes and goes in between.

use std::time::{Duration, Instant};

use bellhop_control::catalogue::text;

use super::{PATIENCE, Toast};

/// One that lived so long did not come back only to end again.
const STEADY: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// It runs, or nobody was told otherwise.
    #[default]
    Well,
    /// It does not run since then; to be told when that has lasted.
    Failing { since: Instant },
    /// That it stopped was told.
    Told,
    /// It runs since then, and is still said to have stopped.
    Returning { since: Instant },
    /// It runs since then and was said to, for a line was registered; it may yet be one that ends again and again.
    Tried { since: Instant },
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Engine {
    state: State,
    why: Option<String>,
    /// It was said to run again and did not last: the next time it has to.
    hasty: bool,
}

impl Engine {
    /// It runs.
    pub(super) fn handle_running(&mut self, now: Instant) {
        self.state = match self.state {
            State::Failing { .. } if self.hasty => State::Tried { since: now },
            State::Failing { .. } => State::Well,
            State::Told => State::Returning { since: now },
            state @ (State::Well | State::Returning { .. } | State::Tried { .. }) => state,
        };
    }

    /// It has a line registered.
    pub(super) fn handle_registered(&mut self) -> Option<Toast> {
        let State::Returning { since } = self.state else {
            return None;
        };
        if self.hasty {
            return None;
        }
        self.state = State::Tried { since };
        Some(back())
    }

    /// It ended, or can't be started.
    pub(super) fn handle_gone(&mut self, why: Option<&str>, now: Instant) {
        self.why = why.map(str::to_owned);
        self.state = match self.state {
            State::Well => State::Failing { since: now },
            State::Tried { .. } => {
                self.hasty = true;
                State::Failing { since: now }
            }
            State::Returning { .. } => State::Told,
            state @ (State::Failing { .. } | State::Told) => state,
        };
    }

    /// A time that [`Engine::due`] named may have come.
    pub(super) fn handle_timeout(&mut self, now: Instant) -> Option<Toast> {
        if self.due().is_none_or(|at| now < at) {
            return None;
        }
        match self.state {
            State::Failing { .. } => {
                self.state = State::Told;
                Some(self.down())
            }
            State::Returning { .. } => {
                self.lasted();
                Some(back())
            }
            State::Tried { .. } => {
                self.lasted();
                None
            }
            State::Well | State::Told => None,
        }
    }

    /// When to call [`Engine::handle_timeout`].
    pub(super) fn due(&self) -> Option<Instant> {
        match self.state {
            State::Failing { since } => Some(since + PATIENCE),
            State::Returning { since } | State::Tried { since } => Some(since + STEADY),
            State::Well | State::Told => None,
        }
    }

    fn lasted(&mut self) {
        self.state = State::Well;
        self.hasty = false;
    }

    fn down(&self) -> Toast {
        toast(
            text("toast-engine_down", &[]),
            match &self.why {
                Some(why) => text("toast-engine_down_body", &[("why", why)]),
                None => text("toast-engine_down_plain", &[]),
            },
        )
    }
}

fn back() -> Toast {
    toast(text("toast-engine_back", &[]), String::new())
}

fn toast(title: String, body: String) -> Toast {
    let about = "engine".to_owned();
    Toast { about, title, body }
}
