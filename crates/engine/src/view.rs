//! From what the machines know to what is shown: a line's view as the contract writes it, and failures as sentences.

use std::time::Duration;

use bellhop_agent as agent;
use bellhop_agent::{Failure, LineView, SecretFailure};
use bellhop_control::error::{Code, Error};
use bellhop_control::snapshot::{
    Binding, Callable, Cause, Flow, FlowState, Interface, InterfaceKind, Line, LineState, Network,
    Proof, Rebind, UnderWay,
};
use bellhop_netwatch as netwatch;

use crate::clock::WallClock;
use crate::config::LineSettings;

/// The line as everybody sees it.
pub(crate) fn line(settings: &LineSettings, view: &LineView, clock: &WallClock) -> Line {
    Line {
        id: settings.id.clone(),
        aor: settings.aor.clone(),
        registrar: Some(settings.registrar_host.clone()),
        demo: settings.is_demo(),
        state: state(view.state),
        verified: view.verified,
        callable: Callable {
            proof: proof(view.callable.proof),
            at: view.callable.at.map(|at| clock.at(at)),
        },
        flows: view.flows.iter().map(|it| flow(it, clock)).collect(),
        bindings: view
            .bindings
            .iter()
            .map(|it| Binding {
                contact: it.contact.clone(),
                expires_at: clock.at(it.expires_at),
                mine: it.mine,
            })
            .collect(),
        last_rebind: view.last_rebind.as_ref().map(|it| Rebind {
            at: clock.at(it.at),
            cause: cause(it.cause),
            took_ms: milliseconds(it.took),
            round_trips: it.round_trips,
        }),
        under_way: view.under_way.map(|it| UnderWay {
            cause: cause(it.cause),
            since: clock.at(it.since),
        }),
        retry_at: if let agent::LineState::WaitingToRetry { until } = view.state {
            Some(clock.at(until))
        } else {
            None
        },
        error: view.failure.as_ref().map(|it| {
            let mut error = failure(settings, view, it);
            if let Failure::Elsewhere { since } = it {
                let since = ("at".to_owned(), clock.at(*since).to_string());
                error.params.extend([since]);
            }
            error
        }),
    }
}

/// The networks as everybody sees them: interfaces with an address.
pub(crate) fn network(networks: &netwatch::Networks) -> Network {
    Network {
        online: networks.online(),
        interfaces: networks
            .interfaces
            .iter()
            .filter(|it| !it.addresses.is_empty())
            .map(|it| Interface {
                name: it.name.clone(),
                kind: kind(it.kind),
                addresses: it.addresses.iter().map(ToString::to_string).collect(),
                default_route: it.default_route,
            })
            .collect(),
        home: None,
    }
}

/// What people call an interface.
pub(crate) fn network_name(name: &str, known: Option<netwatch::InterfaceKind>) -> String {
    let kind = known.map_or(InterfaceKind::Other, kind);
    bellhop_control::face::network_name(name, kind).to_owned()
}

/// The sentence for a failure of a line.
pub(crate) fn failure(settings: &LineSettings, view: &LineView, failure: &Failure) -> Error {
    let registrar = ("registrar", settings.registrar_host.clone());
    let aor = ("aor", settings.number().to_owned());
    let status = |status: &u16| ("status", status.to_string());
    match failure {
        Failure::NoNetwork => Error::plain(Code::NoNetwork),
        Failure::Unresolved { .. } => Error::new(Code::RegistrarUnresolved, [registrar]),
        Failure::NoAnswer { .. } => Error::new(Code::RegistrarSilent, [registrar]),
        Failure::PerhapsBanned { .. } => Error::new(Code::RegistrarStoppedAnswering, [registrar]),
        Failure::ServerError { status: code, .. } if *code == 408 => {
            Error::new(Code::RegistrarSilent, [registrar])
        }
        Failure::ServerError { status: code, .. } => {
            Error::new(Code::RegistrarError, [registrar, status(code)])
        }
        Failure::WrongPassword => Error::new(
            Code::PasswordRefused,
            [("user", settings.agent.auth_username.clone())],
        ),
        Failure::Forbidden { status: code } => Error::new(Code::Forbidden, [aor, status(code)]),
        Failure::UnknownLine { status: code } => {
            Error::new(Code::UnknownNumber, [aor, status(code)])
        }
        Failure::Refused { status: code, .. } => {
            Error::new(Code::OtherStatus, [registrar, status(code)])
        }
        Failure::ChallengeLoop => Error::new(Code::ChallengeLoop, [registrar]),
        Failure::UnsupportedChallenge => Error::new(Code::ChallengeUnsupported, [registrar]),
        Failure::RealmChanged { .. } => Error::new(Code::RealmChanged, [registrar]),
        Failure::Secret(failure) => secret(settings.number(), *failure),
        Failure::FlowFailed { why } => {
            let interface = view
                .flows
                .first()
                .map_or_else(|| "this network".to_owned(), |flow| flow.interface.clone());
            Error::new(
                Code::FlowFailed,
                [("interface", interface), ("why", why.clone())],
            )
        }
        Failure::NotVerified => Error::new(Code::NotVerified, [registrar]),
        Failure::Elsewhere { .. } => Error::plain(Code::RegisteredElsewhere),
    }
}

