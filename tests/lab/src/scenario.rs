//! The scenarios: each builds a lab of its own, changes the network some times, and returns what every change took.

use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use crate::company::{Kind, PASSWORD, Pbx, kamailio};
use crate::floor::{self, Floor};
use crate::kernel::{Change, Recorder};
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::stage::{After, Stage};
use crate::topology::{Lab, REGISTRAR};
use crate::verbs::{PREFERRED, SPARE};
use crate::wire::Wire;

/// Round trip to the company.
pub const ROUND_TRIP: Duration = Duration::from_millis(40);
/// Time without any network in a switch.
const GAP: Duration = Duration::from_millis(200);
/// What the company grants in the scenario that waits for a refresh, in seconds.
const SHORT_EXPIRES: u32 = 10;
/// Longest wait for what must come at once.
const PATIENCE: Duration = Duration::from_secs(3);
/// Time with both networks up, or with a link that leads nowhere.
const BOTH: Duration = Duration::from_millis(500);
/// Longest time between two keep-alives (RFC 5626 §4.4.2), and the round trip that tells of the new address.
const LONGEST_KEEPALIVE_MS: f64 = 29_040.0;
/// Decides which packets get lost.
const SEED: u64 = 1;
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
    let lab = Lab::build(ROUND_TRIP, SEED)?;
    let registrar = Pbx::default().start(&lab)?;
    let recorder = Recorder::start(&lab.laptop)?;
    lab.join(Uplink::Wlan, PREFERRED)?;
    let _floor = Floor::start(&lab.laptop, REGISTRAR, PASSWORD)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        let began = SystemTime::now();
        lab.switch(uplink, GAP)?;
        let usable = recorder.first(began, PATIENCE, new_route(uplink))?;
        let stored = registrar.first(began, PATIENCE, &|event| event.kind == Kind::Saved)?;
        thread::sleep(Duration::from_millis(100));
        let mut run = Run::read(
            began,
            usable,
            stored.at,
            &registrar.events()?,
            lab.round_trip(),
        );
        if registrar.bindings(floor::USER)?.len() != 1 {
            run.faults
                .push("the floor left a binding behind".to_owned());
        }
        Ok(run)
    })
}

/// From one NAT to the other, break before make.
///
/// # Errors
/// When the line is lost.
pub fn switch(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        let after = stage.change(uplink, |lab| lab.switch(uplink, GAP), new_route(uplink))?;
        stage.judge(&after)
    })
}

/// The same network gives another address.
///
/// # Errors
/// When the line is lost.
pub fn renumber(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let uplink = Uplink::Wlan;
    let mut addresses = [uplink.other_address(), uplink.address()]
        .into_iter()
        .cycle();
    repeat(times, || {
        let address = addresses.next().unwrap_or(uplink.address());
        let renumbered = stage.change(
            uplink,
            |lab| lab.renumber(uplink, address),
            new_route(uplink),
        )?;
        stage.judge(&After {
            address,
            ..renumbered
        })
    })
}

/// Both networks are up; the one in use is left.
///
/// # Errors
/// When the line is lost.
pub fn overlap(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        let lost = uplink;
        uplink = uplink.other();
        stage.lab.join(uplink, SPARE)?;
        thread::sleep(BOTH);
        let run = stage.judge(&stage.change(uplink, |lab| lab.leave(lost), link_down(lost))?)?;
        prefer_again(&stage, uplink)?;
        Ok(run)
    })
}

/// Both networks are up; the one in use loses its carrier and keeps address and route.
///
/// # Errors
/// When the line is lost.
pub fn fade(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, Pbx::default())?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        let faded = uplink;
        uplink = uplink.other();
        stage.lab.join(uplink, SPARE)?;
        thread::sleep(BOTH);
        let run = stage.judge(&stage.change(uplink, |lab| lab.fade(faded), link_down(faded))?)?;
        stage.lab.leave(faded)?;
        stage.lab.reappear(faded)?;
        prefer_again(&stage, uplink)?;
        Ok(run)
    })
}

