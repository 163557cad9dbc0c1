//! A registrar in a thread, a config for it, and tests that run once more in a process of their own.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::fs::Permissions;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bellhop_control::client::Client;
use bellhop_control::protocol::{Reply, Request};
use bellhop_control::snapshot::{Line, LineState};
use bellhop_engine::{Clocks, Failed, NetworkSource, Options};
use bellhop_tests_support::log_layer::{self, Watcher};
use bellhop_tests_support::logs::Private;
use tempfile::TempDir;

/// The AOR of the registrar's only account.
pub(crate) const AOR: &str = "sip:tina@company.test";
/// Set in the process that a test runs in once more.
const INNER: &str = "BELLHOP_TEST_INNER";

/// True in that process.
pub(crate) fn is_inner() -> bool {
    std::env::var_os(INNER).is_some()
}

/// Runs this test alone in a process of its own, which `prepare` may wrap and give an environment.
pub(crate) fn in_own_process(
    test: &str,
    wrapper: &[&str],
    prepare: impl FnOnce(&mut Command),
) -> Output {
    let own = std::env::current_exe().unwrap();
    let mut words: Vec<&std::ffi::OsStr> = wrapper.iter().map(std::ffi::OsStr::new).collect();
    words.push(own.as_os_str());
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INNER, "1");
    prepare(&mut command);
    command
        .output()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", words[0].display()))
}

/// Panics with what the inner process said unless it ended well.
pub(crate) fn assert_ended_well(output: &Output) {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
}

/// Starts a registrar on a loopback port; it ends with the process. Gives its port.
pub(crate) fn registrar() -> u16 {
    registrar_that_tells().0
}

/// The same, with all that it says from then on.
pub(crate) fn registrar_that_tells() -> (u16, Receiver<String>) {
    let (lines, said) = mpsc::channel();
    thread::spawn(move || {
        bellhop_engine::demo_registrar::run(0, IpAddr::V4(Ipv4Addr::LOCALHOST), &mut Lines(lines))
    });
    let mut text = String::new();
    while !text.contains('\n') {
        text += &said.recv_timeout(Duration::from_secs(5)).unwrap();
    }
    let port = text.trim().rsplit(':').next().unwrap().parse().unwrap();
    (port, said)
}

/// Waits until the registrar has said these words. It says them piece by piece.
pub(crate) fn await_words(said: &Receiver<String>, words: &str) {
    let until = Instant::now() + Duration::from_secs(8);
    let mut text = String::new();
    while !text.contains(words) {
        let left = until.saturating_duration_since(Instant::now());
        match said.recv_timeout(left) {
            Ok(more) => text += &more,
            Err(_) => panic!("the registrar said no \"{words}\": {text}"),
        }
    }
}

struct Lines(mpsc::Sender<String>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a config with one line at that registrar.
pub(crate) fn config(directory: &Path, port: u16, password: &str) -> PathBuf {
    let path = directory.join("config.toml");
    let text = format!(
        "[[line]]\nid = \"work\"\naor = \"{AOR}\"\nregistrar = \"sip:127.0.0.1:{port}\"\npassword = {password}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

pub(crate) fn options(config: &Path, state_dir: Option<PathBuf>) -> Options {
    watch_the_log(config);
    Options {
        config: Some(config.to_owned()),
        state_dir,
        networks: NetworkSource::Machine,
        ..Options::default()
    }
}

/// From now on no engine of this process may log what is private; one whose log is read from its file is searched there.
fn watch_the_log(config: &Path) {
    if std::env::var_os("BELLHOP_LOG").is_none() {
        Watcher::new(Private::default().and_config(config)).install();
    }
}

/// Until a program has made it.
pub(crate) fn await_file(path: &Path) {
    let until = Instant::now() + Duration::from_secs(5);
    while !path.exists() {
        assert!(Instant::now() < until, "{} does not appear", path.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A process that ends with the test.
pub(crate) struct Started(pub(crate) Child);

impl Started {
    pub(crate) fn new(command: &mut Command) -> Started {
        Started(
            command.spawn().unwrap_or_else(|error| {
                panic!("{:?} does not start: {error}", command.get_program())
            }),
        )
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An engine in a thread, on a directory of its own, with one line.
pub(crate) struct Running {
    pub(crate) directory: TempDir,
    thread: JoinHandle<Result<(), Failed>>,
    client: Client,
}

impl Running {
    /// Started, and its line is registered.
    pub(crate) async fn at(registrar: u16) -> Running {
        Running::by(Clocks::default(), registrar).await
    }

    /// The same by other clocks.
    pub(crate) async fn by(clocks: Clocks, registrar: u16) -> Running {
        let directory = tempfile::tempdir().unwrap();
        let secret = directory.path().join("secret");
        std::fs::write(&secret, "demo\n").unwrap();
        std::fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
        let config = config(directory.path(), registrar, "{ file = \"secret\" }");
        let state = directory.path().join("state");
        let thread = thread::spawn({
            let options = Options {
                clocks,
                ..options(&config, Some(state.clone()))
            };
            move || bellhop_engine::run(options, || {})
        });
        let until = Instant::now() + Duration::from_secs(8);
        let client = loop {
            match Client::connect(&state).await {
                Ok(client) => break client,
                Err(error) => assert!(Instant::now() < until, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let mut running = Running {
            directory,
            thread,
            client,
        };
        running.line_in(LineState::Registered).await;
        running
    }

    /// Its line, as soon as it is in that state.
    pub(crate) async fn line_in(&mut self, state: LineState) -> Line {
        let until = Instant::now() + Duration::from_secs(8);
        loop {
            let reply = self.ask(Request::Status).await;
            let Reply::Status { snapshot } = reply else {
                panic!("{reply:?}")
            };
            match snapshot.line("work") {
                Some(line) if line.state == state => return line.clone(),
                seen => assert!(Instant::now() < until, "not {state:?}: {seen:?}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn ask(&mut self, request: Request) -> Reply {
        self.client.request(request).await.unwrap()
    }

    /// What it ended with.
    pub(crate) fn ended(self) -> Result<(), Failed> {
        let ended = self.thread.join().unwrap();
        let identity = Private::default().and_state(&self.directory.path().join("state"));
        let found = identity.found_in(&log_layer::said());
        assert!(found.is_empty(), "private in a log: {}", found.join("\n"));
        ended
    }

    pub(crate) async fn stop(mut self) {
        self.ask(Request::Shutdown).await;
        self.ended().unwrap();
    }
}
