//! What is, for everyone who shows it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_endpoint::FlowId;

use crate::output::SecretFailure;

/// All that there is to know about a line. Comparable, so that only a change is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineView {
    /// The state.
    pub state: LineState,
    /// Our Contact was seen in the registrar's last 200.
    pub verified: bool,
    /// What proof there is that calls arrive.
    pub callable: Callable,
    /// A self test is on its way. Where it ends without [`Proof::SelfRequest`], somebody else answered it.
    pub testing: bool,
    /// The flow in use, and the one it replaces while that is still open.
    pub flows: Vec<FlowView>,
    /// All bindings that the registrar reported last.
    pub bindings: Vec<BindingView>,
    /// The last time the line was bound anew.
    pub last_rebind: Option<Rebind>,
    /// What it is being bound anew for, while no binding is known to stand.
    pub under_way: Option<UnderWay>,
    /// What is wrong, if something is: of a line that is registering, what was wrong when it was tried last.
    pub failure: Option<Failure>,
}

/// The state of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// No network.
    Offline,
    /// A REGISTER is on its way and no binding is known to stand.
    Registering,
    /// The registrar holds our binding.
    Registered,
    /// It did not work; the next try is at this time.
    WaitingToRetry {
        /// When.
        until: Instant,
    },
    /// The password is not to be had yet.
    WaitingForSecret,
    /// The company refused; only a person can change that.
    Rejected,
    /// On the way to paused or gone.
    Unregistering,
    /// Off by request.
    Paused,
}

/// Proof that calls arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callable {
    /// Of which kind.
    pub proof: Proof,
    /// Since when, for the kinds that have an instant.
    pub at: Option<Instant>,
}

/// The levels of proof, strongest first. Only the first two mean callable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Our own request came back through the company on our flow.
    SelfRequest,
    /// The company reached us on this flow.
    InboundSeen,
    /// The registrar says that it holds our binding: no proof.
    BindingOnly,
    /// Nothing.
    None,
}

/// One flow to the registrar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowView {
    /// Its name.
    pub id: FlowId,
    /// The interface it is bound to.
    pub interface: String,
    /// Our end, once the socket is open.
    pub local: Option<SocketAddr>,
    /// Our end as the registrar sees it.
    pub public: Option<SocketAddr>,
    /// The other end.
    pub registrar: SocketAddr,
    /// The Contact URI bound over it.
    pub contact: Option<String>,
    /// When the binding ends unless refreshed.
    pub expires_at: Option<Instant>,
    /// When it is refreshed, unless something happens before.
    pub refresh_at: Option<Instant>,
    /// The last round trip measured without a retransmission (Karn's rule).
    pub rtt: Option<Duration>,
    /// Its state.
    pub state: FlowState,
}

/// The state of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowState {
    /// No answer yet.
    Opening,
    /// The registrar answered over it.
    Active,
    /// It could not be opened, or nobody answers.
    Failed,
    /// It is being replaced.
    Closing,
}

/// One binding as the registrar reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingView {
    /// The Contact URI.
    pub contact: String,
    /// When it ends.
    pub expires_at: Instant,
    /// It is ours, of now or of before.
    pub mine: bool,
}

/// How the line was bound anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebind {
    /// When the registrar's answer came.
    pub at: Instant,
    /// Why.
    pub cause: Cause,
    /// From the cause to the answer.
    pub took: Duration,
    /// Requests it took.
    pub round_trips: u32,
}

/// A line that is being bound anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Why.
    pub cause: Cause,
    /// When that was.
    pub since: Instant,
}

/// Why a line is bound anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The engine started.
    Start,
    /// An address or a route changed.
    NetworkChanged,
    /// The machine slept.
    Wake,
    /// A refresh or a keep-alive got no answer.
    RefreshFailed,
    /// The NAT gave us another public address.
    NatMoved,
    /// The registrar no longer lists our binding.
    RegistrarForgot,
    /// A person asked.
    Command,
    /// The line was paused.
    Resume,
}

/// What is wrong with a line, as data: whose fault it is and what to do is said by whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No network.
    NoNetwork,
    /// The registrar's name has no address.
    Unresolved {
        /// The resolver's reason.
        why: String,
    },
    /// The registrar is silent.
    NoAnswer {
        /// The address asked.
        registrar: SocketAddr,
    },
    /// The registrar answered before and has been silent since, on a network that did not change: perhaps it shuts this address out.
    PerhapsBanned {
        /// The address asked.
        registrar: SocketAddr,
    },
    /// The registrar has a problem of its own (408, 5xx and the like).
    ServerError {
        /// The status.
        status: u16,
        /// The reason phrase.
        reason: String,
    },
    /// The company refused the password.
    WrongPassword,
    /// The company does not accept this line (403).
    Forbidden {
        /// The status.
        status: u16,
    },
    /// The company does not know this line (404, 410, 604).
    UnknownLine {
        /// The status.
        status: u16,
    },
    /// Another final refusal.
    Refused {
        /// The status.
        status: u16,
        /// The reason phrase.
        reason: String,
    },
    /// The registrar challenges for ever.
    ChallengeLoop,
    /// No algorithm or qop that we can answer.
    UnsupportedChallenge,
    /// The challenge is for another realm than the one pinned: the password stays here.
    RealmChanged {
        /// The realm pinned.
        pinned: String,
        /// The realm offered.
        offered: String,
    },
    /// No password.
    Secret(SecretFailure),
    /// A socket could not be opened.
    FlowFailed {
        /// The system's reason.
        why: String,
    },
    /// The registrar said 200 twice without listing our Contact.
    NotVerified,
    /// Another phone took the number, which is for one phone only.
    Elsewhere {
        /// When that was noticed.
        since: Instant,
    },
}
