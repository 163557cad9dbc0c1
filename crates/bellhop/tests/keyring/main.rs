//! Passwords in a real gnome-keyring on a private session bus, seen from outside: locked, missing, silent, wrong. Each is a state with its sentence and action, and ends
//! by itself when the keyring says that something changed. A missing program is a failure, not a skip.

#![cfg(target_os = "linux")]

mod prompts;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bellhop_control::client::Client;
use bellhop_control::protocol::Request;
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::keyring::{Keyring, NAME};
use bellhop_tests_support::registrar::Registrar;
use bellhop_tests_support::session::Session;
use bellhop_tests_support::sip_text::header;
use prompts::Prompts;
use serde_json::Value;

const AOR: &str = "sip:tina@company.test";
/// Far below the minute after which a locked keyring is looked at unasked.
const SOON: Duration = Duration::from_secs(20);
/// After so long without an answer a keyring is said to be silent.
const LIMIT: Duration = Duration::from_secs(5);

fn config(registrar: &Registrar) -> String {
    format!(
        "[[line]]\nid = \"work\"\naor = \"{}\"\nregistrar = \"sip:{}\"\npassword = {{ keyring = true }}\n",
        AOR,
        registrar.address()
    )
}

fn start(session: &Session, registrar: &Registrar) -> Result<Engine> {
    Engine::start_as(
        Path::new(env!("CARGO_BIN_EXE_bellhop")),
        &config(registrar),
        |command| session.dress(command),
    )
}

/// Waits until the line is in that state, with that error and action if it has one.
fn stands(engine: &Engine, state: &str, error: Option<(&str, &str)>) -> Result<()> {
    let end = Instant::now() + SOON;
    loop {
        let status = engine.status()?;
        let at = |path: &str| status.pointer(path).and_then(Value::as_str);
        let code = at("/lines/0/error/code").zip(at("/lines/0/error/action/kind"));
        if at("/lines/0/state") == Some(state) && code == error {
            return Ok(());
        }
        ensure!(Instant::now() < end, "not {state} {error:?}: {status}");
        thread::sleep(Duration::from_millis(20));
    }
}

const LOCKED: Option<(&str, &str)> = Some(("secret_locked", "unlock_keyring"));
const UNAVAILABLE: Option<(&str, &str)> = Some(("secret_unavailable", "try_now"));
const MISSING: Option<(&str, &str)> = Some(("secret_missing", "enter_password"));
const UNREADABLE: Option<(&str, &str)> = Some(("secret_unreadable", "enter_password"));
const REFUSED: Option<(&str, &str)> = Some(("password_refused", "enter_password"));

#[test]
fn a_locked_keyring_asks_its_owner_only_after_a_click_and_its_unlocking_is_heard() -> Result<()> {
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    keyring.store(AOR, PASSWORD.as_bytes())?;
    keyring.lock()?;
    let prompts = Prompts::count(&session)?;
    let registrar = Registrar::start(PASSWORD)?;
    let engine = start(&session, &registrar)?;
    stands(&engine, "waiting_for_secret", LOCKED)?;
    let text = engine.cli(&["status"])?.stdout;
    ensure!(
        text.contains("the password is locked in your keyring → bellhop rebind work"),
        "{text}"
    );

    // Whatever else happens in the keyring, nobody is asked anything.
    let (before, begun) = (prompts.looks(), Instant::now());
    for _ in 0..20 {
        keyring.unlock()?;
        keyring.lock()?;
    }
    stands(&engine, "waiting_for_secret", LOCKED).or_else(|_| {
        // It was quick enough to find it unlocked: then it is registered, and nobody was asked either.
        stands(&engine, "registered", None)
    })?;
    assert_eq!(prompts.asked(), 0);
    // Some hundred signals are a look now and one each half second.
    let most = 2 + usize::try_from(begun.elapsed().as_millis() / 500)?;
    let looks = prompts.looks() - before;
    ensure!(looks <= most, "{looks} looks, and {most} at most");
    Ok(())
}

#[test]
fn a_click_asks_the_owner_once_and_the_unlocking_is_heard() -> Result<()> {
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    keyring.store(AOR, PASSWORD.as_bytes())?;
    keyring.lock()?;
    let prompts = Prompts::count(&session)?;
    let registrar = Registrar::start(PASSWORD)?;
    let engine = start(&session, &registrar)?;
    stands(&engine, "waiting_for_secret", LOCKED)?;
    assert_eq!(prompts.asked(), 0, "not at the start");

    // Nobody is there to answer the prompt.
    let clicked = engine.cli(&["rebind", "work"])?;
    assert_eq!(clicked.code, Some(1), "{}", clicked.stdout);
    let end = Instant::now() + SOON;
    while prompts.asked() == 0 {
        ensure!(Instant::now() < end, "nobody was asked");
        thread::sleep(Duration::from_millis(20));
    }
    stands(&engine, "waiting_for_secret", LOCKED)?;
    assert_eq!(prompts.asked(), 1);

    keyring.unlock()?;
    stands(&engine, "registered", None)?;
    assert_eq!(prompts.asked(), 1);
    // Locked again, it keeps what it knows.
    keyring.lock()?;
    let rebound = engine.cli(&["rebind", "work"])?;
    assert_eq!(rebound.code, Some(0), "{}", rebound.stderr);
    assert_eq!(prompts.asked(), 1);
    Ok(())
}

