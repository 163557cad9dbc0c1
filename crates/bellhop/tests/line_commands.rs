//! `bellhop line`: editing a config in place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use bellhop_tests_support::engine::{Outcome, command};
use tempfile::TempDir;

/// A config and a state directory on which no engine runs.
struct Desk {
    directory: TempDir,
}

impl Desk {
    fn with(config: &str) -> Result<Desk> {
        let directory = tempfile::tempdir()?;
        fs::write(directory.path().join("config.toml"), config)?;
        fs::write(directory.path().join("secret"), "c4nary\n")?;
        Ok(Desk { directory })
    }

    fn config(&self) -> PathBuf {
        self.directory.path().join("config.toml")
    }

    fn text(&self) -> Result<String> {
        Ok(fs::read_to_string(self.config())?)
    }

    fn line(&self, words: &[&str], input: &str) -> Result<Outcome> {
        let bellhop = Path::new(env!("CARGO_BIN_EXE_bellhop"));
        command(
            Command::new(bellhop)
                .arg("line")
                .args(words)
                .arg("--config")
                .arg(self.config())
                .arg("--state-dir")
                .arg(self.directory.path().join("state"))
                .current_dir(self.directory.path()),
            input,
        )
    }
}

const MINE: &str = "# my phones\n[[line]] # the first\nid = \"work\"\naor = \"sip:tina@example.com\"\npassword = { env = \"TINA\" }\n";

#[test]
fn adding_keeps_what_was_there_and_listing_shows_it() -> Result<()> {
    let desk = Desk::with(MINE)?;
    let added = desk.line(
        &[
            "add",
            "--aor",
            "sip:tina@example.org",
            "--registrar",
            "sip:pbx.example.org",
            "--password-file",
            "secret",
        ],
        "",
    )?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(added.stdout.starts_with("tina: tina@example.org is added"));
    let text = desk.text()?;
    assert!(text.starts_with(MINE), "{text}");
    assert!(!text.contains("c4nary"), "{text}");

    let listed = desk.line(&["list"], "")?;
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let rows: Vec<&str> = listed.stdout.lines().collect();
    assert_eq!(
        rows.first(),
        Some(&"work  tina@example.com  (by DNS)             env TINA")
    );
    assert!(
        rows.get(1).is_some_and(|row| row.ends_with("/secret")),
        "{rows:?}"
    );

    let removed = desk.line(&["remove", "tina"], "")?;
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert_eq!(desk.text()?, MINE);
    Ok(())
}

#[test]
fn what_makes_no_sense_changes_nothing() -> Result<()> {
    let desk = Desk::with(MINE)?;
    for words in [
        [
            "add",
            "--aor",
            "tina at example",
            "--password-file",
            "secret",
        ]
        .as_slice(),
        &[
            "add",
            "--aor",
            "sip:example.com",
            "--password-file",
            "secret",
        ],
        &[
            "add",
            "--aor",
            "sip:a@b",
            "--id",
            "work",
            "--password-file",
            "secret",
        ],
        &[
            "add",
            "--aor",
            "sip:a@b",
            "--registrar",
            "sip:b;transport=tls",
            "--password-file",
            "secret",
        ],
        &["add", "--aor", "sips:a@b", "--password-file", "secret"],
        &["add", "--aor", "sip:a@b", "--password-file", "missing"],
        &["add", "--aor", "sip:a@b"],
        &["add", "--aor", "sip:a@b", "--password-stdin"],
    ] {
        let outcome = desk.line(words, "")?;
        assert_eq!(outcome.code, Some(2), "{words:?}: {}", outcome.stderr);
        assert!(!outcome.stderr.trim().is_empty(), "{words:?}");
        assert_eq!(desk.text()?, MINE, "{words:?}");
    }
    for words in [
        ["remove", "home"].as_slice(),
        &["password", "home", "--password-stdin"],
        &["password", "work", "--password-stdin"],
    ] {
        let outcome = desk.line(words, "secret\n")?;
        assert_eq!(outcome.code, Some(1), "{words:?}: {}", outcome.stderr);
        assert_eq!(desk.text()?, MINE, "{words:?}");
    }
    Ok(())
}

#[test]
fn a_wrong_config_is_not_edited() -> Result<()> {
    let desk = Desk::with("[[line]]\naor = 1\n")?;
    for words in [
        ["list"].as_slice(),
        &["remove", "work"],
        &["add", "--aor", "sip:a@b", "--password-file", "secret"],
    ] {
        let outcome = desk.line(words, "")?;
        assert_eq!(outcome.code, Some(2), "{words:?}");
        assert!(
            outcome.stderr.contains("config.toml:2: aor: "),
            "{}",
            outcome.stderr
        );
    }
    Ok(())
}
