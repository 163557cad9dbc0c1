//! Arrows between rooms: who may depend on whom, and who may reach the outside.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Fallible, run};

/// Whom each room may depend on. A room that is not here is a failure: a new one is entered with its arrows.
const ARROWS: [(&str, &[&str]); 16] = [
    ("bellhop-sip", &[]),
    ("bellhop-endpoint", &["bellhop-sip"]),
    ("bellhop-agent", &["bellhop-sip", "bellhop-endpoint"]),
    ("bellhop-registrar", &["bellhop-sip", "bellhop-endpoint"]),
    ("bellhop-netwatch", &[]),
    ("bellhop-control", &[]),
    (
        "bellhop-engine",
        &[
            "bellhop-sip",
            "bellhop-endpoint",
            "bellhop-agent",
            "bellhop-registrar",
            "bellhop-netwatch",
            "bellhop-control",
        ],
    ),
    (
        "bellhop",
        &["bellhop-engine", "bellhop-control", "bellhop-sip"],
    ),
    ("xtask", &[]),
    ("bellhop-tests-support", &["bellhop-control"]),
    (
        "bellhop-tests-conformance",
        &[
            "bellhop-sip",
            "bellhop-endpoint",
            "bellhop-agent",
            "bellhop-registrar",
        ],
    ),
    (
        "bellhop-tests-sim",
        &[
            "bellhop-sip",
            "bellhop-endpoint",
            "bellhop-agent",
            "bellhop-registrar",
        ],
    ),
    (
        "bellhop-tests-lab",
        &[
            "bellhop-tests-support",
            "bellhop-sip",
            "bellhop-endpoint",
            "bellhop-registrar",
        ],
    ),
    ("bellhop-tray", &["bellhop-control"]),
    ("bellhop-tests-icons", &[]),
    (
        "bellhop-tests-desktop",
        &["bellhop-tests-support", "bellhop-tests-lab"],
    ),
];

/// The only one that tests of any room may use besides.
const TESTS_MAY: &str = "bellhop-tests-support";

/// Rooms whose time, addresses and randomness come in as arguments.
const WITHOUT_IO: [&str; 4] = [
    "bellhop-sip",
    "bellhop-endpoint",
    "bellhop-agent",
    "bellhop-registrar",
];

/// What such a room must not reach, not even through others.
const OUTSIDE: [&str; 13] = [
    "tokio",
    "mio",
    "socket2",
    "nix",
    "rustix",
    "async-io",
    "async-std",
    "smol",
    "hickory-resolver",
    "if-watch",
    "rtnetlink",
    "netlink-sys",
    "tracing-appender",
];

/// What tray and window are made of. All that they know of the rest they hear over the engine's socket, so that nothing else builds them anew.
const FACE: &str = "bellhop-tray";
const OF_THE_FACE: [&str; 2] = [FACE, "bellhop-control"];

/// A package of the workspace.
#[derive(Debug, Default)]
pub(crate) struct Room {
    name: String,
    folder: PathBuf,
    /// Packages of the workspace that it needs to run.
    needs: Vec<String>,
    /// Those that only its tests need.
    tests_need: Vec<String>,
}

impl Room {
    pub(crate) fn all() -> Fallible<Vec<Room>> {
        let metadata = run::output(&mut run::cargo(&[
            "metadata",
            "--no-deps",
            "--locked",
            "--format-version",
            "1",
        ]))?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let packages = metadata
            .get("packages")
            .and_then(Value::as_array)
            .ok_or("cargo names no packages")?;
        Ok(packages.iter().filter_map(Room::parse).collect())
    }

    fn parse(package: &Value) -> Option<Room> {
        let mut room = Room {
            name: package.get("name")?.as_str()?.to_owned(),
            folder: Path::new(package.get("manifest_path")?.as_str()?)
                .parent()?
                .to_path_buf(),
            ..Room::default()
        };
        for dependency in package.get("dependencies")?.as_array()? {
            let name = dependency.get("name")?.as_str()?;
            // Only what lies in the workspace has a path.
            if dependency.get("path").is_some_and(Value::is_string) {
                let for_tests = dependency.get("kind").and_then(Value::as_str) == Some("dev");
                let list = if for_tests {
                    &mut room.tests_need
                } else {
                    &mut room.needs
                };
                list.push(name.to_owned());
            }
        }
        Some(room)
    }
}

pub(crate) fn astray(rooms: &[Room]) -> Vec<String> {
    let mut offenders = Vec::new();
    for room in rooms {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room.name) else {
            offenders.push(format!("{} is not in the table of rooms", room.name));
            continue;
        };
        let strays = room
            .needs
            .iter()
            .filter(|name| !allowed.contains(&name.as_str()));
        offenders.extend(strays.map(|name| format!("{} depends on {name}", room.name)));
        let strays = room
            .tests_need
            .iter()
            .filter(|name| *name != TESTS_MAY && !allowed.contains(&name.as_str()));
        offenders.extend(strays.map(|name| format!("tests of {} depend on {name}", room.name)));
    }
    offenders
}

