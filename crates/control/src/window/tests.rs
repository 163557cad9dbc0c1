use std::time::Duration;

use time::UtcOffset;

use super::*;
use crate::error::Code;
use crate::face::Here;
use crate::snapshot::{
    Binding, Callable, Cause, Device, Flow, FlowState, Interface, InterfaceKind, Line, LineState,
    Proof, Rebind,
};
use crate::timestamp::Timestamp;

mod home;
mod no_engine;
mod path;

fn at(time: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-11-23T{time}Z")).unwrap()
}

fn here(time: &str) -> Here {
    Here {
        now: at(time),
        offset: UtcOffset::UTC,
    }
}

fn flow() -> Flow {
    Flow {
        interface: "wlan0".into(),
        local: Some("192.168.1.23:40000".into()),
        public: Some("203.0.113.7:40112".into()),
        registrar: "198.51.100.1:5060".into(),
        transport: "udp".into(),
        contact: Some("sip:tina@203.0.113.7:40112".into()),
        reg_id: None,
        expires_at: Some(at("15:02:00")),
        refresh_at: None,
        rtt_ms: Some(31),
        state: FlowState::Active,
    }
}

fn line(state: LineState) -> Line {
    Line {
        registrar: Some("pbx.example.com".into()),
        verified: true,
        callable: Callable {
            proof: Proof::BindingOnly,
            at: None,
        },
        flows: vec![flow()],
        ..Line::new("work", "sip:tina@example.com", state)
    }
}

fn failing(state: LineState, error: Error) -> Line {
    Line {
        error: Some(error),
        ..line(state)
    }
}

fn snapshot(line: Line) -> Snapshot {
    let mut snapshot = Snapshot::empty("0.1.0");
    snapshot.lines.push(line);
    snapshot.network.online = true;
    snapshot.network.interfaces.push(Interface {
        name: "wlan0".into(),
        kind: InterfaceKind::Wifi,
        addresses: vec!["192.168.1.23/24".into()],
        default_route: true,
    });
    snapshot
}

fn view(snapshot: Snapshot, granted: &Granted, here: Here) -> View {
    let known = Known {
        engine: EngineState::Starting,
        supervised: Supervised::Kept,
        snapshot: Some(snapshot),
        login: StartAtLogin::NotAsked,
        icon: IconState::Shown,
        quit_costs: true,
    };
    View::of(&known, granted, here)
}

fn shown(line: Line) -> LineView {
    view(snapshot(line), &Granted::default(), here("14:02:00"))
        .lines
        .remove(0)
}

fn silent() -> Error {
    Error::new(Code::RegistrarSilent, [("registrar", "pbx.example.com")])
}

#[test]
fn the_ring_empties_until_the_refresh_and_fills_with_a_new_binding() {
    let mut snapshot = snapshot(line(LineState::Registered));
    let mut granted = Granted::default();
    let ring = |snapshot: &Snapshot, granted: &Granted, time| {
        let view = view(snapshot.clone(), granted, here(time));
        let refresh = view.lines[0].refresh.clone()?;
        Some((refresh.text, refresh.share))
    };
    snapshot.lines[0].flows[0].refresh_at = Some(at("14:52:00"));
    granted.note(&snapshot, at("14:02:00"));
    let full = ring(&snapshot, &granted, "14:02:00");
    assert_eq!(full, Some(("refresh in 50 min".into(), 1.0)));
    granted.note(&snapshot, at("14:27:00"));
    let half = ring(&snapshot, &granted, "14:27:00");
    assert_eq!(half, Some(("refresh in 25 min".into(), 0.5)));

    // It is due and not done; the binding stands for a while, and then no more.
    let late = ring(&snapshot, &granted, "14:52:00");
    assert_eq!(late, Some(("held for 10 min".into(), 0.0)));
    assert_eq!(ring(&snapshot, &granted, "15:02:00"), None);

    let flow = &mut snapshot.lines[0].flows[0];
    (flow.refresh_at, flow.expires_at) = (Some(at("15:42:00")), Some(at("15:52:00")));
    granted.note(&snapshot, at("14:52:00"));
    let again = ring(&snapshot, &granted, "14:52:00");
    assert_eq!(again, Some(("refresh in 50 min".into(), 1.0)));

    snapshot.lines[0].state = LineState::Registering;
    assert_eq!(ring(&snapshot, &granted, "14:52:00"), None);
}

#[test]
fn the_ring_of_a_binding_without_a_refresh_runs_to_its_end() {
    let snapshot = snapshot(line(LineState::Registered));
    let mut granted = Granted::default();
    for (time, text, share) in [
        ("14:02:00", "held for 60 min", 1.0),
        ("14:32:00", "held for 30 min", 0.5),
    ] {
        granted.note(&snapshot, at(time));
        let view = view(snapshot.clone(), &granted, here(time));
        let ring = view.lines[0].refresh.clone().unwrap();
        assert_eq!((ring.text.as_str(), ring.share), (text, share));
    }
}

#[test]
fn the_last_change_says_what_made_it_necessary() {
    let said = |cause| {
        let rebind = Rebind {
            at: at("14:01:00"),
            cause,
            took_ms: 41,
            round_trips: 1,
        };
        last(&rebind, here("14:02:00"))
    };
    for (cause, words) in [
        (Cause::Start, "Registered in 41 ms at 14:01"),
        (Cause::Resume, "Registered in 41 ms at 14:01"),
        (Cause::Command, "Registered again in 41 ms at 14:01"),
        (
            Cause::NetworkChanged,
            "Registered again in 41 ms at 14:01 (network changed)",
        ),
        (Cause::Wake, "Registered again in 41 ms at 14:01 (woken)"),
        (
            Cause::RefreshFailed,
            "Registered again in 41 ms at 14:01 (a refresh was not answered)",
        ),
        (
            Cause::NatMoved,
            "Registered again in 41 ms at 14:01 (public address moved)",
        ),
        (
            Cause::RegistrarForgot,
            "Registered again in 41 ms at 14:01 (the registrar had lost it)",
        ),
    ] {
        assert_eq!(said(cause), words);
    }
}

