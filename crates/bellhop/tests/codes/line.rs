//! What can be wrong with a line: each by a registrar, a name or a network that is so.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use bellhop_control::error::Code;
use bellhop_control::protocol::PROTOCOL;
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::peer::{Heard, Peer};
use bellhop_tests_support::registrar::{NONCE, REALM, Registrar};
use bellhop_tests_support::sip_text::{header, headers};
use serde_json::Value;

use crate::namespace;
use crate::proof::{Proof, bellhop};
use crate::socket::Socket;

/// An address for documentation (RFC 5737).
const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// Long enough for a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// Timer F (RFC 3261 §17.1.2.2) is 32 s.
const SILENCE: Duration = Duration::from_secs(50);

/// A line at `registrar` with that password.
pub(crate) fn config(registrar: &str, password: &str) -> String {
    format!(
        "[[line]]\nid = \"work\"\naor = \"sip:tina@company.test\"\nregistrar = \"sip:{registrar}\"\nauth_username = \"tina\"\npassword = {password}\n"
    )
}

/// A line at a peer, with the right password.
pub(crate) fn at(address: SocketAddr) -> String {
    config(&address.to_string(), "{ file = \"secret\" }")
}

/// Waits until the line says that this is wrong with it, and says the same after people were told.
///
/// A wait for the next try may be as short as half a second, and during the try nothing is known to be wrong: then a later one, which is longer, will do.
pub(crate) fn trouble(engine: &Engine, code: Code, limit: Duration) -> Result<Proof> {
    let mut socket = Socket::greeting(&engine.state_dir(), PROTOCOL)?;
    let end = Instant::now() + limit;
    loop {
        let line = socket.first_line()?;
        if line.pointer("/error/code").and_then(Value::as_str) == Some(code.as_str()) {
            let text = engine.cli(&["status"])?.stdout;
            if socket.first_line()? == line {
                return Ok(Proof::Line { line, text });
            }
        }
        if Instant::now() > end {
            bail!("no {code} within {limit:?}: {line}");
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// What a line says at a registrar that gives every REGISTER that answer.
fn answered(
    code: Code,
    answer: impl FnMut(Heard<'_>) -> Option<String> + Send + 'static,
) -> Result<Proof> {
    let peer = Peer::start(answer)?;
    trouble(&Engine::start(bellhop(), &at(peer.address()))?, code, SOON)
}

fn challenge(heard: Heard<'_>, realm: &str, rest: &str) -> String {
    heard.answer(
        "401 Unauthorized",
        &format!("WWW-Authenticate: Digest realm=\"{realm}\", {rest}\r\n"),
    )
}

/// The 200 of a registrar that lists what it was sent.
fn accepted(heard: Heard<'_>) -> String {
    let listed: String = headers(heard.message, "Contact")
        .iter()
        .map(|contact| format!("Contact: {contact}\r\n"))
        .collect();
    heard.answer("200 OK", &format!("{listed}Expires: 600\r\n"))
}

pub(crate) fn no_network() -> Result<Proof> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = scripted(registrar.address())?;
    trouble(&engine, Code::NoNetwork, SOON)
}

pub(crate) fn flow_failed() -> Result<Proof> {
    let registrar = Registrar::start(PASSWORD)?;
    let mut engine = scripted(registrar.address())?;
    // An address for documentation (RFC 5737), so none of this machine's.
    engine.says("198.51.100.7")?;
    trouble(&engine, Code::FlowFailed, SOON)
}

fn scripted(registrar: SocketAddr) -> Result<Engine> {
    Engine::start_as(bellhop(), &at(registrar), |command| {
        command.arg("--scripted-networks").stdin(Stdio::piped());
    })
}

pub(crate) fn registrar_unresolved() -> Result<Proof> {
    // A name that never has an address (RFC 6761 §6.4).
    let config = config("pbx.company.invalid", "{ file = \"secret\" }");
    trouble(
        &Engine::start(bellhop(), &config)?,
        Code::RegistrarUnresolved,
        SILENCE,
    )
}

pub(crate) fn registrar_silent() -> Result<Proof> {
    let peer = Peer::start(|_| None)?;
    let engine = Engine::start(bellhop(), &at(peer.address()))?;
    trouble(&engine, Code::RegistrarSilent, 4 * SILENCE)
}

pub(crate) fn registrar_stopped_answering() -> Result<Proof> {
    let silent = Arc::new(AtomicBool::new(false));
    let peer = Peer::start({
        let silent = Arc::clone(&silent);
        move |heard| (!silent.load(Ordering::Relaxed)).then(|| accepted(heard))
    })?;
    let engine = Engine::start(bellhop(), &at(peer.address()))?;
    engine.wait_for("registered", SOON)?;
    silent.store(true, Ordering::Relaxed);
    engine.cli(&["rebind", "work"])?;
    trouble(&engine, Code::RegistrarStoppedAnswering, 3 * SILENCE)
}

pub(crate) fn registrar_error() -> Result<Proof> {
    answered(Code::RegistrarError, |heard| {
        Some(heard.answer("503 Service Unavailable", ""))
    })
}

pub(crate) fn password_refused() -> Result<Proof> {
    let registrar = Registrar::start("another")?;
    let engine = Engine::start(bellhop(), &at(registrar.address()))?;
    trouble(&engine, Code::PasswordRefused, SOON)
}

pub(crate) fn forbidden() -> Result<Proof> {
    answered(Code::Forbidden, |heard| {
        Some(heard.answer("403 Forbidden", ""))
    })
}

pub(crate) fn unknown_number() -> Result<Proof> {
    answered(Code::UnknownNumber, |heard| {
        Some(heard.answer("404 Not Found", ""))
    })
}

pub(crate) fn other_status() -> Result<Proof> {
    answered(Code::OtherStatus, |heard| {
        Some(heard.answer("488 Not Acceptable Here", ""))
    })
}

pub(crate) fn challenge_loop() -> Result<Proof> {
    let count = AtomicUsize::new(0);
    answered(Code::ChallengeLoop, move |heard| {
        let count = count.fetch_add(1, Ordering::Relaxed);
        let rest = format!("nonce=\"{NONCE}{count}\", algorithm=MD5, qop=\"auth\", stale=true");
        Some(challenge(heard, REALM, &rest))
    })
}

pub(crate) fn challenge_unsupported() -> Result<Proof> {
    answered(Code::ChallengeUnsupported, |heard| {
        let rest = format!("nonce=\"{NONCE}\", algorithm=MD4, qop=\"auth\"");
        Some(challenge(heard, REALM, &rest))
    })
}

pub(crate) fn realm_changed() -> Result<Proof> {
    let moved = Arc::new(AtomicBool::new(false));
    let peer = Peer::start({
        let moved = Arc::clone(&moved);
        move |heard| {
            let rest = format!("nonce=\"{NONCE}\", algorithm=MD5, qop=\"auth\"");
            Some(if moved.load(Ordering::Relaxed) {
                challenge(heard, "elsewhere.test", &rest)
            } else if header(heard.message, "Authorization").is_none() {
                challenge(heard, REALM, &rest)
            } else {
                accepted(heard)
            })
        }
    })?;
    let engine = Engine::start(bellhop(), &at(peer.address()))?;
    engine.wait_for("registered", SOON)?;
    moved.store(true, Ordering::Relaxed);
    engine.cli(&["rebind", "work"])?;
    trouble(&engine, Code::RealmChanged, SOON)
}

/// A company that allows the number one phone: whoever asks what it holds is told of the other one.
///
/// Who is registered on loopback never asks, so this is on another address, in a network of its own.
pub(crate) fn registered_elsewhere() -> Result<Proof> {
    namespace::again_with_address(Code::RegisteredElsewhere, ADDRESS)
}

/// In there.
pub(crate) fn registered_elsewhere_inside() -> Result<Proof> {
    let peer = Peer::start_at(ADDRESS, |heard| {
        let rival = "Contact: <sip:tina@198.51.100.9:5060>;expires=600\r\n";
        Some(if headers(heard.message, "Contact").is_empty() {
            heard.answer("200 OK", rival)
        } else {
            accepted(heard)
        })
    })?;
    let mut engine = scripted(peer.address())?;
    engine.says(&ADDRESS.to_string())?;
    // It looks about every two minutes, and believes it the second time.
    trouble(&engine, Code::RegisteredElsewhere, Duration::from_secs(300))
}

pub(crate) fn not_verified() -> Result<Proof> {
    answered(Code::NotVerified, |heard| {
        Some(heard.answer("200 OK", "Expires: 600\r\n"))
    })
}
