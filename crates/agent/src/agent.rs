//! The agent of one line: its state and its doors.

use std::collections::VecDeque;
use std::time::Instant;

use bellhop_endpoint::RequestId;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::attempt::{Attempt, Round};
use crate::auth::Authenticator;
use crate::backoff::Backoff;
use crate::config::{LineConfig, Network};
use crate::copies::RoundTrips;
use crate::fetch::Listings;
use crate::flow::Flow;
use crate::identity::{Identity, Sequence, random_word};
use crate::keepalive::Pongs;
use crate::output::{Command, Output};
use crate::password::Password;
use crate::phase::{Due, Phase, Target};
use crate::proof::SelfTest;
use crate::silence::Hearing;
use crate::view::{
    BindingView, Callable, Cause, Failure, FlowState, LineState, LineView, Proof, Rebind, UnderWay,
};

/// One line's registration agent. How to drive it stands in the crate's documentation.
#[derive(Debug)]
pub struct Agent {
    pub(crate) line: u32,
    pub(crate) ids: u32,
    pub(crate) config: LineConfig,
    pub(crate) identity: Identity,
    pub(crate) sequence: Sequence,
    /// Our From tag, one for each run.
    pub(crate) tag: String,
    pub(crate) side_sequence: u32,
    pub(crate) rng: ChaCha20Rng,

    pub(crate) target: Target,
    pub(crate) network: Network,
    /// Which of the network's paths is being used.
    pub(crate) path_index: usize,
    pub(crate) password: Password,
    pub(crate) authenticator: Authenticator,
    pub(crate) backoff: Backoff,
    /// The expiry to ask for: the configured one, or more where the registrar wants more (423).
    pub(crate) expires: u32,

    pub(crate) phase: Phase,
    pub(crate) flow: Option<Flow>,
    /// The flow that is being replaced: calls may still arrive on it until the registrar has answered on the new one.
    pub(crate) closing: Option<Flow>,
    pub(crate) hearing: Hearing,
    pub(crate) round_trips: RoundTrips,
    pub(crate) pongs: Pongs,
    pub(crate) listings: Listings,
    pub(crate) self_test: Option<SelfTest>,
    pub(crate) callable: Callable,
    pub(crate) bindings: Vec<BindingView>,
    pub(crate) last_rebind: Option<Rebind>,
    pub(crate) outputs: VecDeque<Output>,
}

