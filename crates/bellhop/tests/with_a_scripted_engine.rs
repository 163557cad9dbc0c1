//! The command line against an engine that says what the test wants: what is printed, what is said, and the exit status.

#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use bellhop_control::error::{Code, Error};
use bellhop_control::frame::{self, FrameReader};
use bellhop_control::places;
use bellhop_control::protocol::{
    Event, Hello, PROTOCOL, Reply, Request, StartedBy, ToEngine, ToView,
};
use bellhop_control::snapshot::{Line, LineState, Snapshot};
use bellhop_tests_support::engine::{Outcome, command};
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::runtime::Builder;

/// A state directory with an engine on it that greets, answers each request with the next reply, then tells the events and goes.
struct Script {
    directory: TempDir,
    engine: JoinHandle<Result<Vec<Request>>>,
}

impl Script {
    fn new(protocol: u32, replies: Vec<Reply>, events: Vec<Event>) -> Result<Script> {
        let directory = tempfile::tempdir()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            UnixListener::bind(places::socket(directory.path()))?
        };
        let engine =
            thread::spawn(move || runtime.block_on(play(listener, protocol, replies, events)));
        Ok(Script { directory, engine })
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
        command
            .args(words)
            .arg("--state-dir")
            .arg(self.directory.path());
        command
    }

    fn run(self, words: &[&str]) -> Result<(Outcome, Vec<Request>)> {
        let outcome = command(&mut self.command(words), "")?;
        let asked = self.engine.join().ok().context("the engine panicked")??;
        Ok((outcome, asked))
    }
}

async fn play(
    listener: UnixListener,
    protocol: u32,
    replies: Vec<Reply>,
    events: Vec<Event>,
) -> Result<Vec<Request>> {
    let (stream, _) = listener.accept().await?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = FrameReader::new(reader);
    let hello = Hello {
        protocol,
        version: "9.9.9".into(),
        pid: 1,
        started_by: StartedBy::Terminal,
    };
    frame::write(&mut writer, &ToView::Hello(hello)).await?;
    let mut asked = Vec::new();
    for reply in replies {
        let request = loop {
            match reader.read().await? {
                ToEngine::Hello(_) => {}
                ToEngine::Request { id, request } => break (id, request),
            }
        };
        asked.push(request.1);
        frame::write(
            &mut writer,
            &ToView::Reply {
                id: request.0,
                reply,
            },
        )
        .await?;
    }
    for event in events {
        // The view may have seen enough.
        if frame::write(&mut writer, &ToView::Event { event })
            .await
            .is_err()
        {
            break;
        }
    }
    Ok(asked)
}

fn snapshot(state: LineState) -> Box<Snapshot> {
    let line = Line {
        registrar: Some("pbx.example.com".into()),
        verified: state == LineState::Registered,
        ..Line::new("work", "sip:tina@example.com", state)
    };
    Box::new(Snapshot {
        lines: vec![line],
        ..Snapshot::empty("9.9.9")
    })
}

#[test]
fn a_refusal_is_exit_1_with_its_sentence() -> Result<()> {
    let error = Error::new(
        Code::NotDoneInTime,
        [
            ("line", "work"),
            ("seconds", "5"),
            ("state", "waiting_to_retry"),
        ],
    );
    let refused = Reply::Refused {
        error,
        state: Some(LineState::WaitingToRetry),
        details: Vec::new(),
        problems: Vec::new(),
    };
    let (outcome, asked) =
        Script::new(PROTOCOL, vec![refused], Vec::new())?.run(&["rebind", "work"])?;
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stderr,
        "line work is not done after 5 s; it is waiting_to_retry\n"
    );
    assert_eq!(
        asked,
        [Request::Rebind {
            line: Some("work".into())
        }]
    );
    Ok(())
}

#[test]
fn a_refusal_names_the_state_of_the_line() -> Result<()> {
    let refused = Reply::Refused {
        error: Error::new(Code::PasswordRefused, [("user", "tina")]),
        state: Some(LineState::Rejected),
        details: Vec::new(),
        problems: Vec::new(),
    };
    let (outcome, _) = Script::new(PROTOCOL, vec![refused], Vec::new())?.run(&["rebind"])?;
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stderr,
        "the company refused the password for tina; the line is rejected\n"
    );
    Ok(())
}

