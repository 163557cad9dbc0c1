//! From a change to a REGISTER: at once, on the leading edge.
//!
//! What is in flight is abandoned, the new flow opens, and the REGISTER leaves in the same turn. There is no settle timer: a second
//! change while the first is being dealt with does the same again.

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_endpoint::FlowId;

use crate::agent::Agent;
use crate::attempt::{Credentials, Form, Round};
use crate::config::{Network, Path};
use crate::flow::Flow;
use crate::identity::OldContact;
use crate::output::Output;
use crate::password::Password;
use crate::phase::{Phase, Target};
use crate::register::{Contacts, contact_uri, shapes};
use crate::view::{Cause, Failure, FlowState};

impl Agent {
    /// The network as it is now. The same as before is no news.
    pub fn handle_network_change(&mut self, now: Instant, network: Network) {
        let was_offline = self.network == Network::Offline;
        let before = std::mem::replace(&mut self.network, network);
        if before == self.network {
            return;
        }
        match &self.phase {
            Phase::Off => {}
            // A refusal is about who we are, not about where.
            Phase::Rejected { .. } => {}
            Phase::Leaving { .. } => {
                if !self.flow_still_leads() {
                    self.leave(now);
                }
            }
            Phase::Elsewhere { .. } => {
                if matches!(self.network, Network::Paths(_)) && !self.flow_still_leads() {
                    self.look(now);
                }
            }
            Phase::Idle => self.start(now, self.change_cause(), now),
            // Name servers rotate their answers: the same ways in another order are no reason to break off a wait.
            Phase::Waiting { .. } if !self.network.offers_more_than(&before) => {}
            Phase::Waiting { .. } => {
                self.backoff.reset();
                self.hearing.forgive();
                self.start(now, self.change_cause(), now);
            }
            Phase::Opening { .. }
            | Phase::Registering { .. }
            | Phase::Bound(_)
            | Phase::Refreshing { .. } => {
                if let Some(since) = self.asking_since() {
                    if !self.flow_still_leads() {
                        self.give_way(now, since);
                        self.look(now);
                    }
                } else if was_offline || !self.flow_still_leads() {
                    self.backoff.reset();
                    self.hearing.forgive();
                    self.start(now, self.change_cause(), now);
                }
            }
        }
    }

    /// The flow asked for by [`Output::OpenFlow`] is open (with our end's address), or could not be opened.
    pub fn handle_flow_opened(
        &mut self,
        now: Instant,
        id: FlowId,
        result: Result<SocketAddr, String>,
    ) {
        let Some(flow) = self.flow.as_mut().filter(|flow| flow.id == id) else {
            return;
        };
        match (std::mem::replace(&mut self.phase, Phase::Idle), result) {
            (Phase::Opening { round }, Ok(local)) => {
                flow.local = Some(local);
                flow.contact = contact_uri(&self.identity.contact_user, local).parse().ok();
                if let Some(contact) = &flow.contact {
                    self.identity.remember(&contact.to_string());
                }
                self.send_register(now, round, Credentials::Cached, 0);
                self.save();
            }
            (Phase::Opening { round }, Err(why)) => {
                self.flow = None;
                self.try_next(now, round, Failure::FlowFailed { why }, None);
            }
            (other, _) => self.phase = other,
        }
    }

    /// Begins a new effort to be bound, whatever is in flight.
    pub(crate) fn start(&mut self, now: Instant, cause: Cause, since: Instant) {
        let round = self.new_round(cause, since);
        self.abandon_all();
        self.no_proof();
        self.path_index = 0;
        match (&self.network, &self.password) {
            (Network::Offline, _) => {
                self.close_all();
                self.phase = Phase::Idle;
            }
            (Network::Unresolved { why }, _) => {
                let failure = Failure::Unresolved { why: why.clone() };
                self.close_all();
                self.wait(now, failure, None);
            }
            (Network::Paths(_), Password::Known(_)) => self.open(now, round),
            (
                Network::Paths(_),
                Password::Unknown | Password::Asked { .. } | Password::Failed(_),
            ) => {
                self.phase = Phase::Idle;
            }
        }
    }

    /// Opens a flow over the path at hand; the REGISTER follows when the engine says that it is open.
    pub(crate) fn open(&mut self, now: Instant, round: Round) {
        let Some(path) = self.path() else {
            self.phase = Phase::Idle;
            return;
        };
        self.retire_flow();
        if !path.is_bindable() {
            let why = format!(
                "{} has no address that the registrar could reach",
                path.interface
            );
            self.try_next(now, round, Failure::FlowFailed { why }, None);
            return;
        }
        let id = self.next_flow_id();
        self.outputs.push_back(Output::OpenFlow {
            flow: id,
            path: path.clone(),
        });
        self.flow = Some(Flow::opening(id, path));
        self.phase = Phase::Opening { round };
    }

