//! The company: which registrar it runs, what happened there, what it holds, and whether it reaches the line.

pub mod asterisk;
pub mod event;
pub mod kamailio;

use std::net::{Ipv4Addr, SocketAddr};
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

    /// Calls [`USER`] through the registrar, to the stored address; says what went wrong when the line does not answer from `public`.
    ///
    /// # Errors
    /// When nobody can be called at all.
    fn call(&self, lab: &Lab, public: Ipv4Addr) -> Result<Option<String>>;

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
            thread::sleep(Duration::from_millis(5));
        }
    }
}
