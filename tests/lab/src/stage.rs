//! A lab at work: laptop on the Wi-Fi, the registrar up, the line registered; and one change of network, measured and checked.

mod checks;
mod course;
mod internet;

use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::company::{PASSWORD, Pbx, Registrar};
use crate::kernel::{Change, Recorder};
use crate::laptop::Uplink;
use crate::subject::Bellhop;
use crate::topology::Lab;

pub use internet::Internet;

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

    fn registrar(&self) -> Result<&dyn Registrar> {
        self.registrar.as_deref().context("the registrar is down")
    }

    /// Where the internet sees the laptop.
    fn public(&self, uplink: Uplink) -> IpAddr {
        match self.internet {
            Internet::V4 => self.lab.nat(uplink).public.into(),
            Internet::V6 => uplink.address6().into(),
        }
    }
}