    /// Sends the REGISTER of a round over the flow in use.
    pub(crate) fn send_register(
        &mut self,
        now: Instant,
        mut round: Round,
        credentials: Credentials,
        challenges: u32,
    ) {
        let contacts = match round.form {
            Form::Alone | Form::SecondLook => Contacts::Bind,
            Form::Combined => Contacts::BindAndRemove(self.old_shapes()),
            Form::Ask { .. } => Contacts::Ask,
        };
        let Some(attempt) = self.register(now, &contacts, credentials, challenges) else {
            self.phase = Phase::Idle;
            return;
        };
        round.requests += 1;
        self.phase = match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Refreshing { bound, .. } | Phase::Bound(bound) => Phase::Refreshing {
                bound,
                round,
                attempt,
            },
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Registering { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => Phase::Registering { round, attempt },
        };
    }

    /// Every shape in which the registrar may hold a Contact of ours other than the one in use.
    fn old_shapes(&self) -> Vec<String> {
        self.old_contacts()
            .flat_map(|old| {
                shapes(
                    &old.uri,
                    &self.identity.contacts,
                    &self.identity.contact_user,
                )
            })
            .collect()
    }

    /// Contacts of ours other than the one in use.
    pub(crate) fn old_contacts(&self) -> impl Iterator<Item = &OldContact> {
        let current = self.flow.as_ref().and_then(|flow| flow.contact.as_ref());
        let current = current.map(ToString::to_string);
        let old = self.identity.contacts.iter();
        old.filter(move |old| Some(&old.uri) != current.as_ref())
    }

    /// It did not work over this path: over the next at once, or after a while over the first.
    pub(crate) fn try_next(
        &mut self,
        now: Instant,
        round: Round,
        failure: Failure,
        retry_after: Option<std::time::Duration>,
    ) {
        let more = match &self.network {
            Network::Paths(paths) => self.path_index + 1 < paths.len(),
            Network::Offline | Network::Unresolved { .. } => false,
        };
        if let (false, Form::Ask { since }) = (more, round.form) {
            self.give_way(now, since);
        } else if more {
            self.path_index += 1;
            self.abandon_all();
            self.open(now, round);
        } else {
            self.path_index = 0;
            self.wait(now, failure, retry_after);
        }
    }

    /// Waits before the next try.
    pub(crate) fn wait(
        &mut self,
        now: Instant,
        failure: Failure,
        retry_after: Option<std::time::Duration>,
    ) {
        self.abandon_all();
        self.no_proof();
        if let Some(flow) = &mut self.flow {
            flow.state = FlowState::Failed;
        }
        let until = now + self.backoff.fail(retry_after, &mut self.rng);
        self.phase = Phase::Waiting { until, failure };
    }

    /// The wait is over.
    pub(crate) fn retry(&mut self, now: Instant) {
        let Phase::Waiting { failure, .. } = &self.phase else {
            return;
        };
        // The name may have moved: ask for it anew in parallel, whatever went wrong.
        self.outputs.push_back(Output::Resolve);
        if let Network::Unresolved { .. } = self.network {
            let failure = failure.clone();
            self.wait(now, failure, None);
        } else {
            let failure = failure.clone();
            let cause = if self.last_rebind.is_none() {
                Cause::Start
            } else {
                Cause::RefreshFailed
            };
            self.start(now, cause, now);
            if let Phase::Opening { round } | Phase::Registering { round, .. } = &mut self.phase {
                round.after = Some(failure);
            }
        }
    }

    /// Abandons everything in flight.
    pub(crate) fn abandon_all(&mut self) {
        self.drop_self_test();
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Registering { attempt, .. } | Phase::Leaving { attempt, .. } => {
                self.abandon(&attempt);
            }
            Phase::Bound(bound) => self.abandon_bound(&bound),
            Phase::Refreshing { bound, attempt, .. } => {
                self.abandon(&attempt);
                self.abandon_bound(&bound);
            }
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Off => {}
        }
    }

    fn abandon_bound(&mut self, bound: &crate::phase::Bound) {
        if let Some(attempt) = bound.keepalive.attempt() {
            self.abandon(attempt);
        }
        if let Some(cleanup) = &bound.cleanup {
            self.abandon(&cleanup.attempt);
        }
    }

    pub(crate) fn close_all(&mut self) {
        let flow = self.flow.take();
        let closing = self.closing.take();
        self.close(flow);
        self.close(closing);
    }

    /// A flow that carried a binding stays open until the new one does; any other is closed at once.
    fn retire_flow(&mut self) {
        match self.flow.take() {
            Some(mut flow) if flow.state == FlowState::Active => {
                flow.state = FlowState::Closing;
                let older = self.closing.replace(flow);
                self.close(older);
            }
            flow => self.close(flow),
        }
    }

    fn path(&self) -> Option<Path> {
        match &self.network {
            Network::Paths(paths) => paths.get(self.path_index).or(paths.first()).cloned(),
            Network::Offline | Network::Unresolved { .. } => None,
        }
    }

    /// Whether the flow in use is still the way to its registrar address.
    pub(crate) fn flow_still_leads(&self) -> bool {
        match (&self.network, &self.flow) {
            (Network::Paths(paths), Some(flow)) => paths.contains(&flow.path),
            _ => false,
        }
    }

    /// Whether there is anything to unregister over, and a wish to.
    pub(crate) fn may_still_send(&self) -> bool {
        self.target != Target::Registered && matches!(self.network, Network::Paths(_))
    }
}