#[test]
fn a_keyring_and_an_entry_that_come_later_are_heard_of() -> Result<()> {
    let session = Session::start()?;
    let registrar = Registrar::start(PASSWORD)?;
    let engine = start(&session, &registrar)?;
    stands(&engine, "waiting_for_secret", UNAVAILABLE)?;
    let keyring = Keyring::start(&session)?;
    stands(&engine, "waiting_for_secret", MISSING)?;
    keyring.store(AOR, PASSWORD.as_bytes())?;
    stands(&engine, "registered", None)
}

#[test]
fn a_wrong_entry_is_told_and_a_right_one_in_its_place_is_heard_of() -> Result<()> {
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    keyring.store(AOR, b"\xff\xfe")?;
    let registrar = Registrar::start(PASSWORD)?;
    let engine = start(&session, &registrar)?;
    stands(&engine, "waiting_for_secret", UNREADABLE)?;
    keyring.store(AOR, b"")?;
    stands(&engine, "waiting_for_secret", MISSING)?;
    keyring.store(AOR, b"wrong")?;
    stands(&engine, "rejected", REFUSED)?;
    // The same once more would only be refused once more.
    let before = registrar.seen().len();
    keyring.store(AOR, b"wrong")?;
    thread::sleep(Duration::from_millis(1200));
    assert_eq!(registrar.seen().len(), before);
    keyring.store(AOR, PASSWORD.as_bytes())?;
    stands(&engine, "registered", None)
}

#[test]
fn a_keyring_that_stands_still_is_told_costs_no_thread_and_is_heard_when_it_goes_on() -> Result<()>
{
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    keyring.store(AOR, PASSWORD.as_bytes())?;
    keyring.stop()?;
    let registrar = Registrar::start(PASSWORD)?;
    let engine = start(&session, &registrar)?;
    let begun = Instant::now();
    stands(&engine, "waiting_for_secret", UNAVAILABLE)?;
    ensure!(begun.elapsed() < LIMIT + SOON / 2, "{:?}", begun.elapsed());

    let threads =
        || Ok::<_, anyhow::Error>(fs::read_dir(format!("/proc/{}/task", engine.pid()))?.count());
    let before = threads()?;
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| engine.cli(&["rebind", "work"]));
        }
        // While all of them wait.
        thread::sleep(LIMIT / 2);
        let during = threads();
        ensure!(during? <= before, "{before} threads became more");
        Ok(())
    })?;
    stands(&engine, "waiting_for_secret", UNAVAILABLE)?;
    assert_eq!(threads()?, before);

    keyring.go_on()?;
    stands(&engine, "registered", None)
}

#[test]
fn a_name_whose_owner_never_answers_is_told_and_the_next_owner_is_heard_of() -> Result<()> {
    let session = Session::start()?;
    let mute = session.own(NAME)?;
    let registrar = Registrar::start(PASSWORD)?;
    let engine = start(&session, &registrar)?;
    stands(&engine, "waiting_for_secret", UNAVAILABLE)?;
    drop(mute);
    let keyring = Keyring::start(&session)?;
    keyring.store(AOR, PASSWORD.as_bytes())?;
    stands(&engine, "registered", None)
}

#[test]
fn a_bus_that_ends_and_comes_again_is_found_again() -> Result<()> {
    let mut session = Session::start()?;
    let registrar = Registrar::start(PASSWORD)?;
    let engine = start(&session, &registrar)?;
    stands(&engine, "waiting_for_secret", UNAVAILABLE)?;
    session.begin_anew()?;
    let keyring = Keyring::start(&session)?;
    keyring.store(AOR, PASSWORD.as_bytes())?;
    // Nothing tells of a bus: it is looked for after 5, 10 … 60 s.
    stands(&engine, "registered", None)
}

#[test]
fn no_rebind_waits_for_the_keyring() -> Result<()> {
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    keyring.store(AOR, PASSWORD.as_bytes())?;
    let registrar = Registrar::start(PASSWORD)?;
    let (reader, mut networks) = std::io::pipe()?;
    let engine = Engine::start_as(
        Path::new(env!("CARGO_BIN_EXE_bellhop")),
        &config(&registrar),
        |command| {
            session.dress(command);
            command
                .arg("--scripted-networks")
                .stdin(Stdio::from(reader));
        },
    )?;
    writeln!(networks, "127.0.0.1")?;
    stands(&engine, "registered", None)?;
    keyring.stop()?;
    let state = engine.state_dir();
    let waiting = thread::spawn(move || {
        let line = "work".to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let begun = Instant::now();
        let replied = runtime.map(|runtime| {
            runtime.block_on(async {
                let mut client = Client::connect(&state).await?;
                client.request(Request::ForgetSecret { line }).await
            })
        });
        (replied, begun.elapsed())
    });
    thread::sleep(LIMIT / 10);

    let begun = Instant::now();
    writeln!(networks, "127.0.0.2")?;
    let from_there = |seen: &bellhop_tests_support::registrar::Seen| {
        let via = header(&seen.message, "Via").unwrap_or_default();
        seen.accepted && via.contains("127.0.0.2")
    };
    while !registrar.seen().iter().any(from_there) {
        ensure!(begun.elapsed() < LIMIT / 2, "it waits");
        thread::sleep(Duration::from_millis(5));
    }
    let rebound = engine.cli(&["rebind", "work"])?;
    assert_eq!(rebound.code, Some(0), "{}", rebound.stderr);
    ensure!(!waiting.is_finished(), "the read waited meanwhile");
    let (replied, took) = waiting.join().ok().context("the view ended")?;
    ensure!(
        took >= LIMIT / 2,
        "the keyring stood still: {took:?} {replied:?}"
    );
    stands(&engine, "registered", None)
}
