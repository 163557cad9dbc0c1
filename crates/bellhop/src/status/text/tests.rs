use bellhop_control::error::{Code, Error};
use bellhop_control::snapshot::{Binding, Callable, FlowState, Proof};
use bellhop_control::timestamp::Timestamp;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-11-23T{text}Z")).unwrap()
}

fn clock() -> Clock {
    Clock::at(at("14:10:00"))
}

fn line(state: LineState) -> Line {
    Line {
        registrar: Some("pbx.example.com".into()),
        ..Line::new("work", "sip:tina@example.com", state)
    }
}

fn registered() -> Line {
    Line {
        verified: true,
        callable: Callable {
            proof: Proof::InboundSeen,
            at: Some(at("14:05:00")),
        },
        flows: vec![Flow {
            interface: "wlan0".into(),
            local: Some("192.168.1.23:40112".into()),
            public: Some("203.0.113.7:40112".into()),
            registrar: "198.51.100.1:5060".into(),
            transport: "udp".into(),
            contact: Some("sip:u1@203.0.113.7:40112".into()),
            reg_id: None,
            expires_at: Some(at("15:08:00")),
            refresh_at: Some(at("15:02:00")),
            rtt_ms: Some(40),
            state: FlowState::Active,
        }],
        bindings: vec![
            Binding {
                contact: "sip:u1@203.0.113.7:40112".into(),
                expires_at: at("15:02:00"),
                mine: true,
            },
            Binding {
                contact: "sip:tina@198.51.100.9:5060".into(),
                expires_at: at("14:40:00"),
                mine: false,
            },
        ],
        last_rebind: Some(Rebind {
            at: at("14:02:00"),
            cause: Cause::NetworkChanged,
            took_ms: 41,
            round_trips: 1,
        }),
        ..line(LineState::Registered)
    }
}

fn shown(lines: Vec<Line>) -> String {
    of(
        &Snapshot {
            lines,
            ..Snapshot::empty("0.1.0")
        },
        clock(),
        Paint::Plain,
    )
}

#[test]
fn while_it_is_being_refreshed_what_is_left_of_a_binding_counts() {
    let mut line = registered();
    line.flows[0].refresh_at = None;
    assert!(shown(vec![line]).contains("(network changed), held for 58 min\n"));
}

#[test]
fn a_registered_line_shows_its_path_and_never_claims_more() {
    assert_eq!(
        shown(vec![registered()]),
        "Registered             tina@example.com\n\
         \x20 this laptop wlan0 192.168.1.23 ─ 203.0.113.7:40112 ─ pbx.example.com udp\n\
         \x20 registered again in 41 ms at 14:02 (network changed), refresh in 52 min\n\
         \x20 also rings: sip:tina@198.51.100.9:5060 (until 14:40)"
    );
}

#[test]
fn a_public_address_that_is_the_local_one_is_no_station() {
    let mut line = registered();
    line.bindings.clear();
    for flow in &mut line.flows {
        flow.local = Some("[2001:db8::1]:5070".into());
        flow.public = flow.local.clone();
    }
    assert!(
        shown(vec![line]).contains("\n  this laptop wlan0 2001:db8::1 ─ pbx.example.com udp\n")
    );
}

#[test]
fn a_wrong_password_says_what_to_type() {
    let mut rejected = line(LineState::Rejected);
    rejected.error = Some(Error::new(Code::PasswordRefused, [("user", "tina")]));
    assert_eq!(
        shown(vec![rejected]),
        "You can't be called    tina@example.com\n  the company refused the password for tina → bellhop line password work"
    );
}

#[test]
fn a_paused_line_and_no_line_teach_what_to_do() {
    assert_eq!(
        shown(vec![line(LineState::Paused)]),
        "Paused                 tina@example.com\n  calls don't come to this laptop → bellhop resume work"
    );
    assert!(shown(Vec::new()).contains("bellhop line add --aor"));
}

#[test]
fn an_unlisted_binding_is_told() {
    let mut unlisted = registered();
    unlisted.verified = false;
    unlisted.error = Some(Error::new(
        Code::NotVerified,
        [("registrar", "pbx.example.com")],
    ));
    assert!(
        shown(vec![unlisted])
            .contains("\n  pbx.example.com accepted the registration but does not list it\n")
    );
}

#[test]
fn colour_comes_on_top_of_the_same_words() {
    let painted = of(
        &Snapshot {
            lines: vec![registered()],
            ..Snapshot::empty("0.1.0")
        },
        clock(),
        Paint::Coloured,
    );
    assert!(painted.starts_with("\u{1b}[1;32mRegistered "), "{painted}");
    let stripped: String = painted
        .split('\u{1b}')
        .map(|part| {
            part.split_once('m')
                .filter(|(code, _)| code.starts_with('['))
                .map_or(part, |(_, rest)| rest)
        })
        .collect();
    assert_eq!(stripped, shown(vec![registered()]));
}
