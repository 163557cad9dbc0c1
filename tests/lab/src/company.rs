//! The company: which registrar it runs, what happened there, what it holds, and whether it reaches the line.

pub mod asterisk;
pub mod event;
pub mod kamailio;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, bail};

use crate::topology::Lab;
use asterisk::Asterisk;
use kamailio::Kamailio;

pub use event::{Event, Kind};

/// The realm that it challenges for, and its domain.
pub const DOMAIN: &str = "company.test";
/// The account of the line.
pub const USER: &str = "tina";
/// The password of every account.
pub const PASSWORD: &str = "lab-Passw0rd";
/// Nonces that hold no longer than this have run out by the next change of network.
const SHORT_NONCE_SECONDS: u32 = 2;
/// Time between two looks at a registrar's log, at first and at most: long waits must not keep the cores busy.
const LOOK: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(100)];

/// Which registrar a company runs, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pbx {
    /// Kamailio.
    Kamailio(kamailio::Habits),
    /// Asterisk with `chan_pjsip`.
    Asterisk(asterisk::Habits),
}

impl Default for Pbx {
    fn default() -> Self {
        Self::Kamailio(kamailio::Habits::default())
    }
}

impl Pbx {
    /// The same with no binding granted for longer than this many seconds.
    #[must_use]
    pub fn granting(self, max_expires: u32) -> Self {
        match self {
            Self::Kamailio(habits) => Self::Kamailio(kamailio::Habits {
                max_expires,
                ..habits
            }),
            Self::Asterisk(habits) => Self::Asterisk(asterisk::Habits {
                max_expires,
                ..habits
            }),
        }
    }

    /// How long its nonces hold, where that is so short that every change of network finds the last one run out.
    #[must_use]
    pub fn short_nonces(self) -> Option<Duration> {
        match self {
            Self::Kamailio(habits) if habits.nonce_seconds <= SHORT_NONCE_SECONDS => {
                Some(Duration::from_secs(habits.nonce_seconds.into()))
            }
            Self::Kamailio(_) | Self::Asterisk(_) => None,
        }
    }

    /// Forgets what it keeps over a restart. It must not run.
    ///
    /// # Errors
    /// When what it keeps can't be removed.
    pub fn forget(self, lab: &Lab) -> Result<()> {
        match self {
            // All that it knows is in its memory.
            Self::Kamailio(_) => Ok(()),
            Self::Asterisk(_) => asterisk::forget(lab),
        }
    }

    /// Starts it in its place and waits until it answers.
    ///
    /// # Errors
    /// When it is not installed or does not come up: the end of its log is told.
    pub fn start(self, lab: &Lab) -> Result<Box<dyn Registrar>> {
        Ok(match self {
            Self::Kamailio(habits) => Box::new(Kamailio::start(lab, habits)?),
            Self::Asterisk(habits) => Box::new(Asterisk::start(lab, habits)?),
        })
    }
}

/// One contact that a registrar holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// The Contact's URI, as the client wrote it.
    pub address: String,
    /// The stored address: calls go there.
    pub received: Option<SocketAddr>,
    /// Seconds left.
    pub expires: i64,
}

/// What came of a call to the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// It arrived: the line answered this request of the registrar, as it should.
    Answered {
        /// The registrar's clock when the answer came.
        at: SystemTime,
        /// The method of the request.
        method: &'static str,
        /// Its CSeq number.
        cseq: u32,
    },
    /// What went wrong.
    Failed(String),
}

/// A running registrar; ended when dropped.
pub trait Registrar {
    /// Every event so far.
    ///
    /// # Errors
    /// When its log can't be read.
    fn events(&self) -> Result<Vec<Event>>;

    /// What it holds for a user: its own list.
    ///
    /// # Errors
    /// When it can't be asked.
    fn bindings(&self, user: &str) -> Result<Vec<Binding>>;

    /// Calls [`USER`] through the registrar, to the stored address: the line must answer from `public`.
    ///
    /// # Errors
    /// When nobody can be called at all.
    fn place_call(&self, lab: &Lab, public: IpAddr) -> Result<Call>;

    /// [`Registrar::place_call`], and only what went wrong.
    ///
    /// # Errors
    /// When nobody can be called at all.
    fn call(&self, lab: &Lab, public: Ipv4Addr) -> Result<Option<String>> {
        Ok(match self.place_call(lab, public.into())? {
            Call::Answered { .. } => None,
            Call::Failed(why) => Some(why),
        })
    }

    /// Waits for the first event after `since` that `wanted` recognises.
    ///
    /// # Errors
    /// When none comes within `timeout`.
    fn first(
        &self,
        since: SystemTime,
        timeout: Duration,
        wanted: &dyn Fn(&Event) -> bool,
    ) -> Result<Event> {
        let end = Instant::now() + timeout;
        let [mut look, longest] = LOOK;
        loop {
            let mut events = self.events()?;
            events.retain(|event| event.at >= since);
            if let Some(found) = events.iter().find(|event| wanted(event)) {
                return Ok(found.clone());
            }
            if Instant::now() >= end {
                bail!(
                    "the registrar did not see what was waited for within {timeout:?}, only {events:?}"
                );
            }
            thread::sleep(look);
            look = longest.min(look + look / 20);
        }
    }
}
