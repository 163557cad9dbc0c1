//! Other people's phones: each change in a lab of its own, with the phone started afresh, many labs side by side.
//!
//! They wait for seconds by their own timers, so that a few milliseconds of a busy machine do not matter. A phone that looks at the
//! network now and then meets the change at an evenly spread moment between two looks, not always at the same one.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::case::{Case, Nonce, Scenario};
use super::client::Client;
use super::place::Place;
use super::sample::{Cell, Sample};
use crate::company::PASSWORD;
use crate::peer::Peer;
use crate::topology::REGISTRAR;

/// Labs at a time: they do little but wait.
const SIDE_BY_SIDE: usize = 24;
/// So long a phone may take for its first registration.
const FIRST: Duration = Duration::from_secs(20);
/// So long after its binding is stored a phone may still clean up.
const CLEAN: Duration = Duration::from_secs(3);
/// How often a registrar's log is looked at: its own clock says when, not this.
const GLANCE: Duration = Duration::from_millis(100);

/// One change of one phone.
struct Task {
    /// Which cell it belongs to.
    cell: usize,
    peer: Peer,
    case: Case,
    /// Where between two looks at the network the change comes: 0 to 1.
    phase: f64,
}

/// Takes every phone through every case that phones are asked for.
pub(super) fn cells(
    peers: &[Peer],
    cases: &[Case],
    times: u32,
    tell: &(dyn Fn(&str) + Sync),
) -> Vec<Cell> {
    let (cells, tasks) = plan(peers, cases, times);
    let left: Vec<_> = cells.iter().map(|_| AtomicU32::new(times)).collect();
    let (cells, next) = (Mutex::new(cells), AtomicUsize::new(0));
    let work = || {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let done = once(task);
            let mut cells = cells.lock().unwrap_or_else(PoisonError::into_inner);
            let (Some(cell), Some(left)) = (cells.get_mut(task.cell), left.get(task.cell)) else {
                continue;
            };
            match done {
                Ok(sample) => cell.samples.push(sample),
                Err(error) => cell.broken = Some(format!("{error:#}")),
            }
            if left.fetch_sub(1, Ordering::Relaxed) == 1 {
                tell(&cell.line());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(work);
        }
    });
    cells.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// A phone is not asked how it starts without a network, and its nonces are its own matter: a cold one makes no difference to seconds.
fn plan(peers: &[Peer], cases: &[Case], times: u32) -> (Vec<Cell>, Vec<Task>) {
    let asked = |case: &&Case| case.scenario != Scenario::Start && case.nonce != Nonce::Cold;
    let (mut cells, mut tasks) = (Vec::new(), Vec::new());
    for &peer in peers {
        for &case in cases.iter().filter(asked) {
            let phase = |number| (f64::from(number) + 0.5) / f64::from(times);
            tasks.extend((0..times).map(|number| Task {
                cell: cells.len(),
                peer,
                case,
                phase: phase(number),
            }));
            cells.push(Cell {
                client: Client::Phone(peer),
                case,
                samples: Vec::new(),
                broken: None,
            });
        }
    }
    (cells, tasks)
}

fn once(task: &Task) -> Result<Sample> {
    // Where many labs are built at once, one may come up too late: that is not the phone's fault.
    let mut place = Place::build(task.case).or_else(|_| Place::build(task.case))?;
    place.join()?;
    let folder = place.lab.folder.path().join("phone");
    let started = Instant::now();
    let _phone = task
        .peer
        .start(&place.lab.laptop, &folder, REGISTRAR, PASSWORD)?;
    let first = place.wait_until_bound(FIRST);
    first.with_context(|| format!("it said: {}", last_words(&folder)))?;
    thread::sleep(until_phase(
        started.elapsed(),
        task.peer.period(),
        task.phase,
    ));
    let moved = place.change()?;
    let patience = Client::Phone(task.peer).patience();
    let Some(bound) = place.measure(moved, patience, GLANCE)? else {
        return Ok(Sample::default());
    };
    // A phone that takes its new binding away again can't be called.
    let left = place.left_behind_after(&bound, CLEAN)?;
    Ok(left.map_or_else(Sample::default, |left_behind| Sample {
        left_behind,
        ..bound.sample
    }))
}

fn last_words(folder: &Path) -> String {
    let told = fs::read(folder.join("output")).unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    let mut lines: Vec<_> = told.lines().rev().take(3).collect();
    lines.reverse();
    lines.join(" · ")
}

/// What is left until the next moment that is `phase` after one of the phone's looks, when it was started `age` ago.
fn until_phase(age: Duration, period: Duration, phase: f64) -> Duration {
    let mut moment = period.mul_f64(phase);
    while moment < age {
        moment += period;
    }
    moment.saturating_sub(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_comes_at_its_phase_however_long_the_first_registration_took() {
        let seconds = Duration::from_secs_f64;
        let minute = seconds(60.0);
        assert_eq!(until_phase(seconds(2.0), minute, 0.5), seconds(28.0));
        assert_eq!(until_phase(seconds(31.0), minute, 0.5), seconds(59.0));
    }

    #[test]
    fn phones_meet_changes_at_evenly_spread_moments() {
        let cases = crate::bench::Options::default().cases(true);
        let (cells, tasks) = plan(&Peer::ALL, &cases, 3);
        assert_eq!((cells.len(), tasks.len()), (2 * 24, 2 * 24 * 3));
        let phases: Vec<_> = tasks.iter().take(3).map(|task| task.phase).collect();
        assert_eq!(phases, [0.5 / 3.0, 0.5, 2.5 / 3.0]);
    }
}
