//! The scenarios: each builds a lab of its own, changes the network some times, and returns what every change took.

use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use crate::floor::{self, Floor};
use crate::kamailio::{Kind, MAX_EXPIRES};
use crate::kernel::{Change, Recorder};
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::{After, PASSWORD, Stage, registrar};
use crate::topology::{Lab, PREFERRED, REGISTRAR, SPARE};
use crate::wire::Wire;

/// Round trip to the company.
pub const ROUND_TRIP: Duration = Duration::from_millis(40);
/// Time without any network in a switch.
const GAP: Duration = Duration::from_millis(200);
/// What the company grants in the scenario that waits for a refresh, in seconds.
const SHORT_EXPIRES: u32 = 10;
/// Share of packets lost, each way.
const LOSS: f64 = 0.3;
/// Under loss a change may take as long as a lost transaction and the next try.
const LOSS_LIMIT_MS: f64 = 40_000.0;

/// The round trip that this machine allows: [`ROUND_TRIP`], or none where the wire can't be laid.
#[must_use]
pub fn round_trip() -> Duration {
    if Wire::is_possible() {
        ROUND_TRIP
    } else {
        Duration::ZERO
    }
}

/// The floor: switches of a client that only knows that a new default route means REGISTER.
///
/// # Errors
/// When the lab does not stand, or the floor does not register.
pub fn floor(times: u32) -> Result<Vec<Run>> {
    let lab = Lab::build(ROUND_TRIP, 1)?;
    let kamailio = registrar(&lab, MAX_EXPIRES)?;
    let recorder = Recorder::start(&lab.laptop)?;
    lab.join(Uplink::Wlan, PREFERRED)?;
    let _floor = Floor::start(&lab.laptop, REGISTRAR, PASSWORD)?;
    let mut runs = Vec::new();
    let mut uplink = Uplink::Wlan;
    for _ in 0..times {
        uplink = uplink.other();
        let (since, index) = (SystemTime::now(), uplink.index());
        lab.switch(uplink, GAP)?;
        let usable = recorder.first(since, Duration::from_secs(3), |change| {
            *change == Change::RouteAdded(index)
        })?;
        let stored = kamailio.first(usable, Duration::from_secs(3), |event| {
            event.kind == Kind::Saved
        })?;
        thread::sleep(Duration::from_millis(100));
        let mut run = Run::read(usable, stored.at, &kamailio.events()?, lab.round_trip());
        if kamailio.bindings(floor::USER)?.len() != 1 {
            run.faults
                .push("the floor left a binding behind".to_owned());
        }
        runs.push(run);
    }
    Ok(runs)
}

/// From one NAT to the other, break before make.
///
/// # Errors
/// When the line is lost.
pub fn switch(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, MAX_EXPIRES)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        let (since, index) = (SystemTime::now(), uplink.index());
        stage.lab.switch(uplink, GAP)?;
        let usable = stage.heard(since, |change| *change == Change::RouteAdded(index))?;
        judged(
            &stage,
            &After {
                usable,
                uplink,
                address: uplink.address(),
            },
        )
    })
}

/// The same network gives another address.
///
/// # Errors
/// When the line is lost.
pub fn renumber(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, MAX_EXPIRES)?;
    let uplink = Uplink::Wlan;
    let index = uplink.index();
    let mut address = uplink.address();
    repeat(times, || {
        address = if address == uplink.address() {
            uplink.other_address()
        } else {
            uplink.address()
        };
        let since = SystemTime::now();
        stage.lab.renumber(uplink, address)?;
        let usable = stage.heard(since, |change| *change == Change::RouteAdded(index))?;
        judged(
            &stage,
            &After {
                usable,
                uplink,
                address,
            },
        )
    })
}

/// Both networks are up; the one in use is left.
///
/// # Errors
/// When the line is lost.
pub fn overlap(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, MAX_EXPIRES)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        let (left, index) = (uplink, uplink.index());
        uplink = uplink.other();
        stage.lab.join(uplink, SPARE)?;
        thread::sleep(Duration::from_millis(500));
        let since = SystemTime::now();
        stage.lab.leave(left)?;
        let lost = |change: &Change| matches!(change, Change::LinkDown(gone) | Change::RouteRemoved(gone) if *gone == index);
        let usable = stage.heard(since, lost)?;
        let run = judged(
            &stage,
            &After {
                usable,
                uplink,
                address: uplink.address(),
            },
        );
        prefer_again(&stage, uplink)?;
        run
    })
}

