//! Which engine runs, and what is done so that one does: decisions without processes, sockets or clocks.
//!
//! Whoever drives it carries out each [`Effect`] and says how that went. The engine itself takes the lock of its state directory; asking for the lock here would
//! only get in its way, so where nothing answers an engine is started, and the one that finds the lock taken ends by itself.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{Hello, StartedBy};

use super::version::is_older;

mod words;

pub(crate) use words::{Effect, Exit, Own, Standing};

/// Waits before the next attempt, after each that ended badly.
const WAITS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    LONGEST_WAIT,
];
/// What will not get better by itself is tried so often.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// An engine that lived so long did not end for what ended the ones before.
const STEADY: Duration = Duration::from_secs(60);
/// A service manager brings its own engine back sooner than this.
const GRACE: Duration = Duration::from_secs(5);
/// Between a connection's end and the process's, and from its start to its first word.
const EXIT: Duration = Duration::from_secs(3);
const START: Duration = Duration::from_secs(30);
/// Unregistering takes two seconds at most.
const SHUTDOWN: Duration = Duration::from_secs(6);
/// Exit status of a config that is wrong.
const USAGE: i32 = 2;

#[derive(Clone, Debug)]
enum State {
    Connecting,
    Spawned { until: Instant },
    Running { hello: Hello, since: Instant },
    Newer { until: Instant },
    Replacing { until: Instant },
    AwaitingExit { until: Instant },
    Waiting { until: Instant },
    Leaving { until: Instant },
    Gone,
}

/// The process that was started here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Child {
    None,
    Alive,
}

/// What went wrong since an engine was last heard.
#[derive(Clone, Debug)]
struct Trouble {
    why: Option<String>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Supervisor {
    own: Own,
    state: State,
    child: Child,
    trouble: Option<Trouble>,
    /// Attempts that ended badly in a row: how far up [`WAITS`] it is.
    bad: usize,
    /// An engine was asked to make room, and none has been steady since.
    replaced: bool,
    effects: VecDeque<Effect>,
}

impl Supervisor {
    /// Begins by looking whether an engine runs.
    pub(crate) fn new(own: Own) -> Supervisor {
        Supervisor {
            own,
            state: State::Connecting,
            child: Child::None,
            trouble: None,
            bad: 0,
            replaced: false,
            effects: VecDeque::from([Effect::Connect]),
        }
    }

    /// How the engine stands.
    pub(crate) fn standing(&self) -> Standing {
        match (&self.state, &self.trouble) {
            (State::Running { hello, .. }, _) => Standing::Running {
                with_the_tray: hello.started_by == StartedBy::Tray,
            },
            (State::Newer { .. }, _) => Standing::Newer,
            (_, None) => Standing::Starting,
            (State::Waiting { until }, Some(trouble)) => Standing::Stopped {
                why: trouble.why.clone(),
                again_at: Some(*until),
            },
            (_, Some(trouble)) => Standing::Stopped {
                why: trouble.why.clone(),
                again_at: None,
            },
        }
    }

    /// An engine answered.
    pub(crate) fn handle_hello(&mut self, hello: Hello, now: Instant) {
        let with_the_tray = hello.started_by == StartedBy::Tray;
        match self.state {
            State::Leaving { .. } if with_the_tray => self.effects.push_back(Effect::ShutDown),
            State::Leaving { .. } => self.finish(),
            State::Connecting if hello.protocol > self.own.protocol => {
                let until = now + LONGEST_WAIT;
                self.state = State::Newer { until };
            }
            State::Connecting if self.is_to_be_replaced(&hello) && self.replaced => {
                // Somebody starts it again and again: better said than fought.
                let values = [
                    ("engine", hello.version.as_str()),
                    ("own", self.own.version),
                ];
                let why = Error::new(Code::WrongVersion, values).message;
                self.wait(Some(why), LONGEST_WAIT, now);
            }
            State::Connecting if self.is_to_be_replaced(&hello) => {
                self.replaced = true;
                let until = now + SHUTDOWN;
                self.state = State::Replacing { until };
                self.effects.push_back(Effect::ShutDown);
            }
            State::Connecting => {
                self.trouble = None;
                self.state = State::Running { hello, since: now };
                self.effects.push_back(Effect::Subscribe);
            }
            State::Spawned { .. }
            | State::Running { .. }
            | State::Newer { .. }
            | State::Replacing { .. }
            | State::AwaitingExit { .. }
            | State::Waiting { .. }
            | State::Gone => {}
        }
    }

    /// No engine could be connected to.
    pub(crate) fn handle_unreachable(&mut self, error: &Error, now: Instant) {
        match (&self.state, self.child) {
            (State::Leaving { .. }, Child::None) => self.finish(),
            (State::Connecting, Child::None) if error.code == Code::NoEngine => {
                let until = now + START;
                self.state = State::Spawned { until };
                self.effects.push_back(Effect::Spawn);
            }
            // Its socket is gone or going, its process is about to be.
            (State::Connecting, Child::Alive)
                if matches!(error.code, Code::NoEngine | Code::EngineLost) =>
            {
                let until = now + EXIT;
                self.state = State::AwaitingExit { until };
            }
            (State::Connecting, _) => self.fail(Some(error.message.clone()), now),
            _ => {}
        }
    }

    /// The engine that was started is open.
    pub(crate) fn handle_ready(&mut self) {
        if let State::Spawned { .. } = self.state {
            self.connect();
        }
    }

    /// No engine could be started.
    pub(crate) fn handle_not_started(&mut self, why: String, now: Instant) {
        self.child = Child::None;
        if let State::Leaving { .. } = self.state {
            self.finish();
        } else {
            self.wait(Some(why), LONGEST_WAIT, now);
        }
    }

