//! The manual page that the packages install names every command.
#![cfg(unix)]

use std::process::Command;

#[test]
fn it_names_every_command() {
    let help = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .arg("--help")
        .output()
        .expect("bellhop starts");
    let help = String::from_utf8(help.stdout).expect("help is text");
    let commands: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"status"), "{help}");

    let page = include_str!("../../../installers/bellhop.1");
    let paragraphs: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix(".B "))
        .collect();
    for command in commands {
        assert!(
            paragraphs.contains(&command),
            "installers/bellhop.1 has no {command}"
        );
    }
}