/// The carrier is lost with nothing else there, and comes back: the path is what it was, and the binding is made anew at once.
///
/// # Errors
/// When the line is lost.
pub fn reappear(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, Pbx::default())?;
    let uplink = Uplink::Wlan;
    repeat(times, || {
        stage.lab.fade(uplink)?;
        stage.wait_for_state("offline", PATIENCE)?;
        thread::sleep(BOTH);
        let back = |change: &Change| *change == Change::LinkUp(uplink.index());
        stage.judge(&stage.change(uplink, |lab| lab.reappear(uplink), back)?)
    })
}

/// The NAT forgets its mappings and uses other ports from then on, with link, address and route as they were. Calls fail until the
/// line notices: that also shows that the lab's own check can fail.
///
/// # Errors
/// When the line is lost.
pub fn nat_drop(binary: &Path, pbx: Pbx, times: u32) -> Result<Vec<Run>> {
    let mut stage = Stage::set(binary, ROUND_TRIP, pbx)?;
    let uplink = Uplink::Wlan;
    let mut ports = [40_000..=49_999, 20_000..=29_999].into_iter().cycle();
    repeat(times, || {
        let usable = SystemTime::now();
        stage
            .lab
            .nat_a
            .drop_mappings(ports.next().unwrap_or(50_000..=59_999))?;
        let after = After {
            began: usable,
            usable,
            uplink,
            address: uplink.address(),
        };
        let unheard = stage.call(&after)?;
        let mut run = stage.settle(&after)?;
        if unheard.is_none() {
            run.faults
                .push("a call arrived over a mapping that the NAT had forgotten".to_owned());
        }
        run.limit_ms += LONGEST_KEEPALIVE_MS;
        run.fault_if_another_kind();
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}

/// Link and address come without a route: offline, until the route comes.
///
/// # Errors
/// When the line is lost.
pub fn no_route(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, Pbx::default())?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        stage.lab.leave(uplink)?;
        uplink = uplink.other();
        stage.lab.join_without_route(uplink)?;
        stage.wait_for_state("offline", Duration::from_secs(2))?;
        thread::sleep(BOTH);
        let after = stage.change(
            uplink,
            |lab| lab.add_route(uplink, PREFERRED),
            new_route(uplink),
        )?;
        stage.judge(&after)
    })
}

/// The registrar is restarted and has forgotten everything; the next refresh restores the binding.
///
/// # Errors
/// When the line is lost.
pub fn registrar_restart(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let short = Pbx::Kamailio(kamailio::Habits {
        max_expires: SHORT_EXPIRES,
        ..kamailio::Habits::default()
    });
    let mut stage = Stage::set(binary, ROUND_TRIP, short)?;
    repeat(times, || {
        let began = SystemTime::now();
        stage.restart_registrar(short)?;
        let (usable, uplink) = (SystemTime::now(), Uplink::Wlan);
        let after = After {
            began,
            usable,
            uplink,
            address: uplink.address(),
        };
        let mut run = stage.settle(&after)?;
        run.limit_ms += f64::from(SHORT_EXPIRES) * 1e3;
        run.fault_if_another_kind();
        stage.check(&after, &mut run)?;
        Ok(run)
    })
}

/// A switch while three of ten packets get lost, each way. Where no wire can be laid there is no loss, and nothing to measure.
///
/// # Errors
/// When the line is lost.
pub fn loss(binary: &Path, times: u32, counts_nonces: bool) -> Result<Vec<Run>> {
    if !Wire::is_possible() {
        return Ok(Vec::new());
    }
    let stage = Stage::set(
        binary,
        ROUND_TRIP,
        Pbx::Kamailio(kamailio::Habits {
            counts_nonces,
            ..kamailio::Habits::default()
        }),
    )?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        stage.lab.lose(LOSS)?;
        let after = stage.change(uplink, |lab| lab.switch(uplink, GAP), new_route(uplink))?;
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

fn new_route(uplink: Uplink) -> impl Fn(&Change) -> bool {
    move |change| *change == Change::RouteAdded(uplink.index())
}

fn link_down(uplink: Uplink) -> impl Fn(&Change) -> bool {
    move |change| *change == Change::LinkDown(uplink.index())
}

/// Makes the spare network the preferred one, as it is for the next change. The path stays, so nothing needs to be sent.
fn prefer_again(stage: &Stage, uplink: Uplink) -> Result<()> {
    let since = SystemTime::now();
    stage.lab.prefer(uplink)?;
    stage.wait_until_quiet(since)
}
