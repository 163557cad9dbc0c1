//! A lab at work: laptop on the Wi-Fi, the registrar up, the line registered; and one change of network, measured and checked.

mod checks;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::company::{Event, Kind, PASSWORD, Pbx, Registrar};
use crate::ipv6;
use crate::kernel::{Change, Recorder};
use crate::laptop::Uplink;
use crate::measure::{Run, milliseconds};
use crate::subject::{Bellhop, is_registered_from};
use crate::topology::{Lab, REGISTRAR};
use crate::verbs::PREFERRED;

/// Longest time to a binding: a whole transaction that got lost (RFC 3261 §17.1.2.2, timer F), and the next try.
const PATIENCE: Duration = Duration::from_secs(45);
/// So long nothing must come from the line before a change counts as over.
const QUIET: Duration = Duration::from_millis(400);

/// A change of network: when it happened, what came of it at the registrar, and where the laptop is now.
pub struct After {
    /// Before the change.
    pub began: SystemTime,
    /// T0.
    pub usable: SystemTime,
    /// The laptop's network now.
    pub uplink: Uplink,
    /// Its address there.
    pub address: IpAddr,
}

/// By which protocol the laptop and the company are on the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Internet {
    /// IPv4, behind NATs.
    V4,
    /// IPv6, where every host has an address of its own.
    V6,
}

impl Internet {
    /// The laptop's address in a network.
    #[must_use]
    pub fn address(self, uplink: Uplink) -> IpAddr {
        match self {
            Self::V4 => uplink.address().into(),
            Self::V6 => uplink.address6().into(),
        }
    }

    fn registrar(self) -> SocketAddr {
        match self {
            Self::V4 => REGISTRAR,
            Self::V6 => ipv6::REGISTRAR,
        }
    }

    fn join(self, lab: &Lab, uplink: Uplink) -> Result<()> {
        match self {
            Self::V4 => lab.join(uplink, PREFERRED),
            Self::V6 => lab.join_ipv6(uplink, PREFERRED),
        }
    }
}

/// Lab, registrar and line.
pub struct Stage {
    // In the order in which they must end: the line takes its leave of a registrar that is still there.
    bellhop: Bellhop,
    registrar: Option<Box<dyn Registrar>>,
    recorder: Recorder,
    pbx: Pbx,
    internet: Internet,
    /// The hosts.
    pub lab: Lab,
}

impl Stage {
    /// Sets the stage: on `wlan0`, registered.
    ///
    /// # Errors
    /// When something does not start, or the line does not register.
    pub fn set(binary: &Path, round_trip: Duration, pbx: Pbx) -> Result<Self> {
        Self::set_on(Internet::V4, binary, round_trip, pbx)
    }

    /// The same on another internet.
    ///
    /// # Errors
    /// As [`Stage::set`].
    pub fn set_on(
        internet: Internet,
        binary: &Path,
        round_trip: Duration,
        pbx: Pbx,
    ) -> Result<Self> {
        let lab = Lab::build(round_trip, 1)?;
        if internet == Internet::V6 {
            lab.add_ipv6()?;
        }
        let registrar = pbx.start(&lab)?;
        let recorder = Recorder::start(&lab.laptop)?;
        internet.join(&lab, Uplink::Wlan)?;
        let bellhop = Bellhop::start(
            binary,
            &lab.laptop,
            lab.folder.path().join("bellhop"),
            internet.registrar(),
            PASSWORD,
        )?;
        let stage = Self {
            bellhop,
            registrar: Some(registrar),
            recorder,
            pbx,
            internet,
            lab,
        };
        let started = SystemTime::now();
        stage.wait_until_registered(internet.address(Uplink::Wlan))?;
        stage.wait_until_quiet(started)?;
        Ok(stage)
    }