#[test]
fn watched_text_is_printed_again_only_when_it_reads_otherwise() -> Result<()> {
    let states = [
        LineState::Paused,
        LineState::Paused,
        LineState::Offline,
        LineState::Offline,
    ];
    let events = states.map(|state| Event::Snapshot {
        snapshot: snapshot(state),
    });
    let (outcome, _) =
        Script::new(PROTOCOL, vec![Reply::Done], events.into())?.run(&["status", "--watch"])?;
    let headlines: Vec<&str> = outcome
        .stdout
        .lines()
        .filter(|line| !line.starts_with(' '))
        .collect();
    assert_eq!(
        headlines,
        [
            "Paused                 tina@example.com",
            "Offline                tina@example.com"
        ]
    );
    Ok(())
}

#[test]
fn pause_says_how_the_line_stands() -> Result<()> {
    let replies = vec![
        Reply::Done,
        Reply::Status {
            snapshot: snapshot(LineState::Paused),
        },
    ];
    let (outcome, _) = Script::new(PROTOCOL, replies, Vec::new())?.run(&["pause", "work"])?;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(
        outcome.stdout,
        "work: Paused · calls don't come to this laptop\n"
    );
    Ok(())
}

#[test]
fn an_engine_of_another_protocol_is_not_talked_to() -> Result<()> {
    let (outcome, asked) = Script::new(PROTOCOL + 1, Vec::new(), Vec::new())?.run(&["status"])?;
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("9.9.9") && outcome.stderr.contains("restart the engine"),
        "{}",
        outcome.stderr
    );
    assert_eq!(asked, []);
    Ok(())
}

#[test]
fn watching_prints_an_object_a_line_until_the_engine_goes() -> Result<()> {
    let events = [
        LineState::Registering,
        LineState::Registered,
        LineState::Offline,
    ]
    .map(|state| Event::Snapshot {
        snapshot: snapshot(state),
    });
    let (outcome, _) = Script::new(PROTOCOL, vec![Reply::Done], events.into())?
        .run(&["status", "--json", "--watch"])?;
    assert_eq!(outcome.code, Some(1), "the engine went");
    assert_eq!(outcome.stderr, "the engine ended the connection\n");
    let states: Vec<LineState> = outcome
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str::<Snapshot>(line).ok())
        .filter_map(|snapshot| snapshot.lines.first().map(|line| line.state))
        .collect();
    assert_eq!(
        states,
        [
            LineState::Registering,
            LineState::Registered,
            LineState::Offline
        ]
    );
    assert_eq!(outcome.stdout.lines().count(), 3);
    Ok(())
}

#[test]
fn a_reader_that_has_gone_is_no_failure() -> Result<()> {
    let many = vec![
        Event::Snapshot {
            snapshot: snapshot(LineState::Registered)
        };
        2000
    ];
    let script = Script::new(PROTOCOL, vec![Reply::Done], many)?;
    let mut child = script
        .command(&["status", "--json", "--watch"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    assert_eq!(child.wait()?.code(), Some(0));
    Ok(())
}

#[test]
fn a_check_that_does_not_hold_is_exit_1_with_the_action() -> Result<()> {
    let step = bellhop_control::protocol::CheckStep {
        line: Some("work".into()),
        step: bellhop_control::protocol::Step::Dns,
        outcome: bellhop_control::protocol::Outcome::Fails,
        took_ms: 12,
        detail: None,
        error: Some(Error::new(
            Code::RegistrarUnresolved,
            [("registrar", "pbx.example.com")],
        )),
    };
    let (outcome, _) = Script::new(
        PROTOCOL,
        vec![Reply::Checked { steps: vec![step] }],
        Vec::new(),
    )?
    .run(&["check"])?;
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stdout,
        "work\n  ✗ Address     12 ms  this network's DNS does not know pbx.example.com → bellhop rebind work\n"
    );
    Ok(())
}

#[test]
fn adding_a_line_tells_the_engine_and_shows_what_it_finds_wrong() -> Result<()> {
    let refused = Reply::Refused {
        error: Error::new(Code::ConfigInvalid, [("count", "1")]),
        state: None,
        details: vec!["config.toml:3: registrar: is not a SIP URI".into()],
        problems: Vec::new(),
    };
    let script = Script::new(PROTOCOL, vec![refused], Vec::new())?;
    let config = script.directory.path().join("config.toml");
    let secret = script.directory.path().join("secret");
    std::fs::write(&secret, "x\n")?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (outcome, asked) = script.run(&[
        "line",
        "add",
        "--aor",
        "sip:a@b",
        "--config",
        &text(&config),
        "--password-file",
        &text(&secret),
    ])?;
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert_eq!(
        outcome.stderr,
        "config.toml:3: registrar: is not a SIP URI\n"
    );
    assert_eq!(asked, [Request::Reload]);
    Ok(())
}