/// The sentence for a password that is not to be had.
pub(crate) fn secret(aor: &str, failure: SecretFailure) -> Error {
    match failure {
        SecretFailure::Missing => Error::new(Code::SecretMissing, [("aor", aor)]),
        SecretFailure::Locked => Error::plain(Code::SecretLocked),
        SecretFailure::Unavailable => Error::plain(Code::SecretUnavailable),
        SecretFailure::Unreadable => Error::new(Code::SecretUnreadable, [("aor", aor)]),
    }
}

pub(crate) fn state(state: agent::LineState) -> LineState {
    match state {
        agent::LineState::Offline => LineState::Offline,
        agent::LineState::Registering => LineState::Registering,
        agent::LineState::Registered => LineState::Registered,
        agent::LineState::WaitingToRetry { .. } => LineState::WaitingToRetry,
        agent::LineState::WaitingForSecret => LineState::WaitingForSecret,
        agent::LineState::Rejected => LineState::Rejected,
        agent::LineState::Unregistering => LineState::Unregistering,
        agent::LineState::Paused => LineState::Paused,
    }
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn flow(flow: &agent::FlowView, clock: &WallClock) -> Flow {
    Flow {
        interface: flow.interface.clone(),
        local: flow.local.map(|it| it.to_string()),
        public: flow.public.map(|it| it.to_string()),
        registrar: flow.registrar.to_string(),
        transport: "udp".into(),
        contact: flow.contact.clone(),
        reg_id: None,
        expires_at: flow.expires_at.map(|at| clock.at(at)),
        refresh_at: flow.refresh_at.map(|at| clock.at(at)),
        rtt_ms: flow.rtt.map(milliseconds),
        state: match flow.state {
            agent::FlowState::Opening => FlowState::Opening,
            agent::FlowState::Active => FlowState::Active,
            agent::FlowState::Failed => FlowState::Failed,
            agent::FlowState::Closing => FlowState::Closing,
        },
    }
}

fn proof(proof: agent::Proof) -> Proof {
    match proof {
        agent::Proof::SelfRequest => Proof::SelfRequest,
        agent::Proof::InboundSeen => Proof::InboundSeen,
        agent::Proof::BindingOnly => Proof::BindingOnly,
        agent::Proof::None => Proof::None,
    }
}

fn cause(cause: agent::Cause) -> Cause {
    match cause {
        agent::Cause::Start => Cause::Start,
        agent::Cause::NetworkChanged => Cause::NetworkChanged,
        agent::Cause::Wake => Cause::Wake,
        agent::Cause::RefreshFailed => Cause::RefreshFailed,
        agent::Cause::NatMoved => Cause::NatMoved,
        agent::Cause::RegistrarForgot => Cause::RegistrarForgot,
        agent::Cause::Command => Cause::Command,
        agent::Cause::Resume => Cause::Resume,
    }
}

fn kind(kind: netwatch::InterfaceKind) -> InterfaceKind {
    match kind {
        netwatch::InterfaceKind::Wifi => InterfaceKind::Wifi,
        netwatch::InterfaceKind::Ethernet => InterfaceKind::Ethernet,
        netwatch::InterfaceKind::Mobile => InterfaceKind::Mobile,
        netwatch::InterfaceKind::Vpn => InterfaceKind::Vpn,
        netwatch::InterfaceKind::Loopback => InterfaceKind::Loopback,
        netwatch::InterfaceKind::Other => InterfaceKind::Other,
    }
}
