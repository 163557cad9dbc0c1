//! One seed: a plan of changes, carried out in virtual time.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bellhop_agent::{Command, LineState, LineView, Network};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::invariants::{Broken, at_rest, gone};
use crate::laptop::{Laptop, PASSWORD, is_register, path};
use crate::registrar::{Habits, Listing, Registrar};
use crate::wire::{Faults, REGISTRAR, Wire};

/// What happens to the laptop and to the company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The laptop has this network alone, at once.
    Move(u8),
    /// No network.
    Offline,
    /// The engine is killed and started again.
    Crash,
    /// The registrar loses its memory.
    RegistrarRestart,
    /// A person asks for it.
    Rebind,
    /// The laptop has this network, and before it in the list a way that leads nowhere: its loopback.
    MoveAstray(u8),
    /// The NAT gives the laptop another address outside.
    NatMoves,
    /// Nothing passes any more on what is open.
    FlowDies,
    /// Nothing happens; the registrar must hold the binding at the address that the laptop has now.
    Look,
}

/// What a run does and under which conditions.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The registrar's habits.
    pub habits: Habits,
    /// What the network does to datagrams.
    pub faults: Faults,
    /// What happens, and when after the start. The last one is a [`Step::Move`].
    pub steps: Vec<(Duration, Step)>,
    /// After the last step all must be well in this time.
    pub patience: Duration,
    /// Then the line is paused, and nothing of it may be left. Only where nothing is lost or refused: a pause does not wait.
    pub pause_at_end: bool,
}

impl Plan {
    /// Draws a plan: changes come in bursts and in the middle of one another.
    #[must_use]
    pub fn draw(seed: u64, habits: Habits, faults: Faults) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5eed);
        let mut at = Duration::ZERO;
        let mut steps = Vec::new();
        for _ in 0..rng.random_range(1..12) {
            let step = match rng.random_range(0..12) {
                0 | 1 => Step::Offline,
                2 => Step::Crash,
                // Between a challenge and its answer that would look like a wrong password.
                3 if habits.says_stale => Step::RegistrarRestart,
                4 => Step::Rebind,
                _ => Step::Move(rng.random_range(1..6)),
            };
            steps.push((at, step));
            at += match rng.random_range(0..3) {
                0 => Duration::from_millis(rng.random_range(0..120)),
                1 => Duration::from_millis(rng.random_range(0..5_000)),
                _ => Duration::from_secs(rng.random_range(0..900)),
            };
        }
        steps.push((at, Step::Move(rng.random_range(6..9))));
        Self {
            pause_at_end: faults.loss == 0.0
                && habits.stumbles_every.is_none()
                && habits.listing == Listing::All,
            habits,
            faults,
            steps,
            patience: Duration::from_secs(240),
        }
    }
}

/// A run in progress.
pub struct Run {
    now: Instant,
    laptop: Laptop,
    registrar: Registrar,
    wire: Wire,
    rng: ChaCha8Rng,
    network: Network,
}

impl Run {
    /// Carries out a plan to its end and says what did not hold.
    ///
    /// # Errors
    /// The first invariant that broke.
    pub fn play(seed: u64, plan: &Plan) -> Result<LineView, Broken> {
        let mut run = Self::new(seed, plan);
        let start = run.now;
        let foreign = "sip:tina@192.0.2.77:5060"
            .parse()
            .unwrap_or_else(|_| unreachable!("a constant URI"));
        for (at, step) in &plan.steps {
            run.pass_time_until(start + *at)?;
            run.carry_out(step)?;
        }
        run.registrar.add_foreign(run.now, &foreign);
        // The other phone appears before the next answer that we read.
        run.laptop.command(run.now, Command::Rebind);
        run.settle()?;
        run.pass_time_until(run.now + plan.patience)?;
        let view = run.laptop.agent.view();
        let local = view.flows.first().and_then(|flow| flow.local);
        let local = local.ok_or_else(|| {
            Broken::NotRegistered(format!("no flow: {:?} {:?}", view.state, view.failure))
        })?;
        let outside = run.wire.outside(local);
        at_rest(
            &view,
            &run.registrar,
            outside,
            &run.laptop.identity.contact_user,
            &foreign,
        )?;
        let hours = run.now.saturating_duration_since(start).as_secs_f64() / 3600.0;
        let requests = run.laptop.wire.requests;
        // A keep-alive every 24 s is 150 an hour; with changes, losses and a registrar that stumbles it is not ten times that.
        if requests as f64 > 400.0 + 600.0 * hours {
            return Err(Broken::Hammered(requests));
        }
        if plan.pause_at_end {
            run.laptop.command(run.now, Command::Pause);
            run.settle()?;
            run.pass_time_until(run.now + Duration::from_secs(5))?;
            let user = &run.laptop.identity.contact_user;
            gone(&run.registrar, user, &foreign)?;
        }
        Ok(view)
    }

