//! Whole engines in this process, seen through their control sockets, with the demo's registrar as the company.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod common;

use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bellhop_control::client::Client;
use bellhop_control::error::Code;
use bellhop_control::notice::Notice;
use bellhop_control::protocol::{Direction, Event, Reply, Request};
use bellhop_control::snapshot::{Line, LineState, Snapshot};
use bellhop_engine::Failed;
use common::{config, options, registrar};
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(8);

/// An engine on a directory of its own.
struct Engine {
    directory: TempDir,
    thread: Option<JoinHandle<Result<(), Failed>>>,
    client: Client,
}

impl Engine {
    async fn start(password: &str) -> Engine {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("secret"), "demo\n").unwrap();
        config(directory.path(), registrar(), password);
        Engine::on(directory).await
    }

    async fn on(directory: TempDir) -> Engine {
        let (config, state) = (
            directory.path().join("config.toml"),
            directory.path().join("state"),
        );
        let thread = std::thread::spawn({
            let options = options(&config, Some(state.clone()));
            move || bellhop_engine::run(options, || {})
        });
        let client = connect(&state).await;
        Engine {
            directory,
            thread: Some(thread),
            client,
        }
    }

    /// Ends it and starts another on the same directory.
    async fn restart(mut self) -> Engine {
        self.stop().await;
        Engine::on(self.directory).await
    }

    async fn stop(&mut self) {
        assert_eq!(self.ask(Request::Shutdown).await, Reply::Done);
        self.thread.take().unwrap().join().unwrap().unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    async fn ask(&mut self, request: Request) -> Reply {
        self.client.request(request).await.unwrap()
    }

    async fn snapshot(&mut self) -> Snapshot {
        let Reply::Status { snapshot } = self.ask(Request::Status).await else {
            panic!("no status")
        };
        *snapshot
    }

    async fn line_in(&mut self, state: LineState) -> Line {
        let until = Instant::now() + SOON;
        loop {
            let snapshot = self.snapshot().await;
            match snapshot.line("work") {
                Some(line) if line.state == state => return line.clone(),
                seen => assert!(Instant::now() < until, "not {state:?}: {seen:?}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn connect(state: &Path) -> Client {
    let until = Instant::now() + SOON;
    loop {
        match Client::connect(state).await {
            Ok(client) => return client,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const FILE: &str = "{ file = \"secret\" }";

#[tokio::test]
async fn a_pause_holds_over_a_restart() {
    let mut engine = Engine::start(FILE).await;
    engine.line_in(LineState::Registered).await;
    assert_eq!(
        engine
            .ask(Request::Pause {
                line: "work".into()
            })
            .await,
        Reply::Done
    );
    let mut engine = engine.restart().await;
    engine.line_in(LineState::Paused).await;
    assert!(
        matches!(engine.ask(Request::Rebind { line: Some("work".into()) }).await, Reply::Refused { error, .. } if error.code == Code::LinePaused)
    );
    assert_eq!(
        engine.ask(Request::Rebind { line: None }).await,
        Reply::Done,
        "paused lines are left out"
    );
    assert_eq!(
        engine
            .ask(Request::Resume {
                line: "work".into()
            })
            .await,
        Reply::Done
    );
    engine.line_in(LineState::Registered).await;
    engine.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_instance_call_id_and_contact_user() {
    let mut engine = Engine::start(FILE).await;
    let user = |line: &Line| {
        line.flows[0]
            .contact
            .clone()
            .unwrap()
            .split('@')
            .next()
            .unwrap()
            .to_owned()
    };
    let first = user(&engine.line_in(LineState::Registered).await);
    let mut engine = engine.restart().await;
    assert_eq!(user(&engine.line_in(LineState::Registered).await), first);
    engine.stop().await;
}

#[tokio::test]
async fn a_changed_password_ends_rejected() {
    let engine = Engine::start(FILE).await;
    fs::write(engine.path("secret"), "wrong").unwrap();
    let mut engine = engine.restart().await;
    let line = engine.line_in(LineState::Rejected).await;
    assert_eq!(line.error.unwrap().code, Code::PasswordRefused);
    assert!(matches!(
        engine.ask(Request::Rebind { line: None }).await,
        Reply::Refused {
            state: Some(LineState::Rejected),
            ..
        }
    ));
    fs::write(engine.path("secret"), "demo").unwrap();
    assert_eq!(
        engine
            .ask(Request::ForgetSecret {
                line: "work".into()
            })
            .await,
        Reply::Done
    );
    engine.line_in(LineState::Registered).await;
    engine.stop().await;
}

#[tokio::test]
async fn a_missing_password_is_told_and_found_when_it_is_there() {
    let mut engine = Engine::start("{ file = \"later\" }").await;
    let line = engine.line_in(LineState::WaitingForSecret).await;
    assert_eq!(line.error.unwrap().code, Code::SecretMissing);
    assert!(
        matches!(engine.ask(Request::ForgetSecret { line: "work".into() }).await, Reply::Refused { error, .. } if error.code == Code::SecretMissing)
    );
    fs::write(engine.path("later"), "demo\n").unwrap();
    assert_eq!(
        engine
            .ask(Request::Rebind {
                line: Some("work".into())
            })
            .await,
        Reply::Done
    );
    engine.stop().await;
}

#[tokio::test]
async fn a_reload_adds_changes_and_removes_lines_and_refuses_nonsense() {
    let mut engine = Engine::start(FILE).await;
    engine.line_in(LineState::Registered).await;
    let path = engine.path("config.toml");
    let text = fs::read_to_string(&path).unwrap();

    fs::write(&path, format!("{text}nonsense = 1\n")).unwrap();
    let Reply::Refused { error, details, .. } = engine.ask(Request::Reload).await else {
        panic!("not refused")
    };
    assert!(
        error.code == Code::ConfigInvalid && details[0].starts_with("config.toml:6: nonsense"),
        "{details:?}"
    );
    assert_eq!(
        engine.line_in(LineState::Registered).await.flows.len(),
        1,
        "the old config is in force"
    );

    fs::write(
        &path,
        format!(
            "{text}expires = 700\n{}",
            text.replace("\"work\"", "\"more\"")
                .replace("127.0.0.1", "localhost")
        ),
    )
    .unwrap();
    assert_eq!(engine.ask(Request::Reload).await, Reply::Done);
    let until = Instant::now() + SOON;
    loop {
        let snapshot = engine.snapshot().await;
        let states: Vec<_> = snapshot
            .lines
            .iter()
            .map(|line| (line.id.as_str(), line.state))
            .collect();
        if states
            == [
                ("work", LineState::Registered),
                ("more", LineState::Registered),
            ]
        {
            break;
        }
        assert!(Instant::now() < until, "{states:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    fs::write(&path, "").unwrap();
    assert_eq!(engine.ask(Request::Reload).await, Reply::Done);
    let until = Instant::now() + SOON;
    while !engine.snapshot().await.lines.is_empty() {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_registrar_is_found_by_the_name_localhost() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("secret"), "demo\n").unwrap();
    let path = config(directory.path(), registrar(), FILE);
    fs::write(
        &path,
        fs::read_to_string(&path)
            .unwrap()
            .replace("127.0.0.1", "localhost"),
    )
    .unwrap();
    let mut engine = Engine::on(directory).await;
    engine.line_in(LineState::Registered).await;
    engine.stop().await;
}

#[tokio::test]
async fn a_call_is_answered_480_and_told_and_options_is_answered_200() {
    let mut engine = Engine::start(FILE).await;
    let local = engine.line_in(LineState::Registered).await.flows[0]
        .local
        .clone()
        .unwrap();
    let mut events = connect(&engine.path("state"))
        .await
        .subscribe()
        .await
        .unwrap();
    assert!(matches!(
        events.next().await.unwrap(),
        Event::Snapshot { .. }
    ));

    assert!(exchange(&local, "OPTIONS").starts_with("SIP/2.0 200 "));
    assert!(exchange(&local, "INVITE").starts_with("SIP/2.0 480 "));
    let notice = tokio::time::timeout(SOON, async {
        loop {
            if let Event::Notice { notice } = events.next().await.unwrap() {
                return notice;
            }
        }
    });
    assert_eq!(
        notice.await.unwrap(),
        Notice::MissedCall {
            line: "work".into(),
            from: "sip:tom@example.com".into()
        }
    );
    let Reply::Trace { entries } = engine.ask(Request::Trace).await else {
        panic!("no trace")
    };
    let told = |direction, start: &str| {
        entries.iter().any(|entry| {
            entry.direction == direction && entry.text.starts_with(start) && entry.line == "work"
        })
    };
    assert!(told(Direction::In, "INVITE ") && told(Direction::Out, "SIP/2.0 480 "));
    engine.stop().await;
}

/// Sends a request to the flow and gives the answer.
fn exchange(to: &str, method: &str) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(SOON)).unwrap();
    let from = socket.local_addr().unwrap();
    let request = format!(
        "{method} sip:tina@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{method}{};rport\r\nMax-Forwards: 70\r\nFrom: <sip:tom@example.com>;tag=1\r\nTo: <sip:tina@company.test>\r\nCall-ID: {method}@test\r\nCSeq: 1 {method}\r\nContact: <sip:tom@{from}>\r\nContent-Length: 0\r\n\r\n",
        from.port()
    );
    socket.send_to(request.as_bytes(), to).unwrap();
    let mut buffer = [0; 4096];
    let length = socket.recv(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}