impl Agent {
    /// A line that wants to be registered (or not, if `paused`). `line` tells its flows and requests from those of other lines;
    /// `seed` makes tags, user parts and jitter.
    #[must_use]
    pub fn new(
        line: u32,
        config: LineConfig,
        identity: Identity,
        paused: bool,
        seed: [u8; 32],
    ) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let sequence = Sequence::new(&identity);
        let mut agent = Self {
            line,
            ids: 0,
            tag: random_word(&mut rng, 12),
            side_sequence: 0,
            rng,
            target: if paused {
                Target::Paused
            } else {
                Target::Registered
            },
            network: Network::Offline,
            path_index: 0,
            password: Password::Unknown,
            authenticator: Authenticator::default(),
            backoff: Backoff::default(),
            expires: config.expires,
            phase: if paused { Phase::Off } else { Phase::Idle },
            flow: None,
            closing: None,
            hearing: Hearing::Nothing,
            round_trips: RoundTrips::default(),
            pongs: Pongs::Untried,
            listings: Listings::default(),
            self_test: None,
            callable: Callable {
                proof: Proof::None,
                at: None,
            },
            bindings: Vec::new(),
            last_rebind: None,
            outputs: VecDeque::new(),
            config,
            identity,
            sequence,
        };
        if !paused {
            agent.ask_password(Cause::Start);
        }
        agent
    }

    /// A wish of the person.
    pub fn handle_command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Rebind => {
                // Who asks is awake, whatever was heard.
                if matches!(self.target, Target::Registered | Target::Asleep) {
                    self.target = Target::Registered;
                    self.backoff.reset();
                    self.hearing.forgive();
                    self.ask_again_if_refused();
                    self.start(now, Cause::Command, now);
                }
            }
            Command::Resume => {
                if self.target == Target::Paused {
                    self.target = Target::Registered;
                    self.backoff.reset();
                    self.hearing.forgive();
                    if !matches!(self.password, Password::Known(_) | Password::Asked { .. }) {
                        self.ask_password(Cause::Resume);
                    }
                    self.start(now, Cause::Resume, now);
                } else {
                    self.handle_command(now, Command::Rebind);
                }
            }
            Command::Pause => match self.target {
                Target::Registered => {
                    self.target = Target::Paused;
                    self.leave(now);
                }
                // It is on its way out already.
                Target::Asleep => self.target = Target::Paused,
                Target::Paused | Target::Gone => {}
            },
            Command::Sleep => self.fall_asleep(now),
            Command::Wake => self.wake(now),
            Command::Quit => {
                let was = std::mem::replace(&mut self.target, Target::Gone);
                if was == Target::Registered {
                    self.leave(now);
                }
            }
            Command::SelfTest => self.send_self_test(now),
        }
    }

    /// No answer came to a request (timer F, RFC 3261 §17.1.2.2).
    pub fn handle_request_timeout(&mut self, now: Instant, id: RequestId) {
        self.on_silence(now, id);
    }

    /// Does what is due. At [`Agent::poll_timeout`] this always makes progress.
    pub fn handle_timeout(&mut self, now: Instant) {
        // Each turn moves or removes the deadline it served; the bound only guards against a mistake here.
        for _ in 0..8 {
            let due = self
                .phase
                .deadlines()
                .filter(|(at, _)| *at <= now)
                .min_by_key(|(at, _)| *at);
            match due {
                None => return,
                Some((_, Due::Retry)) => self.retry(now),
                Some((_, Due::Refresh)) => self.refresh(now),
                Some((_, Due::Expired)) => self.expired(now),
                Some((_, Due::KeepAlive)) => self.keep_alive(now),
                Some((_, Due::Leave)) => self.left(),
                Some((_, Due::Challenge)) => self.release(now),
                Some((_, Due::Look)) => self.look(now),
            }
        }
    }

    /// When [`Agent::handle_timeout`] is wanted next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.phase.deadlines().map(|(at, _)| at).min()
    }

    /// The next effect to carry out.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether the line has ended after [`Command::Quit`].
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.target == Target::Gone && matches!(self.phase, Phase::Off)
    }

    /// What is, now.
    #[must_use]
    pub fn view(&self) -> LineView {
        let (state, failure) = self.state();
        let (verified, expires_at, refresh_at) = match &self.phase {
            Phase::Bound(bound) => (
                bound.verified,
                Some(bound.expires_at),
                Some(bound.refresh_at),
            ),
            Phase::Refreshing { bound, .. } => (bound.verified, Some(bound.expires_at), None),
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Registering { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => (false, None, None),
        };
        let under_way = match &self.phase {
            Phase::Opening { round } | Phase::Registering { round, .. } => Some(UnderWay {
                cause: round.cause,
                since: round.since,
            }),
            Phase::Idle
            | Phase::Bound(_)
            | Phase::Refreshing { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => None,
        };
        let current = self.flow.iter();
        let current = current.map(|flow| flow.view(expires_at, refresh_at));
        let closing = self.closing.iter().map(|flow| flow.view(None, None));
        LineView {
            state,
            verified,
            callable: self.callable,
            testing: self.self_test.is_some(),
            flows: current.chain(closing).collect(),
            bindings: self.bindings.clone(),
            last_rebind: self.last_rebind.clone(),
            under_way,
            failure,
        }
    }

    fn state(&self) -> (LineState, Option<Failure>) {
        match &self.phase {
            Phase::Idle => match (&self.network, &self.password) {
                (Network::Offline, _) => (LineState::Offline, Some(Failure::NoNetwork)),
                (_, Password::Failed(failure)) => {
                    (LineState::WaitingForSecret, Some(Failure::Secret(*failure)))
                }
                _ => (LineState::Registering, None),
            },
            Phase::Opening { round } | Phase::Registering { round, .. } => {
                match self.asking_since() {
                    Some(since) => (LineState::Rejected, Some(Failure::Elsewhere { since })),
                    None => (LineState::Registering, round.after.clone()),
                }
            }
            Phase::Elsewhere { since, .. } => (
                LineState::Rejected,
                Some(Failure::Elsewhere { since: *since }),
            ),
            Phase::Bound(bound) | Phase::Refreshing { bound, .. } => (
                LineState::Registered,
                (!bound.verified).then_some(Failure::NotVerified),
            ),
            Phase::Waiting { until, failure } => (
                LineState::WaitingToRetry { until: *until },
                Some(failure.clone()),
            ),
            Phase::Rejected { failure } => (LineState::Rejected, Some(failure.clone())),
            Phase::Leaving { .. } => (LineState::Unregistering, None),
            Phase::Off if self.target == Target::Asleep => (LineState::Offline, None),
            Phase::Off => (LineState::Paused, None),
        }
    }

    pub(crate) fn save(&mut self) {
        self.outputs.push_back(Output::Save(self.identity.clone()));
    }

    pub(crate) fn abandon(&mut self, attempt: &Attempt) {
        self.outputs.push_back(Output::Abandon { id: attempt.id });
    }

    pub(crate) fn drop_self_test(&mut self) {
        if let Some(test) = self.self_test.take() {
            self.abandon(&test.attempt);
        }
    }

    pub(crate) fn close(&mut self, flow: Option<Flow>) {
        if let Some(flow) = flow {
            self.outputs.push_back(Output::CloseFlow { flow: flow.id });
        }
    }

    /// The interface that the line is bound over.
    pub(crate) fn bound_interface(&self) -> Option<String> {
        self.flow
            .iter()
            .chain(self.closing.iter())
            .find(|flow| matches!(flow.state, FlowState::Active | FlowState::Closing))
            .map(|flow| flow.path.interface.clone())
    }

    /// What a change of network is the cause of: before anything was ever bound, it is only the start.
    pub(crate) fn change_cause(&self) -> Cause {
        if self.last_rebind.is_none() {
            Cause::Start
        } else {
            Cause::NetworkChanged
        }
    }

    pub(crate) fn new_round(&self, cause: Cause, since: Instant) -> Round {
        Round::new(cause, since, self.bound_interface())
    }
}
