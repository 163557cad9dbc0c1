//! The engine's life: what is opened before it says that it is ready, in which order, and how it ends.

use std::path::{Path, PathBuf};

use bellhop_control::error::{Code, Error};
use bellhop_control::places;
use bellhop_control::protocol::{CheckStep, Reply, Request, StartedBy};
use bellhop_control::role::Role;
use bellhop_control::state_dir::StateDir;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::clock::Clocks;
use crate::config::{Origin, Settings};
use crate::control_server::ControlServer;
use crate::driver::{Ask, Driver, Handle};
use crate::failed::Failed;
use crate::logs;
use crate::net::networks::{NetworkSource, Source};
use crate::said::say;
use crate::store::Store;

/// The variable that sends logs to stderr, in the form of tracing's filters: `debug`, `bellhop_agent=trace`.
const LOG_VARIABLE: &str = "BELLHOP_LOG";

/// How an engine is wanted.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The config; the default place if none is named.
    pub config: Option<PathBuf>,
    /// The state directory; the default place if none is named.
    pub state_dir: Option<PathBuf>,
    /// Said to every view that connects.
    pub started_by: StartedBy,
    /// Where networks are learnt of.
    pub networks: NetworkSource,
    /// Where the time is taken from.
    pub clocks: Clocks,
}

/// Runs the engine in this thread until SIGTERM, SIGINT, SIGHUP (unless it is ignored) or a view's `shutdown`; then the lines unregister, for at most 2 s. `on_ready` is
/// called once the control socket is open.
///
/// # Errors
/// Exit 2 for a config that is wrong, with a line per problem; exit 1 for what this machine refuses.
pub fn run(options: Options, on_ready: impl FnOnce()) -> Result<(), Failed> {
    let origin = Origin::of(options.config.as_deref())?;
    let settings = origin.load()?;
    let state = match &options.state_dir {
        Some(path) => path.clone(),
        None => places::default_state_dir()?,
    };
    let state = StateDir::open(&state, Role::Engine)?;
    let _log = logs::start(state.path(), std::env::var(LOG_VARIABLE).ok().as_deref());
    tell_repair(&state);
    runtime()?.block_on(async {
        let (mut driver, handle) = open(origin, settings, &state, &options).await?;
        driver.open_home().await;
        let server = control_server(&state, options.started_by, &handle);
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            pid = std::process::id(),
            "ready"
        );
        on_ready();
        let ended = driver.run().await;
        if let Some(server) = server {
            server.close().await;
        }
        ended.map_err(|error| Failed::system("signals can't be heard", &error))
    })
}

/// Looks at config, passwords, names, logins and whether calls arrive, with an engine of its own on a temporary state directory: it
/// registers with an identity of the moment and unregisters again.
///
/// # Errors
/// As [`run`].
pub fn check(options: Options) -> Result<Vec<CheckStep>, Failed> {
    let origin = Origin::of(options.config.as_deref())?;
    let settings = origin.load()?;
    let directory = Temporary::new()?;
    let state = StateDir::open(directory.path(), Role::Engine)?;
    let _log = logs::start(state.path(), std::env::var(LOG_VARIABLE).ok().as_deref());
    tell_repair(&state);
    runtime()?.block_on(async {
        let (driver, handle) = open(origin, settings, &state, &options).await?;
        let asked = async {
            let reply = ask(&handle, Request::Check { line: None }).await;
            ask(&handle, Request::Shutdown).await;
            reply
        };
        let (ended, reply) = tokio::join!(driver.run(), asked);
        ended.map_err(|error| Failed::system("signals can't be heard", &error))?;
        match reply {
            Some(Reply::Checked { steps }) => Ok(steps),
            _ => Err(Error::plain(Code::EngineStopping).into()),
        }
    })
}

/// Says in the log what was repaired before there was one.
fn tell_repair(state: &StateDir) {
    if state.was_open() {
        tracing::warn!("the state directory was open to other users; now it is yours alone");
    }
}

async fn open(
    origin: Origin,
    settings: Settings,
    state: &StateDir,
    options: &Options,
) -> Result<(Driver, Handle), Failed> {
    let store = Store::open(state.path(), state.trouble())
        .map_err(|error| Error::new(Code::StoreUnusable, [("why", error.to_string())]))?;
    let networks = Source::open(options.networks)
        .await
        .map_err(|error| Failed::system("the machine's networks can't be watched", &error))?;
    let (clocks, started_by) = (options.clocks, options.started_by);
    Ok(Driver::new(
        origin, settings, store, networks, clocks, started_by,
    ))
}

/// An engine that views can't reach still keeps the lines registered.
fn control_server(
    state: &StateDir,
    started_by: StartedBy,
    handle: &Handle,
) -> Option<ControlServer> {
    let open = |home: &Path| ControlServer::open(home, started_by, handle.clone());
    let mut why = String::new();
    if let Some(home) = state.home() {
        match open(home) {
            Ok(server) => return Some(server),
            Err(error) => why = format!(": {error}"),
        }
    }
    if let Some(Ok(server)) = state.second_home().map(|home| open(&home)) {
        return Some(server);
    }
    say(&format!(
        "no control socket can be opened{why}; the lines register, but `bellhop status` and the like don't reach this engine"
    ));
    None
}

async fn ask(handle: &Handle, request: Request) -> Option<Reply> {
    let (reply, replied) = oneshot::channel();
    let ask = Ask {
        request,
        reply,
        progress: None,
    };
    handle.asks.send(ask).await.ok()?;
    replied.await.ok()
}

/// One thread: the driver and its sockets take turns, and nothing is locked.
fn runtime() -> Result<Runtime, Failed> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failed::system("no runtime", &error))
}

/// A directory that goes with this value.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Temporary, Failed> {
        let path =
            std::env::temp_dir().join(format!("bellhop-check-{}", uuid::Uuid::new_v4().simple()));
        // StateDir makes it, private from the first moment; a directory that is there already belongs to somebody else.
        if path.exists() {
            Err(Error::new(
                Code::StateDirUnusable,
                [
                    ("path", path.display().to_string()),
                    ("why", "it is there already".to_owned()),
                ],
            )
            .into())
        } else {
            Ok(Temporary(path))
        }
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