    /// Ends the registrar and starts it anew; waits until it answers. It knows what it keeps over a restart, unless it `forgets` that too.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn restart_registrar(&mut self, forgets: bool) -> Result<()> {
        drop(self.registrar.take());
        if forgets {
            self.pbx.forget(&self.lab)?;
        }
        self.registrar = Some(self.pbx.start(&self.lab)?);
        Ok(())
    }

    /// Changes the network so that the laptop is at `uplink`; T0 is when its kernel says what `usable` recognises.
    ///
    /// # Errors
    /// When the kernel refuses, or does not say it.
    pub fn change(
        &self,
        uplink: Uplink,
        act: impl FnOnce(&Lab) -> Result<()>,
        usable: impl Fn(&Change) -> bool,
    ) -> Result<After> {
        self.outlive_nonce()?;
        let began = SystemTime::now();
        act(&self.lab)?;
        let usable = self.recorder.first(began, Duration::from_secs(3), usable)?;
        Ok(After {
            began,
            usable,
            uplink,
            address: self.internet.address(uplink),
        })
    }

    /// Waits until the line is in this state.
    ///
    /// # Errors
    /// When it is not within `timeout`.
    pub fn wait_for_state(&self, state: &str, timeout: Duration) -> Result<Value> {
        self.bellhop.wait(state, timeout, |line| {
            line.get("state").and_then(Value::as_str) == Some(state)
        })
    }

    /// Waits until the line is as `wanted` says.
    ///
    /// # Errors
    /// When it is not within `timeout`.
    pub fn line_when(
        &self,
        what: &str,
        timeout: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        self.bellhop.wait(what, timeout, wanted)
    }

    /// All that `status` says.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn status(&self) -> Result<Value> {
        self.bellhop.status()
    }

    /// Does `work` while the engine is stopped where it is: alone on the laptop.
    ///
    /// # Errors
    /// As the work, or when the engine can't be stopped.
    pub fn with_line_held<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.bellhop.process().hold()?;
        let done = work();
        self.bellhop.process().go_on()?;
        done
    }

    /// Waits until a binding is stored since the network was usable, and until things are quiet; reads what it took.
    ///
    /// # Errors
    /// When no binding comes: a lost line.
    pub fn settle(&self, after: &After) -> Result<Run> {
        self.settle_within(PATIENCE, after)
    }

    /// The same, with another patience.
    ///
    /// # Errors
    /// As that.
    pub fn settle_within(&self, patience: Duration, after: &After) -> Result<Run> {
        // The first to be stored binds, whatever it removes besides: clean-ups come after it.
        let binds = |event: &Event| {
            event.kind == Kind::Saved && event.source.ip() == self.public(after.uplink)
        };
        let stored = self.registrar()?.first(after.began, patience, &binds);
        let stored =
            stored.with_context(|| format!("a lost line; the trace:\n{}", self.bellhop.trace()))?;
        self.wait_until_registered(after.address)?;
        self.wait_until_quiet(after.usable)?;
        self.run(after, stored.at)
    }

    /// What was sent since the change, and the time from usable to `done`.
    ///
    /// # Errors
    /// When the registrar's log can't be read.
    pub fn run(&self, after: &After, done: SystemTime) -> Result<Run> {
        Ok(Run::read(
            after.began,
            after.usable,
            done,
            &self.registrar()?.events()?,
            self.lab.round_trip(),
        ))
    }

    /// [`Stage::settle`], held against what it may take, and [`Stage::check`].
    ///
    /// # Errors
    /// As both.
    pub fn judge(&self, after: &After) -> Result<Run> {
        let mut run = self.settle(after)?;
        run.fault_if_another_kind();
        run.fault_if_repeated();
        if self.pbx.short_nonces().is_some() {
            run.fault_if_not_challenged();
        }
        self.check(after, &mut run)?;
        Ok(run)
    }

    fn registrar(&self) -> Result<&dyn Registrar> {
        self.registrar.as_deref().context("the registrar is down")
    }

    /// Waits until the last nonce has run out, where that does not take long: the change that follows finds it so.
    fn outlive_nonce(&self) -> Result<()> {
        let Some(life) = self.pbx.short_nonces() else {
            return Ok(());
        };
        let mut given = self.registrar()?.events()?;
        given.retain(|event| event.kind == Kind::Challenged);
        let age = given.last().and_then(|event| event.at.elapsed().ok());
        let age = age.unwrap_or_default();
        // It is counted in whole seconds.
        thread::sleep((life + Duration::from_secs(1)).saturating_sub(age));
        Ok(())
    }

    /// Where the internet sees the laptop.
    fn public(&self, uplink: Uplink) -> IpAddr {
        match self.internet {
            Internet::V4 => self.lab.nat(uplink).public.into(),
            Internet::V6 => uplink.address6().into(),
        }
    }

    fn wait_until_registered(&self, address: IpAddr) -> Result<()> {
        let what = format!("registered from {address}");
        let registered = self
            .bellhop
            .wait(&what, PATIENCE, |line| is_registered_from(line, address));
        registered
            .map(drop)
            .with_context(|| format!("a lost line; the trace:\n{}", self.bellhop.trace()))
    }

    /// Waits until nothing more comes from the line. Clean-ups end soon; a line that never stops sending is told by its counts.
    ///
    /// # Errors
    /// When the registrar's log can't be read.
    pub fn wait_until_quiet(&self, since: SystemTime) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end {
            let events = self.registrar()?.events()?;
            let last = events.last().map_or(since, |event| event.at.max(since));
            if milliseconds(last, SystemTime::now()) >= QUIET.as_secs_f64() * 1e3 {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}