    /// How long a laptop waits whose registrar answered nothing but 503, without saying for how long.
    ///
    /// # Errors
    /// What did not hold, or that the line does not wait.
    pub fn first_wait(seed: u64, habits: Habits) -> Result<Duration, Broken> {
        let plan = Plan {
            habits: Habits {
                stumbles_every: Some(1),
                retry_after: None,
                ..habits
            },
            faults: Faults {
                delay: Duration::from_millis(20),
                jitter: Duration::ZERO,
                loss: 0.0,
                duplicates: 0.0,
            },
            steps: Vec::new(),
            patience: Duration::ZERO,
            pause_at_end: false,
        };
        let mut run = Self::new(seed, &plan);
        run.carry_out(&Step::Move(1))?;
        run.pass_time_until(run.now + Duration::from_millis(40))?;
        let state = run.laptop.agent.view().state;
        let LineState::WaitingToRetry { until } = state else {
            return Err(Broken::NotRegistered(format!("{state:?}")));
        };
        Ok(until.saturating_duration_since(run.now))
    }

    fn new(seed: u64, plan: &Plan) -> Self {
        Self {
            // Virtual time starts somewhere; no clock is read after this.
            now: Instant::now(),
            laptop: Laptop::new(seed),
            registrar: Registrar::new(plan.habits.clone(), PASSWORD),
            wire: Wire::new(plan.faults.clone()),
            rng: ChaCha8Rng::seed_from_u64(seed),
            network: Network::Offline,
        }
    }

    fn carry_out(&mut self, step: &Step) -> Result<(), Broken> {
        match step {
            Step::Move(index) => {
                let local = IpAddr::V4(Ipv4Addr::new(10, *index, 0, 2));
                self.wire.up = vec![local];
                let network = Network::Paths(vec![path(local, u32::from(*index))]);
                let news = network != self.network;
                self.network = network.clone();
                self.laptop.network(self.now, network);
                let sent = self.settle()?;
                if news && !sent {
                    return Err(Broken::NotAtOnce);
                }
            }
            Step::MoveAstray(index) => {
                let local = IpAddr::V4(Ipv4Addr::new(10, *index, 0, 2));
                let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
                self.wire.up = vec![local];
                self.network =
                    Network::Paths(vec![path(loopback, 1), path(local, u32::from(*index))]);
                self.laptop.network(self.now, self.network.clone());
                self.settle()?;
            }
            Step::Look => {
                let view = self.laptop.agent.view();
                let local = view.flows.first().and_then(|flow| flow.local);
                let local = local.filter(|local| !self.wire.is_blocked(*local));
                let outside = local.map(|local| self.wire.outside(local));
                if !self.registrar.reaches(outside) {
                    return Err(Broken::NotBound(format!("not healed: {view:?}")));
                }
            }
            Step::NatMoves => self.wire.forget_mappings(),
            Step::FlowDies => self.wire.block(),
            Step::Offline => {
                self.wire.up.clear();
                self.network = Network::Offline;
                self.laptop.network(self.now, Network::Offline);
                self.settle()?;
                let state = self.laptop.agent.view().state;
                if state != LineState::Offline {
                    return Err(Broken::SnapshotDiffers(format!("{state:?} while offline")));
                }
            }
            Step::Crash => {
                self.laptop.crash();
                self.laptop.network(self.now, self.network.clone());
                self.settle()?;
            }
            Step::RegistrarRestart => self.registrar.restart(),
            Step::Rebind => {
                self.laptop.command(self.now, Command::Rebind);
                self.settle()?;
            }
        }
        Ok(())
    }

    fn pass_time_until(&mut self, end: Instant) -> Result<(), Broken> {
        loop {
            let next = [self.laptop.next_timeout(), self.wire.next_arrival()]
                .into_iter()
                .flatten()
                .min();
            match next {
                Some(at) if at <= end => {
                    self.now = at.max(self.now);
                    self.turn()?;
                }
                _ => {
                    self.now = end;
                    return Ok(());
                }
            }
        }
    }

    fn turn(&mut self) -> Result<(), Broken> {
        while let Some(arrival) = self.wire.arrive(self.now) {
            if arrival.to == REGISTRAR {
                if let Some(answer) = self
                    .registrar
                    .handle(self.now, arrival.from, arrival.payload)
                {
                    self.wire
                        .send_from_registrar(self.now, arrival.from, answer, &mut self.rng);
                }
            } else {
                self.laptop
                    .receive(self.now, arrival.to, arrival.from, arrival.payload);
            }
        }
        let due = self.laptop.next_timeout().filter(|at| *at <= self.now);
        if due.is_some() {
            self.laptop.timeout(self.now);
        }
        self.settle()?;
        match self.laptop.next_timeout() {
            Some(at) if due.is_some() && at <= self.now => Err(Broken::NoProgress),
            _ => Ok(()),
        }
    }

    /// Whether a REGISTER left.
    fn settle(&mut self) -> Result<bool, Broken> {
        let leaving = self.laptop.settle(self.now)?;
        let registered = leaving
            .iter()
            .any(|departure| is_register(&departure.payload));
        if !leaving.is_empty() && self.network == Network::Offline {
            return Err(Broken::SentOffline);
        }
        for departure in leaving {
            self.laptop.wire.left(&departure.payload)?;
            let local: SocketAddr = departure.local;
            self.wire.send_from_laptop(
                self.now,
                local,
                departure.to,
                departure.payload,
                &mut self.rng,
            );
        }
        Ok(registered)
    }
}