    /// An engine was started.
    pub(crate) fn handle_started(&mut self) {
        self.child = Child::Alive;
        if let State::Leaving { .. } = self.state {
            self.effects.push_back(Effect::Terminate);
        }
    }

    /// The engine that was started ended.
    pub(crate) fn handle_exit(&mut self, exit: Exit, now: Instant) {
        self.child = Child::None;
        match self.state {
            State::Leaving { .. } => self.finish(),
            State::AwaitingExit { .. } => {
                self.explain(exit.said);
                self.connect();
            }
            State::Spawned { .. } if exit.code == Some(USAGE) => {
                self.wait(exit.said, LONGEST_WAIT, now);
            }
            State::Spawned { .. } => self.fail(exit.said, now),
            State::Waiting { .. } | State::Connecting => self.explain(exit.said),
            // The end of the connection is what counts.
            State::Running { .. } | State::Newer { .. } | State::Replacing { .. } | State::Gone => {
            }
        }
    }

    /// The connection to the engine ended.
    pub(crate) fn handle_lost(&mut self, now: Instant) {
        let State::Running { hello, since } = &self.state else {
            return;
        };
        let with_the_tray = hello.started_by == StartedBy::Tray;
        if now.duration_since(*since) >= STEADY {
            self.bad = 0;
            self.replaced = false;
        }
        let wait = self.next_wait();
        self.wait(
            None,
            if with_the_tray { wait } else { wait.max(GRACE) },
            now,
        );
    }

    /// The engine that was asked to end has, or does not.
    pub(crate) fn handle_shut_down(&mut self, now: Instant) {
        match (&self.state, self.child) {
            (State::Leaving { .. }, Child::None) => self.finish(),
            (State::Replacing { .. }, Child::None) => self.connect(),
            (State::Replacing { .. }, Child::Alive) => {
                let until = now + EXIT;
                self.state = State::AwaitingExit { until };
            }
            _ => {}
        }
    }

    /// A person does not want to wait.
    pub(crate) fn handle_start_now(&mut self) {
        if let State::Waiting { .. } | State::Newer { .. } = self.state {
            self.bad = 0;
            self.replaced = false;
            self.connect();
        }
    }

    /// This process is to end, and an engine that a tray started with it.
    pub(crate) fn handle_quit(&mut self, now: Instant) {
        let until = now + SHUTDOWN;
        match (&self.state, self.child) {
            (State::Leaving { .. } | State::Gone, _) => {}
            (State::Running { hello, .. }, _) if hello.started_by == StartedBy::Tray => {
                self.state = State::Leaving { until };
                self.effects.push_back(Effect::ShutDown);
            }
            (_, Child::Alive) => {
                self.state = State::Leaving { until };
                self.effects.push_back(Effect::Terminate);
            }
            // What they bring decides.
            (State::Connecting | State::Spawned { .. } | State::Replacing { .. }, _) => {
                self.state = State::Leaving { until };
            }
            (
                State::Running { .. }
                | State::Newer { .. }
                | State::AwaitingExit { .. }
                | State::Waiting { .. },
                Child::None,
            ) => self.finish(),
        }
    }

    /// A time that [`Supervisor::poll_timeout`] named has come.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_none_or(|until| now < until) {
            return;
        }
        match self.state {
            State::Waiting { .. } | State::Newer { .. } => self.connect(),
            State::Spawned { .. } | State::AwaitingExit { .. } | State::Replacing { .. } => {
                self.fail(None, now);
            }
            State::Leaving { .. } => self.finish(),
            State::Connecting | State::Running { .. } | State::Gone => {}
        }
    }

    /// What is to be done next.
    pub(crate) fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call [`Supervisor::handle_timeout`].
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Spawned { until }
            | State::Newer { until }
            | State::Replacing { until }
            | State::AwaitingExit { until }
            | State::Waiting { until }
            | State::Leaving { until } => Some(until),
            State::Connecting | State::Running { .. } | State::Gone => None,
        }
    }

    /// It speaks less than we do, or is what an earlier version of us left behind.
    fn is_to_be_replaced(&self, engine: &Hello) -> bool {
        let ours = engine.started_by == StartedBy::Tray;
        engine.protocol < self.own.protocol || (ours && is_older(&engine.version, self.own.version))
    }

    fn connect(&mut self) {
        self.state = State::Connecting;
        self.effects.push_back(Effect::Connect);
    }

    fn fail(&mut self, why: Option<String>, now: Instant) {
        let wait = self.next_wait();
        self.wait(why, wait, now);
    }

    fn next_wait(&mut self) -> Duration {
        let wait = WAITS.get(self.bad).copied().unwrap_or(LONGEST_WAIT);
        self.bad += 1;
        wait
    }

    fn wait(&mut self, why: Option<String>, wait: Duration, now: Instant) {
        let known = self.trouble.take().and_then(|trouble| trouble.why);
        self.trouble = Some(Trouble { why: why.or(known) });
        if wait.is_zero() {
            self.connect();
        } else {
            let until = now + wait;
            self.state = State::Waiting { until };
        }
    }

    /// What the process said last came after its connection had ended.
    fn explain(&mut self, said: Option<String>) {
        if let (Some(trouble), Some(said)) = (&mut self.trouble, said) {
            trouble.why = Some(said);
        }
    }

    fn finish(&mut self) {
        self.state = State::Gone;
        self.effects.push_back(Effect::Finished);
    }
}

#[cfg(test)]
mod tests;
