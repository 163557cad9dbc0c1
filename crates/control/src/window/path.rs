//! The places that a call passes between registrar and phone, and at which of them it ends.

use std::net::{IpAddr, SocketAddr};

use crate::catalogue::{clean, text};
use crate::error::{Code, Error, Whose};
use crate::face::network_name;
use crate::snapshot::{Flow, Interface, InterfaceKind, Line, LineState, Network, Snapshot};

use super::{Station, StationKind, StationState};

pub(super) fn of(line: &Line, snapshot: &Snapshot) -> Vec<Station> {
    let flow = line.flows.first();
    let broken = broken(line);
    let station = |kind, name, detail| Station {
        kind,
        name,
        detail,
        state: state(kind, line, broken),
        why: why(kind, line, broken),
    };
    let mut path = vec![phone(snapshot)];
    path.push(station(
        StationKind::Laptop,
        text("station-laptop", &[]),
        here(flow, &snapshot.network),
    ));
    // A registrar on this very machine is reached over nothing.
    if !flow.is_some_and(|flow| is_local(&flow.registrar)) {
        let public = flow.and_then(|flow| flow.public.as_deref());
        path.push(station(
            StationKind::Internet,
            text("station-internet", &[]),
            public.map(clean),
        ));
    }
    let address = flow.map(|flow| flow.registrar.as_str());
    path.push(station(
        StationKind::Registrar,
        clean(line.registrar.as_deref().or(address).unwrap_or_default()),
        flow.map(|flow| {
            let values = [
                ("transport", flow.transport.as_str()),
                ("address", flow.registrar.as_str()),
            ];
            text("station-registrar", &values)
        }),
    ));
    path
}

/// The phones at home are no part of a line: nothing that goes wrong there is the line's.
fn phone(snapshot: &Snapshot) -> Station {
    let ready = snapshot.home.devices.iter().find(|device| device.online);
    let (state, why) = match ready {
        Some(_) => (StationState::Good, None),
        None if snapshot.home.devices.is_empty() => (StationState::Unknown, None),
        None => (StationState::Broken, Some(text("station-no_phone", &[]))),
    };
    Station {
        kind: StationKind::Phone,
        name: text("station-phone", &[]),
        detail: ready.map(|device| clean(&device.name)),
        state,
        why,
    }
}

/// "Wi-Fi · 192.168.1.23".
fn here(flow: Option<&Flow>, network: &Network) -> Option<String> {
    let interface = |name: &str| network.interfaces.iter().find(|known| known.name == name);
    let (name, kind, address) = match flow {
        Some(flow) => (
            flow.interface.as_str(),
            interface(&flow.interface).map_or(InterfaceKind::Other, |known| known.kind),
            flow.local.as_deref().and_then(ip).map(|ip| ip.to_string()),
        ),
        None => {
            let used = network
                .interfaces
                .iter()
                .find(|known| known.default_route)?;
            (used.name.as_str(), used.kind, first_address(used))
        }
    };
    let name = network_name(name, kind);
    Some(match address {
        Some(address) => text("station-here", &[("network", name), ("address", &address)]),
        None => clean(name),
    })
}

fn first_address(interface: &Interface) -> Option<String> {
    let first = interface.addresses.first()?;
    Some(first.split('/').next().unwrap_or(first).to_owned())
}

fn ip(address: &str) -> Option<IpAddr> {
    address
        .parse::<SocketAddr>()
        .ok()
        .map(|address| address.ip())
}

fn is_local(address: &str) -> bool {
    ip(address).is_some_and(|ip| ip.is_loopback())
}

/// The station that the error of a line is about, if it has one.
fn broken(line: &Line) -> Option<(StationKind, &Error)> {
    let error = line.error.as_ref()?;
    let registrar = error.whose == Whose::Registrar
        || matches!(
            error.code,
            Code::RegistrarSilent | Code::PasswordRefused | Code::RegisteredElsewhere
        );
    // The rest is here: the network, the keyring, the config, Bellhop itself, and what a newer engine finds.
    let kind = match error.code == Code::RegistrarUnresolved {
        true => StationKind::Internet,
        false if registrar => StationKind::Registrar,
        false => StationKind::Laptop,
    };
    Some((kind, error))
}

fn is_silence(error: &Error) -> bool {
    matches!(
        error.code,
        Code::RegistrarSilent | Code::RegistrarStoppedAnswering
    )
}

fn state(kind: StationKind, line: &Line, broken: Option<(StationKind, &Error)>) -> StationState {
    use StationKind::{Internet, Laptop, Phone, Registrar};
    match (kind, broken) {
        (_, Some((at, _))) if at == kind => StationState::Broken,
        // Whoever refused has been reached; who is silent may not have been.
        (Laptop, Some((Internet | Registrar, _))) => StationState::Good,
        (Internet, Some((Registrar, error))) if !is_silence(error) => StationState::Good,
        (Phone | Laptop | Internet | Registrar, Some(_)) => StationState::Unknown,
        (Laptop, None) if line.state == LineState::Offline => StationState::Broken,
        (_, None) if line.state == LineState::Registered => StationState::Good,
        (Laptop, None) if line.flows.first().is_some_and(|it| it.local.is_some()) => {
            StationState::Good
        }
        (Phone | Laptop | Internet | Registrar, None) => StationState::Unknown,
    }
}

fn why(kind: StationKind, line: &Line, broken: Option<(StationKind, &Error)>) -> Option<String> {
    match broken {
        Some((at, error)) => (at == kind).then(|| error.message.clone()),
        None => (kind == StationKind::Laptop && line.state == LineState::Offline)
            .then(|| text("second-offline", &[])),
    }
}
