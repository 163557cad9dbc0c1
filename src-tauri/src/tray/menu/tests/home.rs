//! The phones at home in the menu.

use bellhop_control::snapshot::{Device, DeviceContact, Home, HomeProblem};

use super::super::super::edits::{Edit, edits};
use super::*;

fn device(name: &str, extension: &str) -> Device {
    Device {
        name: name.into(),
        extension: extension.into(),
        ..Device::default()
    }
}

fn online(name: &str, extension: &str, agent: &str) -> Device {
    Device {
        online: true,
        since: Some(at("13:02:00")),
        contacts: vec![DeviceContact {
            contact: format!("sip:{extension}@192.168.1.40:5060"),
            source: "192.168.1.40:5060".into(),
            user_agent: Some(agent.into()),
            expires_at: at("14:40:00"),
            transport: "udp".into(),
            reachable: Some(true),
            rtt_ms: Some(4),
        }],
        ..device(name, extension)
    }
}

fn at_home(devices: Vec<Device>) -> Snapshot {
    let mut snapshot = snapshot(vec![registered()]);
    snapshot.home = Home {
        enabled: true,
        devices: devices.into_iter().map(std::sync::Arc::new).collect(),
        ..Home::default()
    };
    snapshot
}

fn shown(snapshot: &Snapshot) -> Vec<Item> {
    let items = Menu::of(Engine::Running(snapshot), here()).items;
    let home = items.into_iter().find(|item| item.key == "home");
    match home.map(|item| item.kind) {
        Some(Kind::Submenu { items, .. }) => items,
        other => panic!("no submenu: {other:?}"),
    }
}

#[test]
fn tells_who_is_online_since_when_and_as_what() {
    let mut seen = device("tablet", "102");
    seen.last_seen = Some(at("12:30:00"));
    let snapshot = at_home(vec![
        online("desk", "101", "Yealink SIP-T54W"),
        seen,
        device("attic", "103"),
    ]);
    assert_eq!(
        drawn(&shown(&snapshot)),
        "
[desk (101): online since 13:02 · Yealink SIP-T54W]
[tablet (102): last seen 12:30]
[attic (103): offline]
-
[Open devices …]
"
    );
    let menu = Menu::of(Engine::Running(&snapshot), here());
    let open = super::super::super::tree::act(&menu.items, "home/open");
    assert_eq!(open, Some(&Act::OpenDevices));
    // "since 13:02" is "since yesterday 13:02" after midnight, and the line has other words before that.
    assert!(menu.changes_in.is_some());
}

#[test]
fn a_port_that_is_taken_is_told_first() {
    let mut snapshot = at_home(vec![device("desk", "101")]);
    let values = [
        ("listener", "udp:127.0.0.1:5070"),
        ("holder", "baresip (process 7)"),
        ("free", "5071"),
    ];
    snapshot.home.problems.push(HomeProblem {
        listener: "udp:127.0.0.1:5070".into(),
        error: Error::new(Code::PortTaken, values),
    });
    let shown = drawn(&shown(&snapshot));
    assert!(
        shown.starts_with("\n[udp:127.0.0.1:5070 is taken by baresip (process 7); 5071 is free"),
        "{shown}"
    );
    assert!(
        shown.contains("-\n[desk (101): offline]\n-\n[Open devices …]\n"),
        "{shown}"
    );
}

#[test]
fn there_is_none_while_the_home_is_off_and_one_without_phones_says_so() {
    let mut snapshot = at_home(Vec::new());
    assert_eq!(
        drawn(&shown(&snapshot)),
        "\nNo phone yet\n-\n[Open devices …]\n"
    );
    snapshot.home.enabled = false;
    let menu = Menu::of(Engine::Running(&snapshot), here());
    assert!(!menu.items.iter().any(|item| item.key == "home"));
    snapshot.home.enabled = true;
    snapshot.lines.clear();
    let menu = Menu::of(Engine::Running(&snapshot), here());
    assert!(menu.items.iter().any(|item| item.key == "home"));
}

#[test]
fn what_phones_say_can_neither_turn_the_text_nor_flood_the_menu() {
    let mut devices = vec![online(
        "desk",
        "101",
        &format!("\u{202e}e\r\nvil&{}", "x".repeat(5000)),
    )];
    devices.extend((0..500).map(|n| device(&format!("phone{n}"), &format!("2{n:03}"))));
    let shown = drawn(&shown(&at_home(devices)));
    assert!(
        shown.contains("[desk (101): online since 13:02 · e  vil&&xxx"),
        "{shown}"
    );
    assert!(!shown.contains('\u{202e}'));
    assert!(shown.contains("[and 481 more]"), "{shown}");
    assert!(shown.lines().count() < 30, "{shown}");
    let longest = shown.lines().map(|shown| shown.chars().count()).max();
    assert!(longest.unwrap() < 90, "{shown}");
}

#[test]
fn a_phone_that_comes_online_leaves_every_entry_where_it_is() {
    let before = at_home(vec![device("desk", "101"), device("tablet", "102")]);
    let after = at_home(vec![
        device("desk", "101"),
        online("tablet", "102", "Linphone"),
    ]);
    let (before, after) = (shown(&before), shown(&after));
    assert_eq!(
        edits(&before, &after),
        [Edit::Rename(
            1,
            "tablet (102): online since 13:02 · Linphone"
        )]
    );
}
