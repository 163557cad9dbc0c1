//! The course of a change: what is waited for before it, until it is over, and what is read off then.

use std::net::IpAddr;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};

use super::{After, Stage};
use crate::company::{Event, Kind};
use crate::measure::{Run, milliseconds};
use crate::subject::is_registered_from;

/// Longest time to a binding: a whole transaction that got lost (RFC 3261 §17.1.2.2, timer F), and the next try.
const PATIENCE: Duration = Duration::from_secs(45);
/// So long nothing must come from the line before a change counts as over.
const QUIET: Duration = Duration::from_millis(400);

impl Stage {
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

    /// Waits until the last nonce has run out, where that does not take long: the change that follows finds it so.
    pub(super) fn outlive_nonce(&self) -> Result<()> {
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

    pub(super) fn wait_until_registered(&self, address: IpAddr) -> Result<()> {
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
