use std::collections::BTreeSet;

use bellhop_control::error::{Code, Error};
use bellhop_control::snapshot::Binding;

use super::super::tree::Kind;
use super::*;
use samples::{at, here, line, refused, registered, snapshot, troubled};

mod home;
mod samples;

fn menu(lines: Vec<Line>) -> Menu {
    Menu::of(Engine::Running(&snapshot(lines)), here())
}

/// As it looks: `[what can be clicked]`, `(what can't now)`, `what opens >`.
fn drawn(items: &[Item]) -> String {
    fn draw(items: &[Item], indent: &str, into: &mut String) {
        for item in items {
            let shown = match &item.kind {
                Kind::Text(label) => label.clone(),
                Kind::Action {
                    label,
                    enabled: true,
                    ..
                } => format!("[{label}]"),
                Kind::Action { label, .. } => format!("({label})"),
                Kind::Separator => "-".to_owned(),
                Kind::Submenu { label, .. } => format!("{label} >"),
            };
            into.push_str(&format!("{indent}{shown}\n"));
            if let Kind::Submenu { items, .. } = &item.kind {
                draw(items, &format!("{indent}    "), into);
            }
        }
    }
    let mut all = String::from("\n");
    draw(items, "", &mut all);
    all
}

#[test]
fn a_registered_line() {
    let menu = menu(vec![registered()]);
    assert_eq!(menu.reach, Reach::Reachable);
    assert_eq!(
        drawn(&menu.items),
        "
[Registered]
-
tina@example.com: registered at pbx.example.com >
    Contact: sip:tina@203.0.113.7:40112;ob
    Network: Wi-Fi (wlan0), 192.168.1.23:40000
    Public address: 203.0.113.7:40112
    Registrar: pbx.example.com, 198.51.100.5:5060
    Transport: UDP
    Expires in 50 min
    Re-registered in 31 ms after a move to Wi-Fi, 13:58
    -
    This number also rings at
    sip:tina@198.51.100.9:5060 until 14:40
    -
    [Re-register now]
    [Pause]
-
[Re-register now]
[Pause]
-
[Open Bellhop]
[Quit]
"
    );
}

#[test]
fn what_is_to_be_read_shows_the_window_and_changes_nothing() {
    let menu = menu(vec![registered()]);
    for name in [
        "contact",
        "registrar",
        "expires",
        "rebind",
        "others",
        "other:0",
    ] {
        let key = format!("line:tina/{name}");
        let act = super::super::tree::act(&menu.items, &key);
        assert_eq!(act, Some(&Act::Open), "{key}");
    }
}

