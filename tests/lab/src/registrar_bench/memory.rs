//! What a binding costs in memory: all that a registrar has more with its bindings than without.

use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Contestant;
use super::cores::Cores;
use super::round;
use super::server::Server;

/// For what is done after the answer: a store that follows within a second.
const SETTLE: Duration = Duration::from_secs(2);

/// The memory of one contestant.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    pub(super) contestant: Contestant,
    pub(super) bindings: u32,
    /// With accounts and nonces, before the first binding.
    pub(super) before: u64,
    pub(super) after: u64,
}

impl Memory {
    /// Bytes more for each binding.
    pub(super) fn per_binding(&self) -> u64 {
        self.after.saturating_sub(self.before) / u64::from(self.bindings.max(1))
    }

    pub(super) fn line(&self) -> String {
        format!(
            "memory, {}: {} bytes a binding at {} ({} kB before)",
            self.contestant.name(),
            self.per_binding(),
            self.bindings,
            self.before / 1024
        )
    }
}

/// Starts it, lets all log in, and binds each once.
pub(super) fn of(
    contestant: Contestant,
    program: &Path,
    users: u32,
    cores: &Cores,
) -> Result<Memory> {
    let server = cores.starting(|| contestant.start(users, program))?;
    measure(contestant, &server, users)
        .with_context(|| format!("memory of {}: {}", contestant.name(), server.last_words()))
}

fn measure(contestant: Contestant, server: &Server, users: u32) -> Result<Memory> {
    let mut load = round::logged_in(contestant, server, users)?;
    let family = server.family();
    thread::sleep(SETTLE);
    let before = family.memory()?;
    load.bind_all(true)?;
    thread::sleep(SETTLE);
    let after = family.memory()?;
    Ok(Memory {
        contestant,
        bindings: users,
        before,
        after,
    })
}
