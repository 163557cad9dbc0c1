//! The floor of the same lab: switches of a client that only knows that a new default route means REGISTER.

use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::{GAP, PATIENCE, ROUND_TRIP, SEED, new_route, repeat};
use crate::company::{Kind, PASSWORD, Pbx};
use crate::floor::{self, Floor};
use crate::kernel::Recorder;
use crate::laptop::Uplink;
use crate::measure::Run;
use crate::topology::{Lab, REGISTRAR};
use crate::verbs::PREFERRED;

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