/// Both networks are up; the one in use loses its carrier and keeps address and route.
///
/// # Errors
/// When the line is lost.
pub fn fade(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, MAX_EXPIRES)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        let (faded, index) = (uplink, uplink.index());
        uplink = uplink.other();
        stage.lab.join(uplink, SPARE)?;
        thread::sleep(Duration::from_millis(500));
        let since = SystemTime::now();
        stage.lab.fade(faded)?;
        let usable = stage.heard(since, |change| *change == Change::LinkDown(index))?;
        let run = judged(
            &stage,
            &After {
                usable,
                uplink,
                address: uplink.address(),
            },
        );
        stage.lab.leave(faded)?;
        stage.lab.reappear(faded)?;
        prefer_again(&stage, uplink)?;
        run
    })
}

/// Link and address come without a route: offline, until the route comes.
///
/// # Errors
/// When the line is lost.
pub fn no_route(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, MAX_EXPIRES)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        let left = uplink;
        uplink = uplink.other();
        stage.lab.leave(left)?;
        stage.lab.join_without_route(uplink)?;
        stage.wait_for_state("offline", Duration::from_secs(2))?;
        thread::sleep(Duration::from_millis(500));
        let (since, index) = (SystemTime::now(), uplink.index());
        stage.lab.add_route(uplink, PREFERRED)?;
        let usable = stage.heard(since, |change| *change == Change::RouteAdded(index))?;
        judged(
            &stage,
            &After {
                usable,
                uplink,
                address: uplink.address(),
            },
        )
    })
}

/// The registrar is restarted and has forgotten everything; the next refresh restores the binding.
///
/// # Errors
/// When the line is lost.
pub fn registrar_restart(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let mut stage = Stage::set(binary, ROUND_TRIP, SHORT_EXPIRES)?;
    let uplink = Uplink::Wlan;
    let mut runs = Vec::new();
    for _ in 0..times {
        stage.restart_registrar(SHORT_EXPIRES)?;
        let after = After {
            usable: SystemTime::now(),
            uplink,
            address: uplink.address(),
        };
        let mut run = stage.settle(&after)?;
        run.limit_ms += f64::from(SHORT_EXPIRES) * 1e3;
        Stage::judge(&mut run);
        stage.check(&after, &mut run)?;
        runs.push(run);
    }
    Ok(runs)
}

/// A switch while three of ten packets get lost, each way.
///
/// # Errors
/// When the line is lost.
pub fn loss(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, MAX_EXPIRES)?;
    if stage.lab.round_trip().is_zero() {
        return Ok(Vec::new());
    }
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        let (since, index) = (SystemTime::now(), uplink.index());
        stage.lab.lose(LOSS)?;
        stage.lab.switch(uplink, GAP)?;
        let usable = stage.heard(since, |change| *change == Change::RouteAdded(index))?;
        let after = After {
            usable,
            uplink,
            address: uplink.address(),
        };
        let mut run = stage.settle(&after)?;
        if run.took_ms > LOSS_LIMIT_MS {
            run.faults.push(format!("took {:.0} ms", run.took_ms));
        }
        stage.lab.lose(0.0)?;
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}

fn repeat(times: u32, mut change: impl FnMut() -> Result<Run>) -> Result<Vec<Run>> {
    (0..times).map(|_| change()).collect()
}

fn judged(stage: &Stage, after: &After) -> Result<Run> {
    let mut run = stage.settle(after)?;
    Stage::judge(&mut run);
    stage.check(after, &mut run)?;
    Ok(run)
}

/// Makes the spare network the preferred one, as it is for the next change. The path stays, so nothing needs to be sent.
fn prefer_again(stage: &Stage, uplink: Uplink) -> Result<()> {
    let since = SystemTime::now();
    stage.lab.prefer(uplink)?;
    stage.wait_until_quiet(since)
}
