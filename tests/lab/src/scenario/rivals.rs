//! Two agents of a number for which the company holds one contact: the newer evicts the older.

use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{ROUND_TRIP, SEED};
use crate::company::{Event, Kind, PASSWORD, Pbx, Registrar, USER, asterisk};
use crate::laptop::Uplink;
use crate::measure::{Run, milliseconds};
use crate::subject::Bellhop;
use crate::topology::{Lab, REGISTRAR};
use crate::verbs::PREFERRED;

/// Every fourth keep-alive asks what the registrar holds. The older one finds its number lost so and takes it back, the newer one as well;
/// then the older one asks with every keep-alive: 4 × 29 s, the same again, and 29 s.
const NOTICED_MS: f64 = 261_000.0;
/// Longest wait for it, and for starting.
const PATIENCE: Duration = Duration::from_secs(300);
/// So long the agent that gave way is watched: every keep-alive of the other falls into it.
const PEACE: Duration = Duration::from_secs(32);

/// Both register, each once more when it finds the number lost, and then one of them gives way and says so.
///
/// # Errors
/// When neither gives way, or the company does not start.
pub fn rivals(binary: &Path) -> Result<Vec<Run>> {
    let lab = Lab::build(ROUND_TRIP, SEED)?;
    let habits = asterisk::Habits {
        max_contacts: 1,
        remove_existing: true,
        ..asterisk::Habits::default()
    };
    let registrar = Pbx::Asterisk(habits).start(&lab)?;
    lab.join(Uplink::Wlan, PREFERRED)?;
    let start = |name: &str| {
        let folder = lab.folder.path().join(name);
        let agent = Bellhop::start(binary, &lab.laptop, folder, REGISTRAR, PASSWORD)?;
        agent.wait("registered", PATIENCE, |line| is(line, "registered"))?;
        anyhow::Ok(agent)
    };
    let older = start("older")?;
    let began = SystemTime::now();
    let newer = start("newer")?;
    let told = older.wait("giving way", PATIENCE, |line| is(line, "rejected"));
    let told = told.with_context(|| format!("the trace:\n{}", older.trace()))?;
    let given_way = SystemTime::now();
    let mut run = Run::read(
        began,
        began,
        given_way,
        &registrar.events()?,
        lab.round_trip(),
    );
    run.limit_ms = NOTICED_MS;
    run.fault_if_another_kind();
    if told.pointer("/error/code").and_then(Value::as_str) != Some("registered_elsewhere") {
        run.faults
            .push(format!("the older one says something else: {told}"));
    }
    thread::sleep(PEACE);
    run.faults.extend(fights(registrar.as_ref(), given_way)?);
    run.faults.extend(holder(registrar.as_ref(), &newer)?);
    run.faults
        .extend(registrar.call(&lab, lab.nat(Uplink::Wlan).public)?);
    Ok(vec![run])
}

fn is(line: &Value, state: &str) -> bool {
    line.get("state").and_then(Value::as_str) == Some(state)
}

/// Nothing may be bound any more: the newer one has the number, and its refresh is far away.
fn fights(registrar: &dyn Registrar, since: SystemTime) -> Result<Option<String>> {
    let binds = |event: &Event| {
        event.kind == Kind::Saved && event.at > since && event.contact.contains("sip:")
    };
    let events = registrar.events()?;
    let fight = events.iter().find(|event| binds(event));
    Ok(fight.map(|event| {
        format!(
            "{:.0} ms after one gave way, the number was fought for",
            milliseconds(since, event.at)
        )
    }))
}

/// The one that did not give way is the one that calls reach.
fn holder(registrar: &dyn Registrar, agent: &Bellhop) -> Result<Option<String>> {
    let line = agent.line()?;
    let public = line.pointer("/flows/0/public").and_then(Value::as_str);
    let bindings = registrar.bindings(USER)?;
    let [only] = bindings.as_slice() else {
        bail!("the registrar holds {bindings:?}");
    };
    let held = only.received.map(|received| received.to_string());
    Ok((held.as_deref() != public || !is(&line, "registered"))
        .then(|| format!("the registrar holds {held:?}, and the newer one's line is {line}")))
}
