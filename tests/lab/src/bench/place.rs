//! A lab for one case: the laptop, its networks and a registrar, and what a change takes there whoever the client is.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use super::case::{Case, Nonce, Scenario};
use super::sample::Sample;
use crate::company::{Event, Kind, Registrar, USER};
use crate::kernel::{Change, Recorder};
use crate::laptop::Uplink;
use crate::measure::milliseconds;
use crate::topology::Lab;
use crate::verbs::{PREFERRED, SPARE};

/// Time without any network in a switch.
const GAP: Duration = Duration::from_millis(100);
/// Time with both networks up before one is lost.
const BOTH: Duration = Duration::from_millis(500);
/// So long after it was given a nonce that expires has expired: Kamailio counts whole seconds.
const STALE: Duration = Duration::from_millis(1000 * Nonce::SHORT_SECONDS as u64 + 1050);
/// The kernel tells at once.
const TOLD: Duration = Duration::from_secs(3);

/// The lab of a case.
pub(super) struct Place {
    // The registrar ends before the hosts do.
    registrar: Box<dyn Registrar>,
    recorder: Recorder,
    pub(super) lab: Lab,
    pub(super) case: Case,
    uplink: Uplink,
    address: Ipv4Addr,
    /// Since when both networks are up.
    both_since: Option<Instant>,
}

/// A change of network that has just happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    /// Before it.
    began: SystemTime,
    /// T0.
    usable: SystemTime,
}

/// A binding that a change has led to.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    /// What it took.
    pub(super) sample: Sample,
    /// Where the registrar sends calls.
    source: SocketAddr,
}

impl Place {
    /// Builds it, with the laptop on no network.
    pub(super) fn build(case: Case) -> Result<Self> {
        let lab = Lab::build(case.round_trip, 1)?;
        let registrar = case.nonce.pbx().start(&lab)?;
        let recorder = Recorder::start(&lab.laptop)?;
        let uplink = Uplink::Wlan;
        Ok(Self {
            registrar,
            recorder,
            lab,
            case,
            uplink,
            address: uplink.address(),
            both_since: None,
        })
    }

    /// The laptop's address now.
    pub(super) fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// Joins the first network.
    pub(super) fn join(&self) -> Result<()> {
        self.lab.join(self.uplink, PREFERRED)
    }

    /// Leaves the network.
    pub(super) fn leave(&self) -> Result<()> {
        self.lab.leave(self.uplink)
    }

