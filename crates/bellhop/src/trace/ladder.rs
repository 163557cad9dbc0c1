//! Traced messages as a ladder: this laptop on the left, the registrar on the right, an arrow per message. A pure function.
//!
//! ```text
//! work · wlan0 · 14:02:05.123
//!           192.168.1.23:40112                                  203.0.113.1:5060
//!    0.000  ├─ REGISTER sip:example.com · 1 ──────────────────────────────────▶┤
//!    0.041  ├◀───────────────────────────────── 401 Unauthorized · 1 REGISTER ─┤
//! ```

use std::collections::HashSet;
use std::time::Duration;

use bellhop_control::protocol::{Direction, TraceEntry, TraceFlow};
use bellhop_control::timestamp::Timestamp;

use crate::clock::Clock;

/// Characters between the two posts.
const WIDTH: usize = 66;
/// Characters of the time and the space behind it.
const MARGIN: usize = 10;
/// Longest start line that is shown whole.
const LONGEST_LABEL: usize = WIDTH - 6;

pub(super) fn of(entries: &[TraceEntry], clock: Clock) -> String {
    let mut rows = Vec::new();
    let mut flow: Option<(&str, &TraceFlow)> = None;
    let mut seen: HashSet<(&TraceFlow, &str)> = HashSet::new();
    let start = entries.first().map(|entry| entry.at);
    for entry in entries {
        if flow != Some((&entry.line, &entry.flow)) {
            if flow.is_some() {
                rows.push(String::new());
            }
            rows.extend(heading(entry, clock));
            flow = Some((&entry.line, &entry.flow));
        }
        // Garbage may well repeat; only what is SIP is retransmitted.
        let again = !seen.insert((&entry.flow, &entry.text)) && entry.dropped.is_none();
        rows.push(rung(entry, start.unwrap_or(entry.at), again));
    }
    rows.join("\n")
}

fn heading(entry: &TraceEntry, clock: Clock) -> [String; 2] {
    let TraceFlow {
        interface,
        local,
        remote,
    } = &entry.flow;
    let between = (WIDTH + 2).saturating_sub(local.chars().count());
    [
        format!("{} · {interface} · {}", entry.line, clock.exactly(entry.at)),
        format!("{:MARGIN$}{local}{remote:>between$}", ""),
    ]
}

fn rung(entry: &TraceEntry, start: Timestamp, again: bool) -> String {
    let mut label = shortened(&label(&entry.text), LONGEST_LABEL);
    if again {
        label = format!(
            "{} (again)",
            shortened(&label, LONGEST_LABEL - " (again)".len())
        );
    }
    let shaft = "─".repeat(WIDTH.saturating_sub(label.chars().count() + 4));
    let arrow = match entry.direction {
        Direction::Out => format!("├─ {label} {shaft}▶┤"),
        Direction::In => format!("├◀{shaft} {label} ─┤"),
    };
    let dropped = entry
        .dropped
        .as_deref()
        .map_or_else(String::new, |why| format!("  ✗ {why}"));
    format!("{:>8}  {arrow}{dropped}", seconds(entry.at.since(start)))
}

/// Start line without the version, and the CSeq.
fn label(text: &str) -> String {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty());
    let start: String = lines
        .next()
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_control() { '·' } else { c })
        .collect();
    let start = start
        .strip_prefix("SIP/2.0 ")
        .or(start.strip_suffix(" SIP/2.0"))
        .unwrap_or(&start);
    let header = |line: &str| {
        line.split_once(':')
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("CSeq"))
            .map(|(_, value)| value.trim().to_owned())
    };
    match lines.take_while(|line| !line.is_empty()).find_map(header) {
        // A request's method is in its start line already.
        Some(cseq) if text.trim_start().starts_with("SIP/2.0 ") => format!("{start} · {cseq}"),
        Some(cseq) => format!(
            "{start} · {}",
            cseq.split_whitespace().next().unwrap_or_default()
        ),
        None => start.to_owned(),
    }
}

fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{kept}…")
}

fn seconds(length: Duration) -> String {
    format!("{}.{:03}", length.as_secs(), length.subsec_millis())
}

#[cfg(test)]
mod tests;
