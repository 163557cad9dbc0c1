//! A snapshot as text: for each line the headline, the path of stations, the last change, and where else the number rings. A pure function.

use std::time::Duration;

use bellhop_control::face::{Face, Reach, duration, number};
use bellhop_control::snapshot::{Cause, Flow, Line, LineState, Network, Rebind, Snapshot};
use bellhop_control::timestamp::Timestamp;

use crate::clock::Clock;
use crate::output::{Paint, Tone};

/// Width of the headlines, so that the numbers stand in a column.
const HEADLINE: usize = 22;

pub(super) fn of(snapshot: &Snapshot, clock: Clock, paint: Paint) -> String {
    if snapshot.lines.is_empty() {
        return "No numbers yet\n  add one: bellhop line add --aor sip:tina@example.com".to_owned();
    }
    let blocks: Vec<String> = snapshot
        .lines
        .iter()
        .map(|line| block(line, &snapshot.network, clock, paint))
        .collect();
    blocks.join("\n")
}

fn block(line: &Line, network: &Network, clock: Clock, paint: Paint) -> String {
    let face = Face::of(line, network, clock.here());
    let tone = match face.reach {
        Reach::Reachable => Tone::Good,
        Reach::Working => Tone::Working,
        Reach::Unreachable => Tone::Bad,
        Reach::Paused => Tone::Quiet,
    };
    // Padded before it is painted: colours have no width.
    let headline = paint.tone(tone, &format!("{:<HEADLINE$}", face.headline));
    let mut rows = vec![format!("{headline} {}", number(&line.aor))];
    if line.state != LineState::Registered && !face.second.is_empty() {
        let suggested = crate::check::command_for(face.action.kind, Some(&line.id))
            .map_or_else(String::new, |command| format!(" → {command}"));
        rows.push(format!("  {}{suggested}", face.second));
    }
    rows.extend(
        line.flows
            .first()
            .map(|flow| format!("  {}", path(line, flow))),
    );
    rows.extend(
        last_change(line, clock)
            .map(|sentence| format!("  {}", paint.tone(Tone::Quiet, &sentence))),
    );
    if line.state == LineState::Registered && !line.verified {
        let why = line
            .error
            .as_ref()
            .map_or("the registrar does not list this binding", |error| {
                error.message.as_str()
            });
        rows.push(format!("  {}", paint.tone(Tone::Working, why)));
    }
    let others = line.bindings.iter().filter(|binding| !binding.mine);
    rows.extend(others.map(|other| {
        format!(
            "  also rings: {} (until {})",
            other.contact,
            clock.moment(other.expires_at)
        )
    }));
    rows.join("\n")
}

/// The stations that calls pass, from here to the registrar.
fn path(line: &Line, flow: &Flow) -> String {
    let address = flow.local.as_deref().map(without_port).unwrap_or_default();
    let here = format!("this laptop {} {address}", flow.interface);
    let registrar = line.registrar.as_deref().unwrap_or(&flow.registrar);
    let there = format!("{registrar} {}", flow.transport);
    let outside = flow
        .public
        .as_ref()
        .filter(|public| Some(*public) != flow.local.as_ref());
    let stations: Vec<&str> = [
        Some(here.trim_end()),
        outside.map(String::as_str),
        Some(there.as_str()),
    ]
    .into_iter()
    .flatten()
    .collect();
    stations.join(" ─ ")
}

fn last_change(line: &Line, clock: Clock) -> Option<String> {
    if line.state != LineState::Registered {
        return None;
    }
    let changed = line.last_rebind.as_ref().map(|rebind| {
        let took = duration(Duration::from_millis(rebind.took_ms));
        format!(
            "{} in {took} at {}{}",
            verb(rebind),
            clock.moment(rebind.at),
            why(rebind.cause)
        )
    });
    let flow = line.flows.first();
    let left = |at: Timestamp| duration(at.since(clock.now()));
    let refresh = flow
        .and_then(|flow| flow.refresh_at)
        .map(|at| format!("refresh in {}", left(at)));
    // While it is being refreshed, what counts is how long it holds without.
    let held = flow
        .and_then(|flow| flow.expires_at)
        .map(|at| format!("held for {}", left(at)));
    let parts: Vec<String> = [changed, refresh.or(held)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn verb(rebind: &Rebind) -> &'static str {
    match rebind.cause {
        Cause::Start | Cause::Resume => "registered",
        Cause::NetworkChanged
        | Cause::Wake
        | Cause::RefreshFailed
        | Cause::NatMoved
        | Cause::RegistrarForgot
        | Cause::Command => "registered again",
    }
}

fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::Start | Cause::Command => "",
        Cause::NetworkChanged => " (network changed)",
        Cause::Wake => " (woken)",
        Cause::RefreshFailed => " (a refresh was not answered)",
        Cause::NatMoved => " (public address moved)",
        Cause::RegistrarForgot => " (the registrar had lost it)",
        Cause::Resume => " (resumed)",
    }
}

/// `ip` of `ip:port`, without the brackets of v6.
fn without_port(address: &str) -> &str {
    let ip = address.rsplit_once(':').map_or(address, |(ip, _)| ip);
    ip.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests;
