//! One contestant, one time: started, filled, refreshed, paced, counted.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::cores::Cores;
use super::generator::{Generator, Nonces};
use super::machine::{self, Family};
use super::server::Server;
use super::tally::Tally;
use super::{Contestant, Options};

/// Before what is counted begins: caches are warm, queues are full.
const WARM_UP: Duration = Duration::from_millis(500);
/// So long after its answers a registrar may show its bindings as they were.
const MOMENT: Duration = Duration::from_secs(4);
/// Of a nonce that is as long as a registrar's, for one that gives none.
const MADE_UP: &[u8] = b"aSjKuWpIyBqiTLJ1TRvbqGqzkKcRqZk8aSjKuWpIyBqiTLJ1";

/// What a round showed.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) contestant: Contestant,
    pub(super) insertion: Stretch,
    pub(super) refresh: Stretch,
    pub(super) paced: Stretch,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    /// What should not have been.
    pub(super) faults: Vec<String>,
    /// Whether the generator, and not the server, was at its end while refreshes were counted.
    pub(super) limited: bool,
}

/// A time in which requests were counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stretch {
    requests: u64,
    lasting: Duration,
    server: Duration,
    generator: Duration,
}

impl Stretch {
    /// Successes a second.
    pub(super) fn rate(&self) -> f64 {
        float(self.requests) / self.lasting.as_secs_f64()
    }

    /// The server's time for one success, in microseconds.
    pub(super) fn server_micros(&self) -> f64 {
        self.server.as_secs_f64() * 1e6 / float(self.requests.max(1))
    }

    /// Cores that the server had busy.
    pub(super) fn server_cores(&self) -> f64 {
        self.server.as_secs_f64() / self.lasting.as_secs_f64()
    }

    /// Cores that the generator had busy: 1 is all that it can have.
    pub(super) fn generator_cores(&self) -> f64 {
        self.generator.as_secs_f64() / self.lasting.as_secs_f64()
    }

    fn add(&mut self, other: Stretch) {
        self.requests += other.requests;
        self.lasting += other.lasting;
        self.server += other.server;
        self.generator += other.generator;
    }
}

impl Sample {
    pub(super) fn line(&self) -> String {
        format!(
            "{}: {:.0} refreshes/s at {:.2} µs, {:.0} insertions/s at {:.2} µs, p50 {:.0} µs, p99 {:.0} µs, server {:.2} and generator {:.2} cores{}",
            self.contestant.name(),
            self.refresh.rate(),
            self.refresh.server_micros(),
            self.insertion.rate(),
            self.insertion.server_micros(),
            self.p50.as_secs_f64() * 1e6,
            self.p99.as_secs_f64() * 1e6,
            self.refresh.server_cores(),
            self.refresh.generator_cores(),
            if self.faults.is_empty() {
                String::new()
            } else {
                format!("; {}", self.faults.join("; "))
            },
        )
    }
}

pub(super) fn run(
    contestant: Contestant,
    program: &Path,
    options: &Options,
    cores: &Cores,
) -> Result<Sample> {
    let server = cores.starting(|| contestant.start(options.users, program))?;
    measure(contestant, &server, options, cores)
        .with_context(|| format!("measuring {}: {}", contestant.name(), server.last_words()))
}

fn measure(
    contestant: Contestant,
    server: &Server,
    options: &Options,
    cores: &Cores,
) -> Result<Sample> {
    let mut load = logged_in(contestant, server, options.users)?;
    let family = server.family();
    load.bind_all(contestant.registers())?;
    let mut faults = missing(server, options.users, "after all were bound")?;
    let insertion = insertions(&mut load, &family, options.insertions)?;
    load.bind_all(contestant.registers())?;
    let refresh = refreshes(&mut load, &family, options.window)?;
    cores.part(&family)?;
    let clock = Clock::start(&family, load.tally())?;
    let latencies = load.paced(options.pace, options.window)?;
    let paced = clock.stop(&family, load.tally())?;
    if contestant.registers() {
        load.hear_all()?;
    }
    faults.extend(missing(server, options.users, "at the end")?);
    faults.extend(load.tally().faults());
    if load.tally().repeats > 0 {
        faults.push(format!("{} requests were lost", load.tally().repeats));
    }
    let busy = refresh.generator_cores();
    let free = cores.left_for(contestant.workers(), busy);
    Ok(Sample {
        contestant,
        insertion,
        refresh,
        paced,
        p50: latencies.percentile(50).unwrap_or_default(),
        p99: latencies.percentile(99).unwrap_or_default(),
        faults,
        limited: busy >= 0.95 && refresh.server_cores() < 0.9 * free,
    })
}

/// A load whose users all have a nonce.
pub(super) fn logged_in(contestant: Contestant, server: &Server, users: u32) -> Result<Generator> {
    let mut load = Generator::new(server.address(), server.domain(), server.password(), users)?;
    load.log_in(match contestant {
        Contestant::Echo => Nonces::MadeUp(MADE_UP),
        Contestant::Library => Nonces::FromOneAddress,
        Contestant::Kamailio
        | Contestant::KamailioUncounted
        | Contestant::Bellhop
        | Contestant::BellhopDurable => Nonces::FromMany,
    })?;
    Ok(load)
}

/// All users at once, so and so often; between two times they are removed, which does not count.
fn insertions(load: &mut Generator, family: &Family, times: u32) -> Result<Stretch> {
    let mut sum = Stretch::default();
    for _ in 0..times {
        load.remove_all()?;
        let clock = Clock::start(family, load.tally())?;
        load.bind_all(false)?;
        sum.add(clock.stop(family, load.tally())?);
    }
    Ok(sum)
}

fn refreshes(load: &mut Generator, family: &Family, window: Duration) -> Result<Stretch> {
    let begun = Instant::now();
    let (mut clock, mut stretch) = (None, None);
    load.refresh_while(|tally| {
        let passed = begun.elapsed();
        match &clock {
            None if passed >= WARM_UP => clock = Some(Clock::start(family, tally)?),
            Some(clock) if passed >= WARM_UP + window => {
                stretch = Some(clock.stop(family, tally)?);
            }
            None | Some(_) => {}
        }
        Ok(stretch.is_none())
    })?;
    stretch.context("the refreshes ended early")
}

/// What all clocks showed when a stretch began.
struct Clock {
    at: Instant,
    server: Duration,
    generator: Duration,
    tally: Tally,
}

impl Clock {
    fn start(family: &Family, tally: &Tally) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: family.cpu()?,
            generator: machine::own_cpu()?,
            tally: tally.clone(),
        })
    }

    fn stop(&self, family: &Family, tally: &Tally) -> Result<Stretch> {
        Ok(Stretch {
            requests: (tally - &self.tally).successes,
            lasting: self.at.elapsed(),
            server: family.cpu()?.saturating_sub(self.server),
            generator: machine::own_cpu()?.saturating_sub(self.generator),
        })
    }
}

/// By the registrar's own account, which may be of a moment ago.
fn missing(server: &Server, users: u32, when: &str) -> Result<Vec<String>> {
    let end = Instant::now() + MOMENT;
    loop {
        let held = server.bindings()?.unwrap_or(u64::from(users));
        if held == u64::from(users) {
            return Ok(Vec::new());
        }
        if Instant::now() > end {
            return Ok(vec![format!("it holds {held} bindings of {users} {when}")]);
        }
        thread::sleep(MOMENT / 20);
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of a bench are far below 2^52"
)]
fn float(count: u64) -> f64 {
    count as f64
}
