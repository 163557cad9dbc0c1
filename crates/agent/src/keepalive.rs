//! Keeping the way open: an OPTIONS to the registrar now and then.
//!
//! Any final answer is a pong. A NAT forgets a UDP mapping after about 30 s of silence; CRLF gets no pong over UDP (RFC 5626
//! §3.5.1 is for streams), and STUN needs an agreement (RFC 6223). An answer that shows another public address means that the NAT
//! gave us a new mapping, and that the registrar's copy of the old one leads nowhere.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_endpoint::RequestId;
use bellhop_sip::{Method, Response};
use rand::RngExt;

use crate::agent::Agent;
use crate::attempt::{Attempt, Credentials};
use crate::flow::seen_from;
use crate::phase::Phase;
use crate::register::outside_dialog;
use crate::view::Cause;

/// RFC 5626 §4.4.2: between 24 and 29 s, below the common 30 s of a UDP mapping.
const SHORTEST: Duration = Duration::from_secs(24);
/// The upper end of that.
const LONGEST: Duration = Duration::from_secs(29);

/// The keep-alive of a bound flow.
#[derive(Clone, Debug)]
pub(crate) enum KeepAlive {
    /// There is nothing between us and the registrar that could forget.
    Unneeded,
    /// The next one leaves then.
    Idle { next: Instant },
    /// One is on its way.
    Asked { attempt: Attempt },
    /// A fetch is on its way in its place.
    Fetching { attempt: Attempt },
}

/// What is known of a registrar's pongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pongs {
    /// Nothing was asked yet.
    Untried,
    /// It answers OPTIONS: silence means that the way is broken.
    Come,
    /// It takes REGISTER and never answered an OPTIONS: silence means nothing, and the OPTIONS only keeps the NAT's mapping.
    NeverCame,
}

impl KeepAlive {
    /// The first one of a flow to this registrar.
    pub(crate) fn start(now: Instant, registrar: SocketAddr, rng: &mut impl rand::Rng) -> Self {
        if registrar.ip().is_loopback() {
            Self::Unneeded
        } else {
            Self::Idle {
                next: now + rng.random_range(SHORTEST..=LONGEST),
            }
        }
    }

    pub(crate) fn due(&self) -> Option<Instant> {
        match self {
            Self::Idle { next } => Some(*next),
            Self::Unneeded | Self::Asked { .. } | Self::Fetching { .. } => None,
        }
    }

    /// What is on its way.
    pub(crate) fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Asked { attempt } | Self::Fetching { attempt } => Some(attempt),
            Self::Unneeded | Self::Idle { .. } => None,
        }
    }
}

impl Agent {
    /// Sends one OPTIONS to the registrar over the flow in use.
    pub(crate) fn send_keepalive(&mut self, now: Instant) {
        let Some(flow) = self.flow.as_ref().map(|flow| flow.id) else {
            return;
        };
        let call_id = self.side_call_id("keepalive");
        let cseq = self.side_cseq();
        let request = outside_dialog(
            &self.config,
            Method::Options,
            self.config.registrar.clone(),
            &call_id,
            &self.tag,
            cseq,
        );
        let attempt = self.send(now, flow, request, Credentials::None, 0);
        if let Phase::Bound(bound) = &mut self.phase {
            bound.keepalive = KeepAlive::Asked { attempt };
        }
    }

    /// The pong, or the lack of it, is dealt with: the next one is due later.
    pub(crate) fn rest_keepalive(&mut self, now: Instant) {
        let Some(registrar) = self.flow.as_ref().map(|flow| flow.path.registrar) else {
            return;
        };
        let next = KeepAlive::start(now, registrar, &mut self.rng);
        if let Phase::Bound(bound) | Phase::Refreshing { bound, .. } = &mut self.phase {
            bound.keepalive = next;
        }
    }

    pub(crate) fn on_pong(&mut self, now: Instant, attempt: &Attempt, response: &Response) {
        self.pongs = Pongs::Come;
        if let Some(measured) = attempt.round_trip(now) {
            self.round_trips.add(measured);
        }
        if self.nat_moved(response) {
            self.start(now, Cause::NatMoved, now);
        } else {
            self.rest_keepalive(now);
        }
    }

    /// Whether the answer shows another public address than the one that the registrar was told from.
    pub(crate) fn nat_moved(&self, response: &Response) -> bool {
        self.flow.as_ref().is_some_and(|flow| {
            let seen = seen_from(response, flow.local);
            matches!((flow.public, seen), (Some(before), Some(seen)) if before != seen)
        })
    }

    /// Nobody answered. The first time the binding is made anew over a new flow, which tells a broken way from a registrar that
    /// ignores OPTIONS.
    pub(crate) fn on_missing_pong(&mut self, now: Instant) {
        match self.pongs {
            Pongs::NeverCame => self.rest_keepalive(now),
            Pongs::Untried | Pongs::Come => {
                self.hearing.silence();
                if self.pongs == Pongs::Untried {
                    self.pongs = Pongs::NeverCame;
                }
                self.start(now, Cause::RefreshFailed, now);
            }
        }
    }

    /// The keep-alive on its way, if this is its id.
    pub(crate) fn keepalive(&self, id: RequestId) -> Option<KeepAlive> {
        match &self.phase {
            Phase::Bound(bound) | Phase::Refreshing { bound, .. } => {
                let asked = bound.keepalive.attempt().is_some_and(|it| it.id == id);
                asked.then(|| bound.keepalive.clone())
            }
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Registering { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => None,
        }
    }
}
