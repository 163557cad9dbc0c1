//! Where a line's path ends.

use super::*;

/// `phone? laptop+ internet! …`
fn states(line: Line) -> String {
    let path = shown(line).path;
    let words = path.iter().map(|station| {
        let mark = match station.state {
            StationState::Good => '+',
            StationState::Unknown => '?',
            StationState::Broken => '!',
        };
        format!("{:?}{mark}", station.kind)
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_registered_line_shows_its_whole_path() {
    let path = shown(line(LineState::Registered)).path;
    let told: Vec<(&str, Option<&str>)> = path
        .iter()
        .map(|station| (station.name.as_str(), station.detail.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("Phone", None),
            ("This laptop", Some("Wi-Fi · 192.168.1.23")),
            ("Internet", Some("203.0.113.7:40112")),
            ("pbx.example.com", Some("udp · 198.51.100.1:5060")),
        ]
    );
    assert_eq!(
        states(line(LineState::Registered)),
        "Phone? Laptop+ Internet+ Registrar+"
    );
}

#[test]
fn the_broken_station_is_where_the_error_is() {
    use LineState::{Registered, Rejected, WaitingForSecret, WaitingToRetry};
    let unresolved = Error::new(Code::RegistrarUnresolved, [("registrar", "x")]);
    let refused = Error::new(Code::PasswordRefused, [("user", "tina")]);
    let forbidden = Error::new(Code::Forbidden, [("aor", "x"), ("status", "403")]);
    let blocked = Error::new(Code::FlowFailed, [("interface", "wlan0"), ("why", "x")]);
    for (line, path) in [
        (
            failing(WaitingToRetry, unresolved),
            "Laptop+ Internet! Registrar?",
        ),
        (
            failing(WaitingToRetry, silent()),
            "Laptop+ Internet? Registrar!",
        ),
        (failing(Rejected, refused), "Laptop+ Internet+ Registrar!"),
        (failing(Rejected, forbidden), "Laptop+ Internet+ Registrar!"),
        (
            failing(WaitingToRetry, blocked),
            "Laptop! Internet? Registrar?",
        ),
        (
            failing(WaitingForSecret, Error::plain(Code::SecretLocked)),
            "Laptop! Internet? Registrar?",
        ),
        (
            failing(
                Registered,
                Error::new(Code::NotVerified, [("registrar", "x")]),
            ),
            "Laptop+ Internet+ Registrar!",
        ),
    ] {
        let error = line.error.as_ref().unwrap().message.clone();
        assert_eq!(states(line.clone()), format!("Phone? {path}"), "{error}");
        let path = shown(line).path;
        let broken = path.iter().filter(|station| station.why.is_some());
        let why: Vec<_> = broken
            .map(|station| (station.state, station.why.clone()))
            .collect();
        assert_eq!(why, [(StationState::Broken, Some(error))]);
    }
}

#[test]
fn without_a_network_the_laptop_is_where_it_ends() {
    let mut offline = line(LineState::Offline);
    offline.flows.clear();
    assert_eq!(
        states(offline.clone()),
        "Phone? Laptop! Internet? Registrar?"
    );
    let why = shown(offline).path[1].why.clone();
    assert_eq!(why.as_deref(), Some("no network connection"));
}

#[test]
fn what_is_not_known_yet_is_not_called_good() {
    assert_eq!(
        states(line(LineState::Registering)),
        "Phone? Laptop+ Internet? Registrar?"
    );
    let mut opening = line(LineState::Registering);
    opening.flows[0].local = None;
    assert_eq!(states(opening), "Phone? Laptop? Internet? Registrar?");
}

#[test]
fn a_registrar_on_this_machine_is_reached_over_no_internet() {
    let mut demo = line(LineState::Registered);
    demo.flows[0].registrar = "127.0.0.1:5080".into();
    assert_eq!(states(demo), "Phone? Laptop+ Registrar+");
}

#[test]
fn a_phone_that_is_ready_is_named_and_one_that_is_not_is_told() {
    let device = |online| Device {
        name: "desk".into(),
        extension: "101".into(),
        online,
        ..Device::default()
    };
    for (online, state, detail, why) in [
        (true, StationState::Good, Some("desk"), None),
        (
            false,
            StationState::Broken,
            None,
            Some("no phone is ready here"),
        ),
    ] {
        let mut snapshot = snapshot(line(LineState::Registered));
        snapshot.home.devices.push(device(online).into());
        let view = view(snapshot, &Granted::default(), here("14:02:00"));
        let phone = &view.lines[0].path[0];
        assert_eq!(phone.state, state);
        assert_eq!(
            (phone.detail.as_deref(), phone.why.as_deref()),
            (detail, why)
        );
    }
}