#[test]
fn only_bindings_of_others_are_other_places() {
    let mut elsewhere = line(LineState::Registered);
    for (contact, mine) in [
        ("sip:tina@203.0.113.7", true),
        ("sip:tina@198.51.100.9", false),
    ] {
        elsewhere.bindings.push(Binding {
            contact: contact.into(),
            expires_at: at("14:40:00"),
            mine,
        });
    }
    assert_eq!(
        shown(elsewhere).others,
        [OtherPlace {
            contact: "sip:tina@198.51.100.9".into(),
            until: "until 14:40".into()
        }]
    );
}

#[test]
fn words_about_time_are_good_until_they_are_to_be_said_anew() {
    let mut snapshot = snapshot(failing(LineState::WaitingToRetry, silent()));
    snapshot.lines[0].retry_at = Some(at("14:03:12"));
    let said = |here: Here| view(snapshot.clone(), &Granted::default(), here).lines;
    let later = |here: Here, by: Duration| Here {
        now: Timestamp::from(here.now.as_utc() + by),
        ..here
    };
    let mut now = here("14:02:00.250");
    let mut seconds = 0;
    while now.now < at("14:03:12") {
        let stays = next_change(&snapshot, now);
        let (before, then) = (
            stays.saturating_sub(Duration::from_millis(1)),
            later(now, stays),
        );
        assert_eq!(said(later(now, before)), said(now), "{now:?}");
        assert_ne!(said(then), said(now), "{now:?}");
        now = then;
        seconds += 1;
    }
    assert_eq!(seconds, 72);
    // Nothing is left but today, which ends.
    assert_eq!(
        next_change(&snapshot, here("14:04:00")),
        Duration::from_secs((9 * 60 + 56) * 60)
    );
}

#[test]
fn it_is_midnight_where_the_person_is() {
    let abroad = Here {
        offset: UtcOffset::from_hms(10, 0, 0).unwrap(),
        ..here("13:59:00")
    };
    assert_eq!(
        next_change(&Snapshot::empty("0.1.0"), abroad),
        Duration::from_secs(60)
    );
}

#[test]
fn the_report_has_what_it_wants_to_know() {
    let report = shown(failing(LineState::WaitingToRetry, silent())).report;
    let json: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["line"]["error"]["code"], "registrar_silent");
    assert_eq!(json["line"]["flows"][0]["registrar"], "198.51.100.1:5060");
    assert_eq!(json["network"]["interfaces"][0]["name"], "wlan0");
}

#[test]
fn no_name_from_anywhere_turns_or_hides_the_text_around_it() {
    let hostile = "<img src=x onerror=alert(1)>\u{202e}\u{2066}\u{200b}\u{1b}[2J\r\n";
    let mut line = failing(LineState::Registered, silent());
    line.aor = format!("sip:{hostile}@example.com");
    line.registrar = Some(hostile.into());
    line.flows[0].interface = hostile.into();
    line.flows[0].public = Some(hostile.into());
    line.flows[0].contact = Some(hostile.into());
    line.error.as_mut().unwrap().message = hostile.into();
    line.bindings.push(Binding {
        contact: hostile.into(),
        expires_at: at("14:40:00"),
        mine: false,
    });
    let mut snapshot = snapshot(line);
    let device = Device {
        name: hostile.into(),
        extension: hostile.into(),
        online: true,
        ..Device::default()
    };
    snapshot.home.devices.push(device.into());
    let view = view(snapshot, &Granted::default(), here("14:02:00"));
    // The report is many lines, of JSON: what is in them is escaped.
    let report: serde_json::Value = serde_json::from_str(&view.lines[0].report).unwrap();
    let mut texts = Vec::new();
    let mut shown = serde_json::to_value(&view).unwrap();
    shown["lines"][0]["report"] = report;
    collect(&shown, &mut texts);
    assert!(texts.iter().filter(|text| text.contains("<img")).count() > 10);
    for text in texts {
        assert_eq!(crate::catalogue::plain(&text), text);
    }
}

fn collect(value: &serde_json::Value, into: &mut Vec<String>) {
    if let Some(text) = value.as_str() {
        into.push(text.to_owned());
    }
    let members = value
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::values);
    for inner in value.as_array().into_iter().flatten().chain(members) {
        collect(inner, into);
    }
}

#[test]
fn requests_and_events_are_written_as_the_page_has_them() {
    let ask: WindowRequest =
        serde_json::from_str(r#"{"to":"engine","request":{"ask":"pause","line":"work"}}"#).unwrap();
    let pause = Box::new(Request::Pause {
        line: "work".into(),
    });
    assert_eq!(ask, WindowRequest::Engine { request: pause });
    let ask: WindowRequest =
        serde_json::from_str(r#"{"to":"desktop","request":{"ask":"start_at_login","on":true}}"#)
            .unwrap();
    let request = DesktopRequest::StartAtLogin { on: true };
    assert_eq!(ask, WindowRequest::Desktop { request });
    assert_eq!(
        serde_json::to_string(&WindowEvent::AddLine).unwrap(),
        r#"{"event":"add_line"}"#
    );
}