    /// Waits for the client's first binding.
    pub(super) fn wait_until_bound(&self, patience: Duration) -> Result<()> {
        let end = Instant::now() + patience;
        while self.registrar.bindings(USER)?.is_empty() {
            if Instant::now() >= end {
                bail!("not registered within {patience:?}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        // Until the client has the answer.
        thread::sleep(self.case.round_trip + Duration::from_millis(50));
        Ok(())
    }

    /// Does what comes before the change: the second network, where one is to be lost.
    pub(super) fn prepare(&mut self) -> Result<()> {
        if self.case.scenario == Scenario::Lose && self.both_since.is_none() {
            self.lab.join(self.uplink.other(), SPARE)?;
            self.both_since = Some(Instant::now());
        }
        Ok(())
    }

    /// Changes the network as the case has it, prepared or not.
    pub(super) fn change(&mut self) -> Result<Moved> {
        let (old, new) = (self.uplink, self.uplink.other());
        match self.case.scenario {
            Scenario::Start => self.act(|lab| lab.join(old, PREFERRED), new_route(old)),
            Scenario::Switch => {
                self.wait_until_stale()?;
                self.move_to(new);
                self.act(|lab| lab.switch(new, GAP), new_route(new))
            }
            Scenario::Renumber => {
                self.wait_until_stale()?;
                let addresses = [old.address(), old.other_address()];
                let other = addresses.into_iter().find(|other| *other != self.address);
                self.address = other.context("there is no other address")?;
                let address = self.address;
                self.act(|lab| lab.renumber(old, address), new_route(old))
            }
            Scenario::Lose => {
                self.prepare()?;
                let since = self.both_since.take();
                let both = since.map(|since| since.elapsed()).unwrap_or_default();
                thread::sleep(BOTH.saturating_sub(both));
                self.wait_until_stale()?;
                self.move_to(new);
                let down = move |change: &Change| *change == Change::LinkDown(old.index());
                self.act(|lab| lab.leave(old), down)
            }
        }
    }

    /// Waits up to `patience` for a binding stored since then that leads to where the laptop is now.
    pub(super) fn measure(
        &self,
        moved: Moved,
        patience: Duration,
        glance: Duration,
    ) -> Result<Option<Bound>> {
        let end = Instant::now() + patience;
        loop {
            let mut events = self.registrar.events()?;
            events.retain(|event| event.at >= moved.began);
            if let Some(stored) = self.stored(&events)? {
                return Ok(Some(bound(moved, &stored, &events)));
            }
            if Instant::now() >= end {
                return Ok(None);
            }
            thread::sleep(glance);
        }
    }

    /// How many contacts the registrar holds besides the one of this binding; waits up to `patience` until there are none. None when
    /// the binding itself is gone.
    pub(super) fn left_behind(&self, bound: &Bound, patience: Duration) -> Result<Option<usize>> {
        let end = Instant::now() + patience;
        loop {
            let others = self.others(bound)?;
            if others.is_none_or(|others| others == 0) || Instant::now() >= end {
                return Ok(others);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The same after all of `time`, during which the binding must stay.
    pub(super) fn left_behind_after(&self, bound: &Bound, time: Duration) -> Result<Option<usize>> {
        let end = Instant::now() + time;
        loop {
            let others = self.others(bound)?;
            if others.is_none() || Instant::now() >= end {
                return Ok(others);
            }
            thread::sleep(time / 5);
        }
    }

    /// How long ago the registrar gave its newest nonce.
    pub(super) fn nonce_age(&self) -> Result<Duration> {
        let events = self.registrar.events()?;
        let given = |event: &&Event| event.kind == Kind::Challenged;
        let given = events.iter().rev().find(given);
        let given = given.map_or(SystemTime::UNIX_EPOCH, |event| event.at);
        Ok(given.elapsed().unwrap_or_default())
    }

    /// Waits until the newest nonce is so old.
    pub(super) fn wait_until_nonce_is(&self, old: Duration) -> Result<()> {
        thread::sleep(old.saturating_sub(self.nonce_age()?));
        Ok(())
    }

    /// Calls the line through the registrar; says what went wrong.
    pub(super) fn call(&self) -> Result<Option<String>> {
        self.registrar.call(&self.lab, self.public())
    }

    /// Ready for the next change.
    pub(super) fn rest(&self) -> Result<()> {
        if self.case.scenario == Scenario::Lose {
            self.lab.prefer(self.uplink)?;
        }
        thread::sleep(2 * self.case.round_trip + Duration::from_millis(50));
        Ok(())
    }

    fn others(&self, bound: &Bound) -> Result<Option<usize>> {
        let held = self.registrar.bindings(USER)?;
        let here = |received| received == Some(bound.source);
        let others = held.iter().filter(|binding| !here(binding.received));
        let others = others.count();
        Ok((others < held.len()).then_some(others))
    }

    fn act(
        &self,
        act: impl FnOnce(&Lab) -> Result<()>,
        usable: impl Fn(&Change) -> bool,
    ) -> Result<Moved> {
        let began = SystemTime::now();
        act(&self.lab)?;
        let usable = self.recorder.first(began, TOLD, usable)?;
        Ok(Moved { began, usable })
    }

    fn move_to(&mut self, uplink: Uplink) {
        (self.uplink, self.address) = (uplink, uplink.address());
    }

    fn wait_until_stale(&self) -> Result<()> {
        match self.case.nonce {
            Nonce::Cold => self.wait_until_nonce_is(STALE),
            Nonce::None | Nonce::Warm | Nonce::IpBound => Ok(()),
        }
    }

    /// The first event that stored what is held now; a goodbye from the old address is stored, too, and is not it.
    fn stored(&self, events: &[Event]) -> Result<Option<Event>> {
        let public = self.public();
        let saved = |event: &&Event| event.kind == Kind::Saved && event.source.ip() == public;
        if !events.iter().any(|event| saved(&event)) {
            return Ok(None);
        }
        let held = self.registrar.bindings(USER)?;
        let is_held = |event: &&Event| {
            held.iter()
                .any(|binding| binding.received == Some(event.source))
        };
        Ok(events.iter().filter(saved).find(is_held).cloned())
    }

    fn public(&self) -> Ipv4Addr {
        self.lab.nat(self.uplink).public
    }
}

fn bound(moved: Moved, stored: &Event, events: &[Event]) -> Bound {
    let challenged = |event: &&Event| event.kind == Kind::Challenged && event.at <= stored.at;
    Bound {
        sample: Sample {
            took_ms: Some(milliseconds(moved.usable, stored.at)),
            challenges: events.iter().filter(challenged).count(),
            ..Sample::default()
        },
        source: stored.source,
    }
}

fn new_route(uplink: Uplink) -> impl Fn(&Change) -> bool {
    move |change| *change == Change::RouteAdded(uplink.index())
}
