//! The phones at home in words.

use std::sync::Arc;

use super::*;
use crate::snapshot::{DeviceContact, Home, HomeProblem};

fn contact(reachable: Option<bool>) -> DeviceContact {
    DeviceContact {
        contact: "sip:101@192.168.1.40:5060".into(),
        source: "192.168.1.40:5060".into(),
        user_agent: Some("Yealink\u{202e} SIP-T54W".into()),
        expires_at: at("15:02:00"),
        transport: "udp".into(),
        reachable,
        rtt_ms: None,
    }
}

fn home() -> Home {
    Home {
        enabled: true,
        devices: [
            Device {
                name: "desk".into(),
                extension: "101".into(),
                online: true,
                since: Some(at("13:02:00")),
                contacts: vec![contact(Some(false)), contact(None)],
                ..Device::default()
            },
            Device {
                name: "tablet".into(),
                extension: "103".into(),
                ..Device::default()
            },
        ]
        .map(Arc::new)
        .into(),
        ..Home::default()
    }
}

fn shown_of(home: Home) -> HomeView {
    let mut snapshot = Snapshot::empty("0.1.0");
    snapshot.home = home;
    let view = view(snapshot, &Granted::default(), here("14:02:00"));
    view.home.unwrap()
}

#[test]
fn a_phone_is_told_with_what_it_is_and_where() {
    let shown = shown_of(home());
    assert_eq!(shown.summary.as_deref(), Some("1 of 2 online"));
    let [desk, tablet] = shown.devices.as_slice() else {
        panic!("{shown:?}");
    };
    assert_eq!(desk.stands, "online since 13:02");
    assert_eq!(desk.agent.as_deref(), Some("Yealink SIP-T54W"));
    let held: Vec<&str> = desk.contacts.iter().map(|it| it.held.as_str()).collect();
    assert_eq!(held, ["until 15:02, and does not answer", "until 15:02"]);
    assert_eq!(desk.contacts[0].source, "udp:192.168.1.40:5060");
    assert_eq!((tablet.stands.as_str(), tablet.online), ("offline", false));
}

#[test]
fn the_next_phone_is_proposed_the_least_extension_that_is_free() {
    assert_eq!(shown_of(home()).extension, "102");
    assert_eq!(shown_of(Home::default()).extension, "101");
}

#[test]
fn what_is_wrong_is_told_and_nothing_else() {
    let mut home = home();
    assert_eq!(
        (shown_of(home.clone()).problems, shown_of(home.clone()).bans),
        (vec![], None)
    );
    let values = [
        ("listener", "udp:127.0.0.1:5070"),
        ("holder", "baresip"),
        ("free", "5071"),
    ];
    home.problems.push(HomeProblem {
        listener: "udp:127.0.0.1:5070".into(),
        error: Error::new(Code::PortTaken, values),
    });
    home.store = Some(Error::new(Code::HomeStoreUnwritable, [("why", "no space")]));
    home.bans = 1;
    let shown = shown_of(home.clone());
    let codes: Vec<Code> = shown.problems.iter().map(|error| error.code).collect();
    assert_eq!(codes, [Code::PortTaken, Code::HomeStoreUnwritable]);
    assert!(shown.bans.unwrap().starts_with("1 address is kept out"));
    home.enabled = false;
    assert_eq!(shown_of(home).summary, None);
}
