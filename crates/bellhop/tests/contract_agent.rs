//! The contract of a running engine, seen from outside: against a registrar on loopback, through the command line.

#![cfg(unix)]

use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::registrar::{REALM, Registrar, Seen, md5_hex};
use bellhop_tests_support::sip_text::header;
use serde_json::Value;

fn bellhop() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellhop"))
}

fn config(registrar: &Registrar) -> String {
    let address = registrar.address();
    format!(
        "[[line]]\nid = \"work\"\naor = \"sip:tina@company.test\"\nregistrar = \"sip:{address};transport=udp\"\nauth_username = \"tina\"\npassword = {{ file = \"secret\" }}\nexpires = 600\n"
    )
}

/// A registered line: its registrar, its engine and its status.
fn registered() -> Result<(Registrar, Engine, Value)> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &config(&registrar))?;
    let status = engine.wait_for("registered", Duration::from_secs(8))?;
    assert_eq!(state(&status), "registered", "{status}");
    Ok((registrar, engine, status))
}

fn state(status: &Value) -> &str {
    status
        .pointer("/lines/0/state")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn assert_has(object: Option<&Value>, keys: &[&str]) -> Result<()> {
    let object = object
        .and_then(Value::as_object)
        .context("there is no such object")?;
    for key in keys {
        assert!(object.contains_key(*key), "{key} in {object:?}");
    }
    Ok(())
}

/// Waits at most `limit` for `condition`.
fn comes_true(limit: Duration, condition: impl Fn() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !condition() {
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}

fn last(registrar: &Registrar) -> Result<Seen> {
    registrar.seen().pop().context("no REGISTER came")
}

#[test]
fn status_tells_all_that_the_contract_names() -> Result<()> {
    let (_registrar, _engine, status) = registered()?;
    assert_has(
        Some(&status),
        &["version", "lines", "network", "home", "calls"],
    )?;
    assert_has(
        status.pointer("/lines/0"),
        &[
            "id",
            "aor",
            "state",
            "verified",
            "callable",
            "flows",
            "bindings",
            "last_rebind",
            "error",
        ],
    )?;
    assert_has(
        status.pointer("/lines/0/flows/0"),
        &[
            "interface",
            "local",
            "public",
            "registrar",
            "transport",
            "contact",
            "reg_id",
            "expires_at",
            "rtt_ms",
            "state",
        ],
    )?;
    assert_has(
        status.pointer("/network"),
        &["online", "interfaces", "home"],
    )?;
    assert_has(
        status.pointer("/home"),
        &["enabled", "listening", "devices"],
    )?;
    assert_eq!(
        status.pointer("/lines/0/verified"),
        Some(&Value::Bool(true)),
        "{status}"
    );
    let bindings = status
        .pointer("/lines/0/bindings")
        .and_then(Value::as_array)
        .context("bindings")?;
    assert!(
        bindings
            .iter()
            .any(|binding| binding.get("mine") == Some(&Value::Bool(true))),
        "{bindings:?}"
    );
    let expires = status
        .pointer("/lines/0/flows/0/expires_at")
        .and_then(Value::as_str)
        .context("expires_at")?;
    // 2026-11-23T14:02:05.123Z
    assert!(
        expires.len() == 24 && expires.ends_with('Z') && expires.get(10..11) == Some("T"),
        "{expires}"
    );
    Ok(())
}

#[test]
fn the_register_names_the_instance_and_asks_for_rport() -> Result<()> {
    let (registrar, _engine, _) = registered()?;
    let register = last(&registrar)?;
    assert!(
        register
            .contacts
            .join(",")
            .contains("+sip.instance=\"<urn:uuid:"),
        "{:?}",
        register.contacts
    );
    assert!(header(&register.message, "Via").is_some_and(|via| via.contains(";rport")));
    Ok(())
}

#[test]
fn rebind_is_one_round_trip_with_the_cached_nonce() -> Result<()> {
    let (registrar, engine, _) = registered()?;
    let (before, count) = (last(&registrar)?, registrar.seen().len());
    let outcome = engine.cli(&["rebind"])?;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("registered again in"),
        "{}",
        outcome.stdout
    );
    let seen = registrar.seen();
    let first = seen.get(count).context("rebind sent no REGISTER")?;
    assert!(first.accepted, "{}", first.message);
    assert_eq!(first.call_id, before.call_id);
    assert!(first.cseq > before.cseq);
    assert!(
        comes_true(Duration::from_secs(2), || registrar.bindings().len() == 1),
        "{:?}",
        registrar.bindings()
    );
    Ok(())
}

#[test]
fn pause_removes_the_binding_and_resume_brings_it_back() -> Result<()> {
    let (registrar, engine, _) = registered()?;
    let outcome = engine.cli(&["pause", "work"])?;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stdout.starts_with("work: Paused"),
        "{}",
        outcome.stdout
    );
    assert_eq!(state(&engine.status()?), "paused");
    assert_eq!(
        engine.cli(&["status"])?.stdout,
        "Paused                 tina@company.test\n  calls don't come to this laptop → bellhop resume work\n"
    );
    assert_eq!(registrar.bindings(), [""; 0]);
    let refused = engine.cli(&["pause", "nobody"])?;
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("no line nobody"),
        "{}",
        refused.stderr
    );
    let outcome = engine.cli(&["resume", "work"])?;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(state(&engine.status()?), "registered");
    assert_eq!(registrar.bindings().len(), 1);
    Ok(())
}