#[test]
fn a_refused_password() {
    let menu = menu(vec![refused()]);
    assert_eq!(menu.reach, Reach::Unreachable);
    assert_eq!(
        drawn(&menu.items),
        "
[You can't be called]
-
tina@example.com: the company refused the password for tina >
    [Enter password]
    [Re-register now]
    [Pause]
-
[Re-register now]
[Pause]
-
[Open Bellhop]
[Quit]
"
    );
    let key = "line:tina/action";
    assert_eq!(super::super::tree::act(&menu.items, key), Some(&Act::Open));
}

#[test]
fn no_line_yet() {
    let menu = menu(Vec::new());
    assert_eq!(menu.reach, Reach::Paused);
    assert_eq!(
        drawn(&menu.items),
        "
[No line yet]
-
[Add your line]
-
[Open Bellhop]
[Quit]
"
    );
}

#[test]
fn a_registrar_that_keeps_silent() {
    let silent = [("registrar", "pbx.example.com")];
    let mut line = troubled(
        "tina",
        LineState::WaitingToRetry,
        Code::RegistrarStoppedAnswering,
        &silent,
    );
    line.retry_at = Some(at("14:12:00"));
    assert_eq!(
        drawn(&menu(vec![line]).items),
        "
[You can't be called]
-
tina@example.com: pbx.example.com stopped answering this address >
    Trying again at 14:12
    -
    [Try now]
    [Pause]
-
[Re-register now]
[Pause]
-
[Open Bellhop]
[Quit]
"
    );
}

#[test]
fn five_lines_fit_with_the_worst_in_sight() {
    let menu = menu(vec![
        registered(),
        line("tom", LineState::Paused),
        line("ann", LineState::Registered),
        refused_as("eve"),
        line("joe", LineState::Registering),
    ]);
    assert_eq!(menu.reach, Reach::Unreachable);
    let without_submenus: Vec<String> = drawn(&menu.items)
        .lines()
        .filter(|shown| !shown.starts_with("    ") || shown.contains(" >"))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        without_submenus.join("\n"),
        "
[You can't be called as eve@example.com]
-
eve@example.com: the company refused the password for eve >
joe@example.com: registering … >
3 more lines >
    tina@example.com: registered at pbx.example.com >
    tom@example.com: paused >
    ann@example.com: registered at pbx.example.com >
-
[Re-register now]
[Pause all lines]
-
[Open Bellhop]
[Quit]"
    );
}

fn refused_as(user: &str) -> Line {
    let user_value = [("user", user)];
    troubled(
        user,
        LineState::Rejected,
        Code::PasswordRefused,
        &user_value,
    )
}

#[test]
fn an_engine_that_stopped_says_why_and_when_it_is_back() {
    let stopped = Engine::Stopped {
        why: Some("config.toml:3: aor: not a SIP URI"),
        again_in: Some(Duration::from_millis(4_200)),
    };
    let menu = Menu::of(stopped, here());
    assert_eq!(menu.reach, Reach::Unreachable);
    assert_eq!(menu.changes_in, Some(Duration::from_millis(200)));
    assert_eq!(
        drawn(&menu.items),
        "
[Bellhop's engine stopped]
[config.toml:3: aor: not a SIP URI]
starting it again in 5 s
-
[Start the engine now]
-
[Open Bellhop]
[Quit]
"
    );
}

#[test]
fn an_engine_that_is_not_there_yet_or_too_new() {
    let first = |engine| {
        let menu = Menu::of(engine, here());
        let head = drawn(&menu.items).lines().nth(1).unwrap().to_owned();
        (head, menu.reach)
    };
    assert_eq!(
        first(Engine::Starting),
        ("[Bellhop is starting …]".into(), Reach::Working)
    );
    assert_eq!(
        first(Engine::Newer),
        (
            "[Bellhop was updated: quit and open it again]".into(),
            Reach::Unreachable
        )
    );
}

#[test]
fn the_first_line_says_of_all_lines_only_what_is_true_of_all() {
    let head = |lines| {
        let menu = menu(lines);
        let head = drawn(&menu.items).lines().nth(1).unwrap().to_owned();
        (head, menu.reach)
    };
    let paused = || line("tom", LineState::Paused);
    assert_eq!(head(vec![paused()]).0, "[Paused]");
    assert_eq!(head(vec![paused()]).1, Reach::Paused);
    assert_eq!(head(vec![paused(), registered()]).0, "[Registered]");
    assert_eq!(
        head(vec![registered(), line("ann", LineState::Registering)]),
        ("[Registering …]".into(), Reach::Working)
    );
    assert_eq!(
        head(vec![
            line("ann", LineState::Offline),
            line("tom", LineState::Offline)
        ]),
        ("[Offline]".into(), Reach::Unreachable)
    );
    assert_eq!(
        head(vec![registered(), refused_as("ann"), refused_as("tom")]).0,
        "[You can't be called on 2 of 3 lines]"
    );
}

#[test]
fn what_the_network_sends_can_neither_turn_the_text_nor_flood_the_menu() {
    let mut line = registered();
    line.flows[0].contact = Some(format!("sip:\u{202e}evil_&\r\nmore{}", "x".repeat(5000)));
    line.bindings = (0..200)
        .map(|n| Binding {
            contact: format!("sip:{n}@198.51.100.9"),
            expires_at: at("14:40:00"),
            mine: false,
        })
        .collect();
    let shown = drawn(&menu(vec![line]).items);
    assert!(shown.contains("Contact: sip:evil_&&  morexxx"), "{shown}");
    assert!(shown.contains("and 195 more"), "{shown}");
    assert!(!shown.contains('\u{202e}'));
    let longest = shown.lines().map(|shown| shown.chars().count()).max();
    assert!(longest.unwrap() < 90, "{shown}");
    assert!(shown.lines().count() < 40, "{shown}");
}

#[test]
fn is_at_most_twelve_entries_long_and_each_has_a_key_of_its_own() {
    fn keys<'a>(items: &'a [Item], into: &mut Vec<&'a str>) {
        for item in items {
            into.push(&item.key);
            if let Kind::Submenu { items, .. } = &item.kind {
                keys(items, into);
            }
        }
    }
    for (count, enabled) in (0..8).flat_map(|count| [(count, false), (count, true)]) {
        let lines = (0..count).map(|n| Line {
            id: format!("line{n}"),
            ..registered()
        });
        let mut snapshot = snapshot(lines.collect());
        snapshot.config.error = Some(Error::new(Code::ConfigInvalid, [("count", "2")]));
        snapshot.home.enabled = enabled;
        let menu = Menu::of(Engine::Running(&snapshot), here());
        assert!(
            menu.items.len() <= 12,
            "{count} lines: {}",
            menu.items.len()
        );
        let mut all = Vec::new();
        keys(&menu.items, &mut all);
        let unique: BTreeSet<&&str> = all.iter().collect();
        assert_eq!(unique.len(), all.len(), "{all:?}");
    }
}

#[test]
fn what_is_wrong_with_the_config_stands_below_the_first_line() {
    let mut snapshot = snapshot(vec![registered()]);
    snapshot.config.error = Some(Error::new(Code::ConfigInvalid, [("count", "2")]));
    let menu = Menu::of(Engine::Running(&snapshot), here());
    let shown = drawn(&menu.items);
    assert!(
        shown.starts_with(
            "\n[Registered]\n[the config file has 2 problems; the config before stays in force]\n"
        ),
        "{shown}"
    );
}

#[test]
fn stays_true_until_it_says_that_it_changes() {
    let lines = vec![registered()];
    let now = menu(lines.clone());
    let after = now.changes_in.unwrap();
    let later = |by: Duration| {
        let then = (here().now.as_utc() + by).into();
        let here = Here {
            now: then,
            ..here()
        };
        Menu::of(Engine::Running(&snapshot(lines.clone())), here).items
    };
    assert_eq!(
        after,
        Duration::from_millis(150_001),
        "50 min are left for 2½ min more"
    );
    assert_eq!(later(after - Duration::from_millis(1)), now.items);
    assert_ne!(later(after), now.items);
}

#[test]
fn without_binding_nothing_changes_by_itself() {
    assert_eq!(menu(vec![refused()]).changes_in, None);
    assert_eq!(menu(Vec::new()).changes_in, None);
}
