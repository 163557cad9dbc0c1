use super::*;
use crate::error::{Code, Error};
use crate::snapshot::{Callable, Cause, Flow, FlowState, Interface, Proof, UnderWay};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T14:02:00Z").unwrap()
}

fn line(state: LineState) -> Line {
    Line {
        registrar: Some("pbx.example.com".into()),
        ..Line::new("work", "sip:tina@example.com", state)
    }
}

fn flow() -> Flow {
    Flow {
        interface: "wlan0".into(),
        local: Some("192.168.1.23:40000".into()),
        public: None,
        registrar: "203.0.113.1:5060".into(),
        transport: "udp".into(),
        contact: None,
        reg_id: None,
        expires_at: None,
        refresh_at: None,
        rtt_ms: None,
        state: FlowState::Active,
    }
}

fn wifi() -> Network {
    Network {
        online: true,
        interfaces: vec![Interface {
            name: "wlan0".into(),
            kind: InterfaceKind::Wifi,
            addresses: vec!["192.168.1.23/24".into()],
            default_route: true,
        }],
        home: None,
    }
}

fn here() -> Here {
    Here {
        now: now(),
        offset: UtcOffset::UTC,
    }
}

fn said(line: &Line) -> (String, String) {
    let face = Face::of(line, &wifi(), here());
    (face.headline, face.second)
}

#[test]
fn registered_is_registered_even_with_proof() {
    let mut registered = line(LineState::Registered);
    registered.flows.push(flow());
    registered.callable = Callable {
        proof: Proof::InboundSeen,
        at: Some(now()),
    };
    assert_eq!(
        said(&registered),
        (
            "Registered".into(),
            "tina@example.com at pbx.example.com · Wi-Fi".into()
        )
    );
}

/// A line that is in trouble, for at least `wait` seconds more.
fn troubled(state: LineState, code: Code, wait: Option<u32>) -> Line {
    let values = code.params().iter().map(|name| {
        let value = match *name {
            "registrar" => "pbx.example.com",
            "user" => "tina",
            "aor" => "tina@example.com",
            "status" => "403",
            other => panic!("no sample of {other}"),
        };
        (*name, value)
    });
    Line {
        error: Some(Error::new(code, values)),
        retry_at: wait.map(|seconds| {
            Timestamp::parse(&format!(
                "2026-11-23T14:{:02}:{:02}Z",
                2 + seconds / 60,
                seconds % 60
            ))
            .unwrap()
        }),
        ..line(state)
    }
}

/// A line that has followed a change of network for so many seconds.
fn moving(seconds: u64) -> Line {
    let since = now().as_utc() - Duration::from_secs(seconds);
    let mut moving = line(LineState::Registering);
    moving.flows.push(flow());
    moving.under_way = Some(UnderWay {
        cause: Cause::NetworkChanged,
        since: since.into(),
    });
    moving
}

/// A line in each state, and the words that are agreed for it.
fn samples() -> Vec<(Line, &'static str, &'static str)> {
    let mut registered = line(LineState::Registered);
    registered.flows.push(flow());
    let mut elsewhere = troubled(LineState::Rejected, Code::RegisteredElsewhere, None);
    if let Some(error) = &mut elsewhere.error {
        let since = ("at".to_owned(), "2026-11-23T14:02:00Z".to_owned());
        error.params.extend([since]);
    }
    let cannot = "You can't be called";
    vec![
        (
            registered,
            "Registered",
            "tina@example.com at pbx.example.com · Wi-Fi",
        ),
        (line(LineState::Offline), "Offline", "no network connection"),
        (
            troubled(LineState::WaitingToRetry, Code::RegistrarSilent, Some(12)),
            cannot,
            "pbx.example.com does not answer; trying again in 12 s",
        ),
        (
            troubled(LineState::Rejected, Code::PasswordRefused, None),
            cannot,
            "the company refused the password for tina",
        ),
        (
            troubled(LineState::Rejected, Code::Forbidden, None),
            cannot,
            "the company does not accept tina@example.com (403)",
        ),
        (
            troubled(LineState::WaitingForSecret, Code::SecretLocked, None),
            cannot,
            "the password is locked in your keyring",
        ),
        (
            troubled(
                LineState::WaitingToRetry,
                Code::RegistrarStoppedAnswering,
                Some(602),
            ),
            cannot,
            "pbx.example.com stopped answering this address; waiting 10 minutes (a network change or Try now ends that)",
        ),
        (
            troubled(
                LineState::WaitingToRetry,
                Code::RegistrarStoppedAnswering,
                Some(7),
            ),
            cannot,
            "pbx.example.com stopped answering this address; waiting 1 minute (a network change or Try now ends that)",
        ),
        (
            elsewhere,
            "Registered elsewhere only",
            "another phone took this number at 14:02",
        ),
        (
            line(LineState::Paused),
            "Paused",
            "calls don't come to this laptop",
        ),
        (line(LineState::Registering), "Registering …", ""),
        (moving(1), "Moving to Wi-Fi …", ""),
        (
            troubled(LineState::Registering, Code::RegistrarSilent, None),
            cannot,
            "pbx.example.com does not answer; trying again now",
        ),
        (line(LineState::Unregistering), "Unregistering …", ""),
    ]
}

