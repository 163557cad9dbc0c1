//! An engine with a home, in a thread, on a directory of its own.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bellhop_control::client::Client;
use bellhop_control::protocol::{Reply, Request};
use bellhop_control::snapshot::{Device, Home};
use bellhop_engine::{Failed, Options};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "c4nary-Passw0rd";

pub(crate) struct Desk {
    pub(crate) directory: TempDir,
    state: PathBuf,
    thread: Option<JoinHandle<Result<(), Failed>>>,
    client: Client,
}

impl Desk {
    /// With these listeners, and a phone 101.
    pub(crate) async fn listening(listen: &[String]) -> Desk {
        Desk::at(tempfile::tempdir().unwrap(), listen).await
    }

    pub(crate) async fn at(directory: TempDir, listen: &[String]) -> Desk {
        let state = directory.path().join("state");
        Desk::with_state(directory, state, listen).await
    }

    pub(crate) async fn with_state(directory: TempDir, state: PathBuf, listen: &[String]) -> Desk {
        Desk::of(directory, state, listen, "101").await
    }

    /// With a phone of another extension.
    pub(crate) async fn of(
        directory: TempDir,
        state: PathBuf,
        listen: &[String],
        extension: &str,
    ) -> Desk {
        Desk::begin(directory, state, listen, extension, "").await
    }

    /// The config says this besides.
    pub(crate) async fn with_config(directory: TempDir, listen: &[String], more: &str) -> Desk {
        let state = directory.path().join("state");
        Desk::begin(directory, state, listen, "101", more).await
    }

    async fn begin(
        directory: TempDir,
        state: PathBuf,
        listen: &[String],
        extension: &str,
        more: &str,
    ) -> Desk {
        let secret = directory.path().join("secret");
        std::fs::write(&secret, format!("{PASSWORD}\n")).unwrap();
        std::fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
        let config = directory.path().join("config.toml");
        let text = format!(
            "[home]\nenabled = true\nlisten = {listen:?}\n[home.limits]\nrequests_per_second = 0\n[[device]]\nname = \"desk\"\nextension = \"{extension}\"\npassword = {{ file = \"secret\" }}\n{more}"
        );
        std::fs::write(&config, text).unwrap();
        let (ready, readiness) = std::sync::mpsc::channel();
        let thread = thread::spawn({
            let options = Options {
                config: Some(config),
                state_dir: Some(state.clone()),
                ..Options::default()
            };
            move || bellhop_engine::run(options, move || ready.send(()).unwrap())
        });
        if readiness.recv_timeout(Duration::from_secs(20)).is_err() {
            panic!("not ready: {:?}", thread.join());
        }
        let client = Client::connect(&state).await.unwrap();
        Desk {
            directory,
            state,
            thread: Some(thread),
            client,
        }
    }

    pub(crate) async fn home(&mut self) -> Home {
        match self.client.request(Request::Status).await.unwrap() {
            Reply::Status { snapshot } => snapshot.home.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// The config says something else from now on.
    pub(crate) fn edit(&self, what: &str, instead: &str) {
        let config = self.directory.path().join("config.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        assert!(text.contains(what), "{text}");
        std::fs::write(&config, text.replacen(what, instead, 1)).unwrap();
    }

    /// Has the network be home that the machine is in.
    pub(crate) async fn home_here(&mut self) -> Reply {
        self.client.request(Request::HomeHere).await.unwrap()
    }

    /// The home, as soon as it is so.
    pub(crate) async fn home_where(&mut self, holds: impl Fn(&Home) -> bool) -> Home {
        let until = Instant::now() + Duration::from_secs(8);
        loop {
            let home = self.home().await;
            if holds(&home) {
                return home;
            }
            assert!(Instant::now() < until, "{home:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The phone, as soon as it is so.
    pub(crate) async fn phone_where(&mut self, holds: impl Fn(&Device) -> bool) -> Device {
        let home = self.home_where(|home| holds(&home.devices[0])).await;
        (*home.devices[0]).clone()
    }

    /// Ends the engine, and begins another on the same state.
    pub(crate) async fn restarted(self, listen: &[String]) -> Desk {
        let (directory, state) = self.stop().await;
        Desk::with_state(directory, state, listen).await
    }

    pub(crate) async fn stop(mut self) -> (TempDir, PathBuf) {
        self.client.request(Request::Shutdown).await.unwrap();
        self.thread.take().unwrap().join().unwrap().unwrap();
        (self.directory, self.state)
    }
}

/// A port of loopback that is free for both protocols.
pub(crate) fn free_port() -> u16 {
    loop {
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = tcp.local_addr().unwrap().port();
        if std::net::UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
