//! What stands at the other end: a registrar, or what only answers. Each is a program of its own and is begun anew for each stretch.

mod bellhop;
pub(super) mod echo;
mod kamailio;
pub(super) mod library;

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::machine::Family;
use crate::priority;
use crate::process::Process;

/// The domain that all serve.
const DOMAIN: &str = "home";
/// The one password of all users: what is measured does not depend on it.
const PASSWORD: &str = "correct horse battery staple";
/// A config of Bellhop's ends at 1 MiB: there is no room for more devices.
const MOST_DEVICES: u32 = 10_000;
/// What a loop of the bench's own says when it listens.
const READY: &str = "ready";
/// So long a registrar may take to start: one with 100,000 users has much to read.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contestant {
    /// Kamailio, bindings in memory, a nonce count taken once.
    Kamailio,
    /// Kamailio that does not look at nonce counts, as it comes.
    KamailioUncounted,
    /// Bellhop without a store.
    Bellhop,
    /// Bellhop as it is run, with its store.
    BellhopDurable,
    /// Bellhop's registrar in a bare loop, without the engine.
    Library,
    /// A loop that answers and does nothing else.
    Echo,
}

impl Contestant {
    /// All of them, in the order of their turns.
    pub const ALL: [Contestant; 6] = [
        Self::Kamailio,
        Self::Bellhop,
        Self::BellhopDurable,
        Self::Library,
        Self::KamailioUncounted,
        Self::Echo,
    ];

    /// As a command line names it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kamailio => "kamailio",
            Self::KamailioUncounted => "kamailio-uncounted",
            Self::Bellhop => "bellhop",
            Self::BellhopDurable => "bellhop-durable",
            Self::Library => "library",
            Self::Echo => "echo",
        }
    }

    /// As the table calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kamailio => "Kamailio",
            Self::KamailioUncounted => "Kamailio, counts unchecked",
            Self::Bellhop => "Bellhop, in memory",
            Self::BellhopDurable => "Bellhop, durable store",
            Self::Library => "Bellhop's registrar alone",
            Self::Echo => "bare answer loop",
        }
    }

    /// Whether it is a registrar: asks who it is, and keeps bindings.
    #[must_use]
    pub fn registers(self) -> bool {
        self != Self::Echo
    }

    /// Whether memory is looked at with so many users. What Kamailio stores does not depend on how it counts.
    #[must_use]
    pub fn stores(self, users: u32) -> bool {
        match self {
            Self::Kamailio | Self::Library => true,
            Self::Bellhop | Self::BellhopDurable => users <= MOST_DEVICES,
            Self::KamailioUncounted | Self::Echo => false,
        }
    }

    /// Threads that do the work: with as many cores busy, it is at its end.
    pub(super) fn workers(self) -> u32 {
        match self {
            Self::Kamailio | Self::KamailioUncounted => 2,
            Self::Bellhop | Self::BellhopDurable | Self::Library | Self::Echo => 1,
        }
    }

    /// Starts it for so many users and waits until it answers. `program` is Bellhop's.
    ///
    /// # Errors
    /// When it does not come up: what it said last is told.
    pub(super) fn start(self, users: u32, program: &Path) -> Result<Server> {
        let site = Site::new()?;
        match self {
            Self::Kamailio => kamailio::start(site, true),
            Self::KamailioUncounted => kamailio::start(site, false),
            Self::Bellhop => bellhop::start(site, users, program, false),
            Self::BellhopDurable => bellhop::start(site, users, program, true),
            Self::Library => library::start(site, users),
            Self::Echo => echo::start(site),
        }
    }
}

/// A running one; ended when dropped.
pub(super) struct Server {
    process: Process,
    pid: u32,
    site: Site,
    counting: Counting,
}

/// How it is asked how many bindings it holds.
enum Counting {
    Kamailio,
    Bellhop {
        program: PathBuf,
        /// Its store, while another one is to have it.
        _taken: Option<File>,
    },
    Nothing,
}

impl Server {
    pub(super) fn address(&self) -> SocketAddr {
        self.site.address
    }

    pub(super) fn domain(&self) -> &'static str {
        DOMAIN
    }

    pub(super) fn password(&self) -> &'static str {
        PASSWORD
    }

    pub(super) fn family(&self) -> Family {
        Family::of(self.pid)
    }

    /// Bindings that it holds by its own account; `None` of one that gives none.
    ///
    /// # Errors
    /// When it does not say.
    pub(super) fn bindings(&self) -> Result<Option<u64>> {
        match &self.counting {
            Counting::Kamailio => kamailio::bindings(&self.site).map(Some),
            Counting::Bellhop { program, .. } => bellhop::bindings(&self.site, program),
            Counting::Nothing => Ok(None),
        }
    }

    /// The end of what it printed.
    pub(super) fn last_words(&self) -> String {
        self.site.last_words()
    }

    fn started(command: Command, site: Site, counting: Counting) -> Result<Self> {
        let mut command = priority::raised(command)?;
        let output = File::create(site.path("log"))?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = command
            .spawn()
            .with_context(|| format!("starting {}", command.get_program().display()))?;
        Ok(Self {
            pid: child.id(),
            process: Process::new(child),
            site,
            counting,
        })
    }

    fn wait_until(mut self, ready: impl Fn(&Site) -> bool) -> Result<Self> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if ready(&self.site) {
                return Ok(self);
            }
            if let Some(status) = self.process.has_ended()? {
                bail!("it ended ({status}): {}", self.site.last_words());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("it does not answer: {}", self.site.last_words())
    }
}

/// Where it keeps its files and listens.
struct Site {
    folder: TempDir,
    address: SocketAddr,
}

impl Site {
    fn new() -> Result<Self> {
        let free = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        Ok(Self {
            folder: tempfile::Builder::new()
                .prefix("bellhop-bench-")
                .tempdir()?,
            address: free.local_addr()?,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        let log = fs::read(self.path("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" · ")
    }
}