#[test]
fn every_state_speaks_in_the_agreed_words() {
    for (line, headline, second) in samples() {
        assert_eq!(said(&line), (headline.into(), second.into()), "{line:?}");
    }
}

#[test]
fn a_move_is_one_for_two_seconds_and_only_after_a_change_of_network() {
    assert_eq!(said(&moving(2)).0, "Registering …");
    let mut asked = moving(0);
    if let Some(round) = &mut asked.under_way {
        round.cause = Cause::Command;
    }
    assert_eq!(said(&asked).0, "Registering …");
    let mut bound = moving(0);
    bound.state = LineState::Registered;
    assert_eq!(said(&bound).0, "Registered");
}

#[test]
fn the_documented_states_are_the_states() {
    let rows: Vec<String> = samples()
        .iter()
        .map(|(line, _, _)| {
            let face = Face::of(line, &wifi(), here());
            let action = &face.action.label;
            let state = line.state.as_str();
            format!(
                "| `{state}` | {} | {} | {action} |",
                face.headline, face.second
            )
        })
        .collect();
    assert_eq!(crate::documented::rows("States"), rows);
}

#[test]
fn what_can_be_done_is_what_was_agreed() {
    let labels = [
        (Code::RegistrarSilent, "Try now"),
        (Code::RegistrarStoppedAnswering, "Try now"),
        (Code::PasswordRefused, "Enter password"),
        (Code::Forbidden, "Copy for IT"),
        (Code::UnknownNumber, "Copy for IT"),
        (Code::SecretLocked, "Unlock"),
        (Code::NoNetwork, "–"),
        (Code::LinePaused, "Resume"),
        (Code::RegisteredElsewhere, "Register here"),
    ];
    for (code, label) in labels {
        assert_eq!(crate::error::Action::about(code).label, label, "{code}");
    }
}

#[test]
fn a_wait_that_is_over_is_not_told() {
    for code in [Code::RegistrarSilent, Code::RegistrarStoppedAnswering] {
        let over = troubled(LineState::WaitingToRetry, code, Some(0));
        assert!(!said(&over).1.contains(';'), "{over:?}");
    }
}

#[test]
fn a_network_without_a_name_of_its_own_goes_by_its_interface() {
    for (kind, name) in [
        (InterfaceKind::Wifi, "Wi-Fi"),
        (InterfaceKind::Mobile, "mobile"),
        (InterfaceKind::Vpn, "VPN"),
        (InterfaceKind::Ethernet, "x0"),
        (InterfaceKind::Other, "x0"),
    ] {
        assert_eq!(network_name("x0", kind), name);
    }
    let mut gone = line(LineState::Registered);
    gone.flows.push(Flow {
        interface: "usb0".into(),
        ..flow()
    });
    assert!(said(&gone).1.ends_with(" · usb0"), "{gone:?}");
}

#[test]
fn only_what_is_registered_is_reachable() {
    for (state, reach) in [
        (LineState::Registered, Reach::Reachable),
        (LineState::Registering, Reach::Working),
        (LineState::Unregistering, Reach::Working),
        (LineState::Rejected, Reach::Unreachable),
        (LineState::Offline, Reach::Unreachable),
        (LineState::Paused, Reach::Paused),
    ] {
        assert_eq!(Face::of(&line(state), &wifi(), here()).reach, reach);
    }
}

#[test]
fn lengths_of_time_read_as_people_say_them() {
    let cases = [
        (0, "< 1 ms"),
        (41, "41 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (1234, "1.2 s"),
        (9949, "9.9 s"),
        (9950, "10 s"),
        (12_000, "12 s"),
        (119_000, "119 s"),
        (119_600, "2 min"),
        (300_000, "5 min"),
        (3_120_000, "52 min"),
        (7_200_000, "2 h"),
        (604_800_000, "168 h"),
    ];
    for (ms, text) in cases {
        assert_eq!(duration(Duration::from_millis(ms)), text);
    }
}

#[test]
fn a_number_has_no_scheme_and_no_parameters() {
    assert_eq!(
        number("sip:tina@example.com;user=phone"),
        "tina@example.com"
    );
    assert_eq!(number("tina"), "tina");
}
