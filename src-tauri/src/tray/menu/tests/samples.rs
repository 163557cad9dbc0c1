//! Lines and what they are on.

use bellhop_control::error::{Code, Error};
use bellhop_control::snapshot::{
    Binding, Cause, Flow, FlowState, Interface, InterfaceKind, Rebind,
};
use time::UtcOffset;

use super::super::*;

pub(super) fn at(time: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-11-23T{time}Z")).unwrap()
}

pub(super) fn here() -> Here {
    Here {
        now: at("14:02:00"),
        offset: UtcOffset::UTC,
    }
}

pub(super) fn line(user: &str, state: LineState) -> Line {
    Line {
        registrar: Some("pbx.example.com".into()),
        ..Line::new(user, &format!("sip:{user}@example.com"), state)
    }
}

pub(super) fn registered() -> Line {
    Line {
        flows: vec![Flow {
            interface: "wlan0".into(),
            local: Some("192.168.1.23:40000".into()),
            public: Some("203.0.113.7:40112".into()),
            registrar: "198.51.100.5:5060".into(),
            transport: "udp".into(),
            contact: Some("sip:tina@203.0.113.7:40112;ob".into()),
            reg_id: None,
            expires_at: Some(at("14:54:30")),
            refresh_at: None,
            rtt_ms: Some(12),
            state: FlowState::Active,
        }],
        bindings: vec![
            Binding {
                contact: "sip:tina@203.0.113.7:40112;ob".into(),
                expires_at: at("14:54:30"),
                mine: true,
            },
            Binding {
                contact: "sip:tina@198.51.100.9:5060".into(),
                expires_at: at("14:40:00"),
                mine: false,
            },
        ],
        last_rebind: Some(Rebind {
            at: at("13:58:00"),
            cause: Cause::NetworkChanged,
            took_ms: 31,
            round_trips: 1,
        }),
        ..line("tina", LineState::Registered)
    }
}

pub(super) fn troubled(
    user: &str,
    state: LineState,
    code: Code,
    values: &[(&'static str, &str)],
) -> Line {
    Line {
        error: Some(Error::new(code, values.iter().copied())),
        ..line(user, state)
    }
}

pub(super) fn refused() -> Line {
    let user = [("user", "tina")];
    troubled("tina", LineState::Rejected, Code::PasswordRefused, &user)
}

pub(super) fn snapshot(lines: Vec<Line>) -> Snapshot {
    let mut snapshot = Snapshot::empty("0.1.0");
    snapshot.lines = lines;
    snapshot.network.online = true;
    snapshot.network.interfaces.push(Interface {
        name: "wlan0".into(),
        kind: InterfaceKind::Wifi,
        addresses: vec!["192.168.1.23/24".into()],
        default_route: true,
    });
    snapshot
}
