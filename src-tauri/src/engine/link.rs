//! The thin shell around the [`Supervisor`]: carries out what it decides, and hands on what the engine tells.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::{Duration, Instant};

use bellhop_control::client::{Client, Subscription};
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{Event, PROTOCOL, Reply, Request};

use super::process::{Place, Process, is_ready};
use super::supervisor::{Effect, Own, Standing, Supervisor};

/// As long as an engine may take to end, it is looked whether it has.
const ENDING: Duration = Duration::from_secs(5);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

type Pending<T> = Option<Pin<Box<dyn Future<Output = T> + Send>>>;

/// The tray's connection to whatever engine runs.
pub(crate) struct Link {
    place: Place,
    supervisor: Supervisor,
    connecting: Pending<Result<Client, Error>>,
    subscribing: Pending<Result<Subscription, Error>>,
    shutting_down: Pending<()>,
    getting_ready: Pending<bool>,
    client: Option<Client>,
    subscription: Option<Subscription>,
    process: Option<Process>,
    finished: bool,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum News {
    /// Look at [`Link::standing`].
    Standing,
    /// The engine told something.
    Event(Event),
    /// It is over: this process may end.
    Finished,
}

impl Link {
    /// Begins to look for an engine there, or to start one.
    pub(crate) fn new(place: Place) -> Link {
        Link {
            place,
            supervisor: Supervisor::new(Own {
                protocol: PROTOCOL,
                version: env!("CARGO_PKG_VERSION"),
            }),
            connecting: None,
            subscribing: None,
            shutting_down: None,
            getting_ready: None,
            client: None,
            subscription: None,
            process: None,
            finished: false,
        }
    }

    /// How the engine stands.
    pub(crate) fn standing(&self) -> Standing {
        self.supervisor.standing()
    }

    /// Does not wait for the time of the next attempt.
    pub(crate) fn start_now(&mut self) {
        self.supervisor.handle_start_now();
    }

    /// Ends what a tray started; then comes [`News::Finished`].
    pub(crate) fn quit(&mut self) {
        self.supervisor.handle_quit(Instant::now());
    }

    /// The next thing that happens. Cancel-safe: what is under way is kept.
    pub(crate) async fn next(&mut self) -> News {
        self.carry_out();
        if self.finished {
            return News::Finished;
        }
        let wake = self.supervisor.poll_timeout();
        tokio::select! {
            connected = done(&mut self.connecting) => self.connected(connected),
            subscribed = done(&mut self.subscribing) => self.subscribed(subscribed),
            () = done(&mut self.shutting_down) => {
                self.supervisor.handle_shut_down(Instant::now());
            }
            // Its end is told by the process.
            ready = done(&mut self.getting_ready) => if ready {
                self.supervisor.handle_ready();
            },
            event = heard(&mut self.subscription) => match event {
                Ok(event) => return News::Event(event),
                Err(_) => {
                    self.subscription = None;
                    self.supervisor.handle_lost(Instant::now());
                }
            },
            exit = ended(&mut self.process) => {
                self.process = None;
                self.supervisor.handle_exit(exit, Instant::now());
            }
            () = until(wake) => self.supervisor.handle_timeout(Instant::now()),
        }
        News::Standing
    }

    fn connected(&mut self, connected: Result<Client, Error>) {
        match connected {
            Ok(client) => {
                let hello = client.engine().clone();
                self.client = Some(client);
                self.supervisor.handle_hello(hello, Instant::now());
            }
            Err(error) => self.supervisor.handle_unreachable(&error, Instant::now()),
        }
    }

    fn subscribed(&mut self, subscribed: Result<Subscription, Error>) {
        match subscribed {
            Ok(subscription) => self.subscription = Some(subscription),
            Err(_) => self.supervisor.handle_lost(Instant::now()),
        }
    }

    fn carry_out(&mut self) {
        while let Some(effect) = self.supervisor.poll_effect() {
            let state_dir = self.place.state_dir.clone();
            match effect {
                Effect::Connect => {
                    self.client = None;
                    self.subscription = None;
                    self.connecting = Some(Box::pin(async move {
                        Client::connect_any_version(&state_dir).await
                    }));
                }
                Effect::Subscribe => {
                    if let Some(client) = self.client.take() {
                        self.subscribing = Some(Box::pin(client.subscribe()));
                    }
                }
                Effect::Spawn => self.spawn(),
                Effect::ShutDown => {
                    self.client = None;
                    self.shutting_down = Some(Box::pin(shut_down(state_dir)));
                }
                Effect::Terminate => {
                    if let Some(process) = &mut self.process {
                        process.terminate();
                    }
                }
                Effect::Finished => self.finished = true,
            }
        }
    }

    fn spawn(&mut self) {
        match Process::start(&self.place) {
            Ok((process, stdout)) => {
                self.process = Some(process);
                self.getting_ready = stdout.map(|stdout| {
                    let ready: Pin<Box<dyn Future<Output = bool> + Send>> =
                        Box::pin(is_ready(stdout));
                    ready
                });
                self.supervisor.handle_started();
            }
            Err(why) => self.supervisor.handle_not_started(why, Instant::now()),
        }
    }
}

/// Asks the engine on `state_dir`, over a connection for that alone.
///
/// # Errors
/// As [`Client::connect`] and [`Client::request`].
pub(crate) async fn ask(state_dir: &Path, request: Request) -> Result<Reply, Error> {
    Client::connect(state_dir).await?.request(request).await
}

/// Asks it to end, and waits until nothing answers any more.
async fn shut_down(state_dir: PathBuf) {
    let ended = async {
        // `shutdown` is understood in every version of the protocol.
        if let Ok(mut client) = Client::connect_any_version(&state_dir).await {
            let _ = client.request(Request::Shutdown).await;
        }
        loop {
            match Client::connect_any_version(&state_dir).await {
                Err(error) if error.code == Code::NoEngine => return,
                Ok(_) | Err(_) => tokio::time::sleep(LOOK).await,
            }
        }
    };
    let _ = tokio::time::timeout(ENDING, ended).await;
}

/// Waits for what is under way, if something is.
async fn done<T>(pending: &mut Pending<T>) -> T {
    let value = match pending {
        Some(pending) => pending.await,
        None => std::future::pending().await,
    };
    *pending = None;
    value
}

async fn heard(subscription: &mut Option<Subscription>) -> Result<Event, Error> {
    match subscription {
        Some(subscription) => subscription.next().await,
        None => std::future::pending().await,
    }
}

async fn ended(process: &mut Option<Process>) -> super::supervisor::Exit {
    match process {
        Some(process) => process.ended().await,
        None => std::future::pending().await,
    }
}

async fn until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake.into()).await,
        None => std::future::pending().await,
    }
}
