//! `rebind`, `pause` and `resume`: ask, wait for the end of it, say in one sentence how it ended.

use bellhop_control::face::{Face, duration, number};
use bellhop_control::protocol::Request;
use bellhop_control::snapshot::{Line, Network};

use crate::clock::Clock;
use crate::engine::Place;
use crate::failure::Failure;
use crate::output;

pub(crate) fn rebind(line: Option<String>, place: &Place) -> Result<(), Failure> {
    act(
        Request::Rebind { line: line.clone() },
        line.as_deref(),
        place,
        rebound,
    )
}

pub(crate) fn pause(line: String, place: &Place) -> Result<(), Failure> {
    act(
        Request::Pause { line: line.clone() },
        Some(&line),
        place,
        stands,
    )
}

pub(crate) fn resume(line: String, place: &Place) -> Result<(), Failure> {
    act(
        Request::Resume { line: line.clone() },
        Some(&line),
        place,
        stands,
    )
}

fn act(
    request: Request,
    id: Option<&str>,
    place: &Place,
    sentence: fn(&Line, &Network, Clock) -> String,
) -> Result<(), Failure> {
    let clock = Clock::start();
    let mut engine = place.connect()?;
    engine.done(request)?;
    let snapshot = engine.snapshot()?;
    for line in snapshot
        .lines
        .iter()
        .filter(|line| id.is_none_or(|id| line.id == id))
    {
        output::print(&sentence(line, &snapshot.network, clock.ticked()))?;
    }
    Ok(())
}

fn rebound(line: &Line, network: &Network, clock: Clock) -> String {
    match &line.last_rebind {
        Some(rebind) => format!(
            "{}: registered again in {}",
            line.id,
            duration(std::time::Duration::from_millis(rebind.took_ms))
        ),
        None => stands(line, network, clock),
    }
}

fn stands(line: &Line, network: &Network, clock: Clock) -> String {
    let face = Face::of(line, network, clock.here());
    let second = if face.second.is_empty() {
        number(&line.aor).to_owned()
    } else {
        face.second
    };
    format!("{}: {} · {second}", line.id, face.headline)
}
