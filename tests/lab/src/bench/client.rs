//! Who is measured, and what must be true of Bellhop after each change.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::place::{Bound, Place};
use super::sample::Sample;
use crate::company::{PASSWORD, USER};
use crate::floor::Floor;
use crate::peer::Peer;
use crate::subject::{Bellhop, is_registered_from};
use crate::topology::REGISTRAR;

/// Longest wait for what takes milliseconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Longer than a minute, which is the time between two looks of the slowest phone.
const PHONES_PATIENCE: Duration = Duration::from_secs(75);
/// So long after the binding is stored leftovers may stay.
const CLEAN: Duration = Duration::from_secs(3);
/// How often the registrar's log is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// A client of the registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// The script that does nothing but send REGISTER.
    Floor,
    /// Bellhop's engine.
    Bellhop,
    /// Somebody else's phone.
    Phone(Peer),
}

impl Client {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Bellhop => "Bellhop",
            Self::Phone(peer) => peer.name(),
        }
    }

    /// After so long without a binding it is not waited for any longer.
    #[must_use]
    pub fn patience(self) -> Duration {
        match self {
            Self::Floor | Self::Bellhop => PATIENCE,
            Self::Phone(_) => PHONES_PATIENCE,
        }
    }
}

/// One that runs. They end when dropped.
pub(super) enum Running {
    Floor { _floor: Floor },
    Bellhop(Bellhop),
}

impl Running {
    /// Starts the floor or Bellhop in a place: registered where that has a network. Its files are in a new `folder` there.
    pub(super) fn start(
        client: Client,
        place: &Place,
        has_network: bool,
        binary: &Path,
        folder: &str,
    ) -> Result<Self> {
        let host = &place.lab.laptop;
        let folder = place.lab.folder.path().join(folder);
        Ok(match client {
            Client::Floor => Self::Floor {
                _floor: Floor::start_as(USER, has_network, host, REGISTRAR, PASSWORD)?,
            },
            Client::Bellhop => {
                let bellhop = Bellhop::start(binary, host, folder, REGISTRAR, PASSWORD)?;
                let state = if has_network { "registered" } else { "offline" };
                bellhop.wait(state, PATIENCE, |line| is_in(line, state))?;
                Self::Bellhop(bellhop)
            }
            Client::Phone(_) => anyhow::bail!("phones have labs of their own"),
        })
    }

    /// One change, and what is wrong after it.
    pub(super) fn change(&self, place: &mut Place) -> Result<Sample> {
        let moved = place.change()?;
        let bound = place
            .measure(moved, PATIENCE, GLANCE)?
            .with_context(|| format!("no binding within {PATIENCE:?}{}", self.trace()))?;
        let mut sample = bound.sample.clone();
        sample.left_behind = place
            .left_behind(&bound, self.cleans_up_within())?
            .context("the binding did not stay")?;
        sample.faults = self.faults(place, &bound, sample.left_behind)?;
        place.rest()?;
        Ok(sample)
    }

    fn faults(&self, place: &Place, bound: &Bound, left: usize) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let (got, unavoidable) = (bound.sample.challenges, place.case.challenges());
        if got != usize::try_from(unavoidable)? {
            faults.push(format!("{got} 401s, and {unavoidable} expected"));
        }
        // The floor never cleans up.
        if let Self::Bellhop(bellhop) = self {
            if left > 0 {
                faults.push(format!("{left} contacts left behind"));
            }
            let told = bellhop.wait("registered from here and verified", PATIENCE, |line| {
                is_registered_from(line, place.address())
                    && line.get("verified") == Some(&Value::Bool(true))
            });
            faults.extend(told.err().map(|error| format!("{error:#}")));
            faults.extend(place.call()?);
        }
        Ok(faults)
    }

    fn cleans_up_within(&self) -> Duration {
        match self {
            Self::Floor { .. } => Duration::ZERO,
            Self::Bellhop(_) => CLEAN,
        }
    }

    fn trace(&self) -> String {
        match self {
            Self::Floor { .. } => String::new(),
            Self::Bellhop(bellhop) => format!("; the trace:\n{}", bellhop.trace()),
        }
    }
}

fn is_in(line: &Value, state: &str) -> bool {
    line.get("state").and_then(Value::as_str) == Some(state)
}
