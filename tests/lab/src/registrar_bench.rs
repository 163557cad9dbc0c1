//! The bench of the home registrar: Bellhop's beside Kamailio, under the same load on the same cores, in turns.
//!
//! Each of some thousand users has a nonce and a nonce count of his own. A [`Contestant`] is started anew for each round; the rounds take
//! turns, so that the machine's moods meet all alike, and what is told is the median. One of them only answers and knows nothing: it shows
//! what the generator is able to drive, and a figure that the generator itself has limited is not called one of the registrar's.

mod answer;
mod cores;
mod digest;
mod findings;
mod generator;
mod goal;
mod lookup;
mod machine;
mod memory;
mod message;
mod plot;
mod report;
mod round;
mod server;
mod tally;
mod wire;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::prctl;

use crate::priority;

pub use findings::Findings;
pub use plot::svg;
pub use report::markdown;
pub use server::Contestant;

use cores::Cores;

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who takes part.
    pub contestants: Vec<Contestant>,
    /// Rounds of each.
    pub rounds: u32,
    /// Users, each with one binding.
    pub users: u32,
    /// How often all users are bound anew in a round.
    pub insertions: u32,
    /// How long refreshes are counted in a round.
    pub window: Duration,
    /// Requests a second while latencies are taken.
    pub pace: u32,
    /// How many bindings there are while memory is measured.
    pub memory_at: Vec<u32>,
    /// How many addresses-of-record there are while lookups are measured.
    pub lookup_at: Vec<u32>,
}

impl Options {
    /// What the documentation shows.
    #[must_use]
    pub fn full() -> Self {
        Self {
            contestants: Contestant::ALL.to_vec(),
            rounds: 3,
            users: 10_000,
            insertions: 10,
            window: Duration::from_secs(5),
            pace: 5_000,
            memory_at: vec![10_000, 100_000],
            lookup_at: vec![10, 100, 1_000, 10_000, 100_000, 1_000_000],
        }
    }

    /// Enough to see whether it works, and about how fast.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            rounds: 1,
            insertions: 3,
            window: Duration::from_secs(2),
            memory_at: vec![10_000],
            lookup_at: vec![10, 1_000, 100_000],
            ..Self::full()
        }
    }
}

/// Runs all of it with the Bellhop that is `program` and was made from `made_from`; `tell` gets a line for each thing that is done.
///
/// # Errors
/// When one of them can't be measured at all. That an answer is wrong is among the findings.
pub fn run(
    program: &Path,
    made_from: &str,
    options: &Options,
    tell: &dyn Fn(&str),
) -> Result<Findings> {
    let begun = Instant::now();
    let cores = Cores::of_this_machine()?;
    let raised = priority::raise_thread_above();
    // Naps last as long as they should, and not 50 µs longer.
    prctl::set_timerslack(1)?;
    let mut findings = Findings::new(made_from, options.clone(), &cores, raised);
    for round in 1..=options.rounds {
        for &contestant in &options.contestants {
            let sample = round::run(contestant, program, options, &cores)?;
            tell(&format!("round {round}, {}", sample.line()));
            findings.samples.push(sample);
        }
    }
    for &users in &options.memory_at {
        for &contestant in options.contestants.iter().filter(|one| one.stores(users)) {
            let memory = memory::of(contestant, program, users, &cores)?;
            tell(&memory.line());
            findings.memory.push(memory);
        }
    }
    for &records in &options.lookup_at {
        let lookup = lookup::among(records)?;
        tell(&lookup.line());
        findings.lookups.push(lookup);
    }
    cores.give_back()?;
    findings.seconds = begun.elapsed().as_secs_f64();
    Ok(findings)
}

/// Becomes one of the bench's own servers, if the words say so; returns when they don't.
///
/// # Errors
/// When it breaks.
pub fn serve_if_asked(words: &[String], ready: impl FnOnce(&str)) -> Result<()> {
    match words {
        [word, address] if word == server::echo::WORD => {
            server::echo::serve(address.parse()?, ready)
        }
        [word, address, users] if word == server::library::WORD => {
            server::library::serve(address.parse()?, users.parse()?, ready)
        }
        _ => Ok(()),
    }
}