#[test]
fn the_state_directory_is_private_and_for_one_engine() -> Result<()> {
    let (_registrar, engine, _) = registered()?;
    assert_eq!(engine.twin()?.code(), Some(1));
    let mode =
        |path: &Path| -> Result<u32> { Ok(fs::metadata(path)?.permissions().mode() & 0o777) };
    assert_eq!(mode(&engine.state_dir())?, 0o700);
    let mut sockets = 0;
    for entry in fs::read_dir(engine.state_dir())? {
        let entry = entry?;
        if entry.file_type()?.is_socket() {
            sockets += 1;
            assert_eq!(mode(&entry.path())? & 0o077, 0, "{entry:?}");
        }
    }
    assert!(sockets > 0);
    Ok(())
}

#[test]
fn junk_on_the_socket_of_the_flow_changes_nothing() -> Result<()> {
    let (_registrar, mut engine, status) = registered()?;
    let local = status
        .pointer("/lines/0/flows/0/local")
        .and_then(Value::as_str)
        .context("local")?
        .to_owned();
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let guess =
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKguess\r\nCSeq: 1 REGISTER\r\n\r\n"
            .as_slice();
    for junk in [
        [0; 40].as_slice(),
        b"INVITE sip:x SIP/2.0\r\n\r\n",
        guess,
        &[0xff; 65_000],
    ] {
        socket.send_to(junk, &local)?;
    }
    thread::sleep(Duration::from_millis(300));
    assert!(engine.is_running()?);
    assert_eq!(state(&engine.status()?), "registered");
    Ok(())
}

#[test]
fn sigterm_unregisters_and_leaves_no_secret_behind() -> Result<()> {
    let (registrar, mut engine, _) = registered()?;
    engine.cli(&["rebind"])?;
    engine.cli(&["trace"])?;
    let (status, took) = engine.stop()?;
    assert_eq!(status.code(), Some(0), "{}", engine.stderr()?);
    assert!(took < Duration::from_millis(2500), "{took:?}");
    assert_eq!(registrar.bindings(), [""; 0]);
    assert!(
        !registrar
            .seen()
            .iter()
            .any(|seen| seen.contacts.iter().any(|contact| contact.trim() == "*"))
    );
    let ha1 = md5_hex(&format!("tina:{REALM}:{PASSWORD}"));
    for file in files(engine.directory())? {
        if file.file_name().is_none_or(|name| name != "secret") {
            let content = fs::read(&file)?;
            let content = String::from_utf8_lossy(&content);
            assert!(
                !content.contains(PASSWORD) && !content.contains(&ha1),
                "{}",
                file.display()
            );
        }
    }
    let outcome = engine.cli(&["status", "--json"])?;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.trim().len() > 10);
    Ok(())
}

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            found.extend(files(&entry.path())?);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[test]
fn a_wrong_password_is_told_and_not_hammered() -> Result<()> {
    let registrar = Registrar::start("another")?;
    let engine = Engine::start(bellhop(), &config(&registrar))?;
    let status = engine.wait_for("rejected", Duration::from_secs(4))?;
    assert_eq!(state(&status), "rejected", "{status}");
    assert_has(
        status.pointer("/lines/0/error"),
        &["code", "params", "whose", "message", "action"],
    )?;
    assert_eq!(
        status
            .pointer("/lines/0/error/code")
            .and_then(Value::as_str),
        Some("password_refused")
    );
    // Long enough for any hammering to show.
    thread::sleep(Duration::from_secs(3));
    let attempts = registrar
        .seen()
        .iter()
        .filter(|seen| seen.with_credentials)
        .count();
    assert!(attempts <= 3, "{attempts}");
    let text = engine.cli(&["status"])?;
    assert_eq!(text.code, Some(0));
    assert!(
        text.stdout.contains("You can't be called")
            && text.stdout.contains("bellhop line password work"),
        "{}",
        text.stdout
    );
    Ok(())
}

#[test]
fn people_read_registered_and_a_ladder_and_a_check() -> Result<()> {
    let (_registrar, engine, _) = registered()?;
    let status = engine.cli(&["status"])?;
    assert!(
        status
            .stdout
            .starts_with("Registered             tina@company.test\n"),
        "{}",
        status.stdout
    );
    assert!(!status.stdout.contains('\u{1b}'), "no colour into a pipe");
    let trace = engine.cli(&["trace"])?;
    assert_eq!(trace.code, Some(0), "{}", trace.stderr);
    assert!(
        trace.stdout.contains("├─ REGISTER sip:") && trace.stdout.contains(" 200 OK · "),
        "{}",
        trace.stdout
    );
    let check = engine.cli(&["check"])?;
    assert_eq!(check.code, Some(0), "{}{}", check.stdout, check.stderr);
    assert!(
        check.stdout.contains('✓') && !check.stdout.contains('✗'),
        "{}",
        check.stdout
    );
    Ok(())
}
