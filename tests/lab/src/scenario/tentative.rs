//! IPv6 addresses that are tentative for about a second when they come.

use std::net::UdpSocket;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{GAP, ROUND_TRIP, new_route, repeat};
use crate::capture::Capture;
use crate::company::{Pbx, kamailio};
use crate::laptop::Uplink;
use crate::measure::{Run, milliseconds};
use crate::stage::{After, Internet, Stage};
use crate::topology::Lab;
use crate::verbs::PREFERRED;

/// Longer than any kernel doubts an address.
const LONGEST: Duration = Duration::from_secs(10);

/// IPv4 and a tentative IPv6 address come together, and the registrar is reached over IPv4: that is not delayed, and when the IPv6 address
/// is usable nothing comes of it.
///
/// # Errors
/// When the line is lost.
pub fn ipv4_beside_tentative(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set(binary, ROUND_TRIP, Pbx::default())?;
    stage.lab.add_ipv6()?;
    let capture = Capture::start(&stage.lab.laptop)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        let both = doubted(uplink) + &uplink.lease(uplink.address()) + &uplink.route(PREFERRED);
        let after = stage.change(uplink, |lab| come(lab, uplink, &both), new_route(uplink))?;
        let was_usable = is_usable(&stage.lab, uplink);
        let mut run = stage.judge(&after)?;
        if was_usable {
            run.faults
                .push("the IPv6 address was not tentative".to_owned());
        }
        let usable = when_usable(&stage.lab, uplink)?;
        stage.wait_until_quiet(usable)?;
        fault_if_not_one(&mut run, &capture, &after);
        Ok(run)
    })
}

/// The registrar is reached over IPv6 alone: nothing leaves and nothing fails while the address is tentative, and then one REGISTER leaves
/// at once. T0 is when a socket can be bound to the address.
///
/// # Errors
/// When the line is lost.
pub fn ipv6_once_usable(binary: &Path, times: u32) -> Result<Vec<Run>> {
    let stage = Stage::set_on(Internet::V6, binary, ROUND_TRIP, on_ipv6())?;
    let capture = Capture::start(&stage.lab.laptop)?;
    let mut uplink = Uplink::Wlan;
    repeat(times, || {
        uplink = uplink.other();
        let after = stage.change(
            uplink,
            |lab| come(lab, uplink, &doubted(uplink)),
            new_route(uplink),
        )?;
        let (usable, states) = watch_until_usable(&stage, uplink)?;
        let after = After { usable, ..after };
        let mut run = stage.judge(&after)?;
        if let Some(other) = states.iter().find(|state| *state != "offline") {
            run.faults
                .push(format!("while it could only wait the line was {other}"));
        }
        if states.is_empty() {
            run.faults.push("the address was not tentative".to_owned());
        }
        fault_if_not_one(&mut run, &capture, &after);
        Ok(run)
    })
}

fn on_ipv6() -> Pbx {
    Pbx::Kamailio(kamailio::Habits {
        ipv6: true,
        ..kamailio::Habits::default()
    })
}

/// Break before make.
fn come(lab: &Lab, uplink: Uplink, lines: &str) -> Result<()> {
    lab.leave(uplink.other())?;
    thread::sleep(GAP);
    lab.associate(uplink)?;
    lab.laptop.ip(lines)
}

/// An address and a default route, as a router's advertisement brings them.
fn doubted(uplink: Uplink) -> String {
    let (interface, address, gateway) = (uplink.interface(), uplink.address6(), uplink.gateway6());
    format!(
        "address add {address}/64 dev {interface}\nroute add default via {gateway} dev {interface} metric {PREFERRED}\n"
    )
}

fn is_usable(lab: &Lab, uplink: Uplink) -> bool {
    let bound = || Ok(UdpSocket::bind((uplink.address6(), 0))?);
    lab.laptop.inside(bound).is_ok()
}

/// Waits until a socket can be bound to the address: that moment.
fn when_usable(lab: &Lab, uplink: Uplink) -> Result<SystemTime> {
    lab.laptop.inside(|| {
        let end = Instant::now() + LONGEST;
        while UdpSocket::bind((uplink.address6(), 0)).is_err() {
            if Instant::now() >= end {
                bail!("the address is tentative for ever");
            }
            thread::sleep(Duration::from_micros(200));
        }
        Ok(SystemTime::now())
    })
}

/// That moment, and the states that the line was in before it.
fn watch_until_usable(stage: &Stage, uplink: Uplink) -> Result<(SystemTime, Vec<String>)> {
    let lab = &stage.lab;
    thread::scope(|scope| {
        let usable = scope.spawn(|| when_usable(lab, uplink));
        let mut states = Vec::new();
        loop {
            let line = stage.line_when("there", Duration::ZERO, |_| true)?;
            // Asked before and answered after, it would be the state of afterwards.
            if is_usable(lab, uplink) {
                break;
            }
            let state = line.get("state").and_then(Value::as_str);
            states.push(state.context("no state")?.to_owned());
        }
        match usable.join() {
            Ok(usable) => Ok((usable?, states)),
            Err(_) => bail!("the thread that waits for the address panicked"),
        }
    })
}

/// One REGISTER binds, and it left after the network was usable; one more may remove what was left.
fn fault_if_not_one(run: &mut Run, capture: &Capture, after: &After) {
    let sent = capture.registers(after.began);
    if run.registers != 1 || sent.len() != 1 + run.clean_ups {
        run.faults.push(format!(
            "{} REGISTERs left, {} arrived that bind and {} that clean up",
            sent.len(),
            run.registers,
            run.clean_ups
        ));
    }
    if let Some(first) = sent.first() {
        let early = milliseconds(first.at, after.usable);
        // The watching thread is told a little late.
        if early > 50.0 {
            run.faults
                .push(format!("a REGISTER left {early:.1} ms too early"));
        }
    }
}