pub(crate) fn impure(rooms: &[Room]) -> Fallible<Vec<String>> {
    let mut offenders = Vec::new();
    for room in without_io(rooms) {
        let tree = run::output(&mut run::cargo(&[
            "tree",
            "--locked",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            &room.name,
        ]))?;
        offenders.extend(
            reached(&tree)
                .into_iter()
                .map(|name| format!("{} reaches {name}", room.name)),
        );
    }
    Ok(offenders)
}

/// Rooms whose editing would build tray and window anew.
pub(crate) fn behind_the_face(rooms: &[Room]) -> Fallible<Vec<String>> {
    let tree = run::output(&mut run::cargo(&[
        "tree",
        "--locked",
        "--edges",
        "normal,build",
        "--all-features",
        "--prefix",
        "none",
        "--package",
        FACE,
    ]))?;
    Ok(rooms_in(&tree, rooms)
        .filter(|name| !OF_THE_FACE.contains(name))
        .map(|name| format!("{FACE} is built with {name}"))
        .collect())
}

/// The workspace's own packages in what `cargo tree` printed.
fn rooms_in<'a>(tree: &str, rooms: &'a [Room]) -> impl Iterator<Item = &'a str> {
    rooms.iter().map(|room| room.name.as_str()).filter(|name| {
        tree.lines()
            .any(|line| line.split(' ').next() == Some(name))
    })
}

/// Which of the forbidden packages are in what `cargo tree` printed.
fn reached(tree: &str) -> Vec<&'static str> {
    OUTSIDE
        .into_iter()
        .filter(|name| {
            tree.lines()
                .any(|line| line.split(' ').next() == Some(name))
        })
        .collect()
}

pub(crate) fn unlinted(rooms: &[Room]) -> Fallible<Vec<String>> {
    let mut offenders = Vec::new();
    for room in rooms {
        let manifest = fs::read_to_string(room.folder.join("Cargo.toml"))?;
        if !manifest.contains("[lints]\nworkspace = true\n") {
            offenders.push(format!(
                "{} does not take its lints from the workspace",
                room.name
            ));
        }
    }
    Ok(offenders)
}

pub(crate) fn clocked(rooms: &[Room]) -> Vec<String> {
    let bans_the_clock = |room: &&Room| {
        fs::read_to_string(room.folder.join("clippy.toml")).is_ok_and(|lints| {
            ["std::time::Instant::now", "std::time::SystemTime::now"]
                .iter()
                .all(|clock| lints.contains(clock))
        })
    };
    without_io(rooms)
        .filter(|room| !bans_the_clock(room))
        .map(|room| format!("{} has no clippy.toml that bans the clock", room.name))
        .collect()
}

fn without_io(rooms: &[Room]) -> impl Iterator<Item = &Room> {
    rooms
        .iter()
        .filter(|room| WITHOUT_IO.contains(&room.name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str, needs: &[&str], tests_need: &[&str]) -> Room {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Room {
            name: name.to_owned(),
            needs: owned(needs),
            tests_need: owned(tests_need),
            ..Room::default()
        }
    }

    #[test]
    fn an_arrow_the_other_way_is_told() {
        let rooms = [
            room("bellhop-control", &["bellhop-engine"], &[]),
            room("bellhop-agent", &["bellhop-sip"], &["bellhop-registrar"]),
        ];
        assert_eq!(
            astray(&rooms),
            [
                "bellhop-control depends on bellhop-engine",
                "tests of bellhop-agent depend on bellhop-registrar"
            ]
        );
    }

    #[test]
    fn an_unknown_room_is_told() {
        assert_eq!(
            astray(&[room("bellhop-attic", &[], &[])]),
            ["bellhop-attic is not in the table of rooms"]
        );
    }

    #[test]
    fn a_runtime_is_seen_through_other_packages_but_not_by_part_of_its_name() {
        assert_eq!(
            reached("bellhop-agent v0.1.0 (/b)\nfoo v1.0.0\ntokio v1.50.0 (*)\n"),
            ["tokio"]
        );
        assert!(reached("tokio-like v1.0.0\nnixed v2.0.0\n").is_empty());
    }

    #[test]
    fn a_room_behind_the_face_is_seen_through_another() {
        let rooms = [
            room("bellhop-control", &[], &[]),
            room("bellhop-sip", &[], &[]),
        ];
        let tree = "bellhop-tray v0.1.0 (/b)\nbellhop-control v0.1.0 (/b)\nserde v1.0.0\n";
        let found: Vec<&str> = rooms_in(tree, &rooms).collect();
        assert_eq!(found, ["bellhop-control"]);
        let tree = format!("{tree}bellhop-sip v0.1.0 (/b)\n");
        assert_eq!(rooms_in(&tree, &rooms).count(), 2);
    }

    #[test]
    fn dependencies_for_tests_are_told_from_others() {
        let package = r#"{"name":"a","manifest_path":"/b/crates/a/Cargo.toml","dependencies":[
            {"name":"bellhop-sip","kind":null,"path":"/b/crates/sip"},{"name":"bellhop-tests-support","kind":"dev","path":"/b/tests/support"},
            {"name":"bytes","kind":null}]}"#;
        let room = Room::parse(&serde_json::from_str(package).unwrap()).unwrap();
        assert_eq!(
            (room.needs, room.tests_need),
            (
                vec!["bellhop-sip".to_owned()],
                vec!["bellhop-tests-support".to_owned()]
            )
        );
    }
}
