//! The floor or Bellhop in one case: a lab of its own, in which it changes its network again and again.

use std::path::Path;
use std::time::Duration;

use anyhow::{Error, Result};

use super::case::{Case, Nonce, Scenario};
use super::client::{Client, PATIENCE, Running};
use super::place::Place;
use super::sample::{Cell, Sample};

/// So old a nonce of Asterisk's may be for a change that counts: it holds for 32 s (`nonce_lifetime`).
const FRESH: Duration = Duration::from_secs(25);
/// So old it certainly no longer holds.
const SPENT: Duration = Duration::from_secs(34);

/// One client in one case.
pub(super) struct Entrant<'a> {
    client: Client,
    case: Case,
    binary: &'a Path,
    /// Until something breaks.
    live: Option<Live>,
    samples: Vec<Sample>,
    broken: Option<String>,
}

struct Live {
    // Takes its leave while the registrar is still there.
    running: Option<Running>,
    place: Place,
}

impl<'a> Entrant<'a> {
    /// Builds its lab and starts it there.
    pub(super) fn new(client: Client, case: Case, binary: &'a Path) -> Self {
        let mut entrant = Self {
            client,
            case,
            binary,
            live: None,
            samples: Vec::new(),
            broken: None,
        };
        match entrant.start() {
            Ok(live) => entrant.live = Some(live),
            Err(error) => entrant.broken = Some(format!("{error:#}")),
        }
        entrant
    }

    /// Does what comes before the next change.
    pub(super) fn prepare(&mut self) {
        if let Some(live) = &mut self.live
            && let Err(error) = live.place.prepare()
        {
            self.end(&error);
        }
    }

    /// One change more.
    pub(super) fn change(&mut self) {
        let Some(live) = &mut self.live else { return };
        let folder = format!("client-{}", self.samples.len());
        let done = if self.case.scenario == Scenario::Start {
            live.start_anew(self.client, self.binary, &folder)
        } else {
            live.change()
        };
        match done {
            Ok(sample) => self.samples.push(sample),
            Err(error) => self.end(&error),
        }
    }

    /// What came of it.
    pub(super) fn cell(self) -> Cell {
        Cell {
            client: self.client,
            case: self.case,
            samples: self.samples,
            broken: self.broken,
        }
    }

    fn end(&mut self, why: &Error) {
        self.broken = Some(format!("{why:#}"));
        self.live = None;
    }

    fn start(&self) -> Result<Live> {
        let place = Place::build(self.case)?;
        let running = if self.case.scenario == Scenario::Start {
            None
        } else {
            place.join()?;
            let running = Running::start(self.client, &place, true, self.binary, "client")?;
            place.wait_until_bound(PATIENCE)?;
            Some(running)
        };
        Ok(Live { running, place })
    }
}

impl Live {
    fn change(&mut self) -> Result<Sample> {
        let Some(running) = &self.running else {
            anyhow::bail!("nothing runs here");
        };
        // What is measured is that the nonce is good for one address, not for how long.
        if self.place.case.nonce == Nonce::IpBound && self.place.nonce_age()? > FRESH {
            self.place.wait_until_nonce_is(SPENT)?;
            running.change(&mut self.place)?;
        }
        running.change(&mut self.place)
    }

    /// A new client with an empty folder, which waits for its first network.
    fn start_anew(&mut self, client: Client, binary: &Path, folder: &str) -> Result<Sample> {
        let running = Running::start(client, &self.place, false, binary, folder)?;
        let sample = running.change(&mut self.place)?;
        drop(running);
        self.place.leave()?;
        Ok(sample)
    }
}
