//! The contract of the command line and of a wrong config: exit status 2, and stderr that names file, line and key but no value.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use bellhop_tests_support::engine::{Engine, Outcome, command};

fn bellhop() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellhop"))
}

fn cli(words: &[&str]) -> Result<Outcome> {
    command(Command::new(bellhop()).args(words), "")
}

/// `run` with that config must end within 5 s; gives its exit status and what it said.
fn refused(toml: &str) -> Result<(Option<i32>, String)> {
    let mut engine = Engine::spawn(bellhop(), toml)?;
    let status = engine.wait(Duration::from_secs(5))?;
    Ok((status.code(), engine.stderr()?))
}

#[test]
fn a_syntax_error_is_named_by_its_line() -> Result<()> {
    let (code, said) = refused("[[line]]\naor = \"sip:tina@company.test\n")?;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("config.toml:2"), "{said}");
    Ok(())
}

#[test]
fn an_unknown_key_is_named() -> Result<()> {
    let (code, said) =
        refused("[[line]]\naor = \"sip:tina@company.test\"\npasword = { file = \"secret\" }\n")?;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("config.toml:3: pasword: "), "{said}");
    Ok(())
}

#[test]
fn a_bad_uri_is_named_without_being_repeated() -> Result<()> {
    let (code, said) = refused("[[line]]\naor = \"tina at company\"\n")?;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("config.toml:2: aor: "), "{said}");
    assert!(!said.contains("tina at company"), "{said}");
    Ok(())
}

#[test]
fn a_number_out_of_range_is_named() -> Result<()> {
    let (code, said) = refused("[[line]]\naor = \"sip:tina@company.test\"\nexpires = -5\n")?;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("config.toml:3: expires: "), "{said}");
    Ok(())
}

#[test]
fn a_feature_of_a_later_version_is_said_to_be_one() -> Result<()> {
    let (code, said) = refused("[[line]]\naor = \"sip:tina@company.test\"\nring = [\"desk\"]\n")?;
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("config.toml:3: ring: not in this version"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_named_config_that_is_missing_is_exit_2() -> Result<()> {
    let state = tempfile::tempdir()?;
    let state = state.path().to_str().context("a path as text")?;
    let outcome = cli(&[
        "run",
        "--config",
        "/nonexistent/config.toml",
        "--state-dir",
        state,
    ])?;
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(!outcome.stderr.trim().is_empty());
    Ok(())
}

#[test]
fn help_lists_the_commands() -> Result<()> {
    let outcome = cli(&["--help"])?;
    assert_eq!(outcome.code, Some(0));
    for word in [
        "run", "status", "rebind", "pause", "resume", "check", "line", "device", "home", "trace",
    ] {
        assert!(
            outcome.stdout.contains(&format!("\n  {word} ")),
            "{word}: {}",
            outcome.stdout
        );
    }
    assert!(
        !outcome.stdout.contains("demo-registrar"),
        "{}",
        outcome.stdout
    );
    Ok(())
}

#[test]
fn an_unknown_command_is_exit_2() -> Result<()> {
    assert_eq!(cli(&["nonsense"])?.code, Some(2));
    assert_eq!(cli(&[])?.code, Some(2));
    assert_eq!(cli(&["pause"])?.code, Some(2));
    Ok(())
}

#[test]
fn without_an_engine_status_is_exit_1_and_a_sentence() -> Result<()> {
    let state = tempfile::tempdir()?;
    let state = state.path().to_str().context("a path as text")?;
    for words in [
        ["status", "--json", "--state-dir", state].as_slice(),
        &["--state-dir", state, "rebind"],
        &["pause", "--state-dir", state, "work"],
        &["trace", "--state-dir", state],
        &["trace", "--pcap", "-", "--state-dir", state],
    ] {
        let outcome = cli(words)?;
        assert_eq!(outcome.code, Some(1), "{words:?}");
        assert!(outcome.stderr.trim().len() > 10, "{words:?}");
        assert_eq!(outcome.stdout, "", "{words:?}");
    }
    Ok(())
}
