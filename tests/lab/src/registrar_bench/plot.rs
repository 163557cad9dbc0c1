//! The findings as a picture: three panels, drawn by hand.

use std::fmt::Write as _;

use super::report::thousands;
use super::{Contestant, Findings};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 300.0;
/// Of a panel's inside.
const PANEL: f64 = 250.0;
const TOP: f64 = 60.0;
const BOTTOM: f64 = 230.0;
const THEIRS: &str = "#8a8f98";
const OURS: &str = "#2f6fde";
const OTHER: &str = "#c9ccd1";
const STYLE: &str = "font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#24292f\"";

/// Server CPU, rate and lookup as one picture in SVG, on a white ground so that it can be read in the dark as well.
#[must_use]
pub fn svg(findings: &Findings) -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" {STYLE}>\n\
         <title>Home registrar: CPU per refresh, refreshes a second, time of a lookup</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\" fill=\"#ffffff\"/>\n"
    );
    let cpu = |one| findings.median(one, |sample| sample.refresh.server_micros());
    let rate = |one| findings.median(one, |sample| sample.refresh.rate());
    bars(&mut text, 30.0, "server CPU per refresh, µs", &|one| {
        cpu(one).map(|micros| (micros, format!("{micros:.1}")))
    });
    bars(&mut text, 325.0, "refreshes a second", &|one| {
        rate(one).map(|rate| (rate, thousands(rate)))
    });
    lookups(&mut text, 620.0, findings);
    text.push_str("</svg>\n");
    text
}

fn bars(
    text: &mut String,
    left: f64,
    title: &str,
    value: &dyn Fn(Contestant) -> Option<(f64, String)>,
) {
    head(text, left, title);
    let bars = [
        (Contestant::Kamailio, "Kamailio", THEIRS),
        (Contestant::Bellhop, "in memory", OURS),
        (Contestant::BellhopDurable, "durable", OURS),
        (Contestant::Echo, "bare loop", OTHER),
    ];
    let known: Vec<_> = bars
        .iter()
        .filter_map(|(one, name, colour)| Some((value(*one)?, *name, *colour)))
        .collect();
    let most = known
        .iter()
        .map(|((value, _), _, _)| *value)
        .fold(1e-9, f64::max);
    let mut x = left;
    for ((value, shown), name, colour) in known {
        let height = (BOTTOM - TOP) * value / most;
        let (y, middle) = (BOTTOM - height, x + 25.0);
        let _ = writeln!(
            text,
            "<rect x=\"{x:.0}\" y=\"{y:.1}\" width=\"50\" height=\"{height:.1}\" rx=\"2\" fill=\"{colour}\"/>\n\
             <text x=\"{middle:.0}\" y=\"{:.1}\" text-anchor=\"middle\">{shown}</text>\n\
             <text x=\"{middle:.0}\" y=\"{:.1}\" text-anchor=\"middle\">{name}</text>",
            y - 5.0,
            BOTTOM + 18.0
        );
        x += 65.0;
    }
    axis(text, left);
}

fn lookups(text: &mut String, left: f64, findings: &Findings) {
    let (Some(first), Some(last)) = (findings.lookups.first(), findings.lookups.last()) else {
        return;
    };
    head(text, left, "one lookup, ns, by addresses-of-record");
    let most = findings
        .lookups
        .iter()
        .map(|one| one.nanos)
        .fold(1e-9, f64::max);
    let decades = |records: u32| f64::from(records).log10();
    let span = (decades(last.records) - decades(first.records)).max(1.0);
    let mut line = String::new();
    for one in &findings.lookups {
        let x =
            left + 15.0 + (PANEL - 50.0) * (decades(one.records) - decades(first.records)) / span;
        let y = BOTTOM - (BOTTOM - TOP) * one.nanos / most;
        let _ = write!(line, "{x:.1},{y:.1} ");
        let _ = writeln!(
            text,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{OURS}\"/>\n\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{:.0}</text>\n\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            y - 8.0,
            one.nanos,
            BOTTOM + 18.0,
            short(one.records)
        );
    }
    let _ = writeln!(
        text,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{OURS}\" stroke-width=\"1.5\"/>",
        line.trim_end()
    );
    axis(text, left);
}

fn head(text: &mut String, left: f64, title: &str) {
    let _ = writeln!(
        text,
        "<text x=\"{left:.0}\" y=\"28\" font-weight=\"600\">{title}</text>"
    );
}

fn axis(text: &mut String, left: f64) {
    let _ = writeln!(
        text,
        "<line x1=\"{left:.0}\" y1=\"{BOTTOM}\" x2=\"{:.0}\" y2=\"{BOTTOM}\" stroke=\"#24292f\" stroke-width=\"1\"/>",
        left + PANEL
    );
}

fn short(count: u32) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{} k", count / 1_000),
        _ => format!("{} M", count / 1_000_000),
    }
}
