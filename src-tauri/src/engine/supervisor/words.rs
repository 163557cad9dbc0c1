//! What goes in and out of the supervisor.

use std::time::Instant;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Connect to the engine: then `handle_hello` or `handle_unreachable`.
    Connect,
    /// Hear what the engine tells: `handle_lost` at the end.
    Subscribe,
    /// Start an engine: then `handle_ready` and `handle_exit`, or `handle_not_started`.
    Spawn,
    /// Ask the engine that runs to end, and wait for that: then `handle_shut_down`.
    ShutDown,
    /// Let the process that was started know that it is to end.
    Terminate,
    /// There is nothing left to be done before this process ends.
    Finished,
}

/// How the engine stands, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is known yet.
    Starting,
    /// It runs and is heard.
    Running {
        /// A tray started it, so that it ends with the tray.
        with_the_tray: bool,
    },
    /// It runs, and is too new for this program.
    Newer,
    /// It ended or can't be started.
    Stopped {
        /// What it said, or what is in the way.
        why: Option<String>,
        /// When the next attempt is due; none while one is made.
        again_at: Option<Instant>,
    },
}

/// How a process ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exit {
    /// Its status, unless a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it said last.
    pub(crate) said: Option<String>,
}

/// What this program is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    /// The protocol that it speaks.
    pub(crate) protocol: u32,
    /// Its version.
    pub(crate) version: &'static str,
}
