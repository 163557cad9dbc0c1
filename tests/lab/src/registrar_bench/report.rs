//! The findings as a table in Markdown.

use std::fmt::Write as _;

use super::goal;
use super::round::Sample;
use super::{Contestant, Findings};
use crate::bench::machine_line;
use crate::peer;

type Value = dyn Fn(&Findings, Contestant) -> Option<f64>;

/// One line of the table: a name, and how a contestant did.
struct Row {
    name: String,
    value: Box<Value>,
    digits: usize,
}

/// The findings in Markdown: what ran where, the table, the lookup, the goals, and what is wrong.
#[must_use]
pub fn markdown(findings: &Findings) -> String {
    let mut text = String::new();
    for line in circumstances(findings) {
        let _ = writeln!(text, "- {line}");
    }
    text.push('\n');
    text.push_str(&table(findings));
    text.push_str(&lookups(findings));
    text.push_str("\nGoals:\n");
    for goal in goal::all(findings) {
        let _ = writeln!(text, "- {}", goal.line());
    }
    let faults = findings.faults();
    if !faults.is_empty() {
        text.push_str("\nWrong:\n");
    }
    for fault in faults {
        let _ = writeln!(text, "- {fault}");
    }
    text
}

fn circumstances(findings: &Findings) -> Vec<String> {
    let options = &findings.options;
    let raised = match findings.raised {
        true => {
            "server and generator at real-time priority, so that others' work on the cores keeps out of the figures"
        }
        false => "without real-time priority: others' work on the cores is in the figures",
    };
    vec![
        format!("Bellhop {}", findings.made_from),
        format!("Kamailio {}", peer::package_version("kamailio")),
        machine_line(),
        findings.cores.clone(),
        raised.to_owned(),
        format!(
            "{} users, MD5, 64 requests under way; medians of {} rounds in turns, refreshes counted for {} s, insertions {} times",
            options.users,
            options.rounds,
            options.window.as_secs(),
            options.insertions
        ),
        format!("{:.1} minutes in all", findings.seconds / 60.0),
    ]
}

fn table(findings: &Findings) -> String {
    let shown: Vec<_> = findings.options.contestants.clone();
    let mut text = "| |".to_owned();
    for contestant in &shown {
        let _ = write!(text, " {} |", contestant.name());
    }
    text.push_str(" in memory ÷ Kamailio | durable ÷ Kamailio |\n|---|");
    text.push_str(&"---:|".repeat(shown.len() + 2));
    text.push('\n');
    for row in rows(findings) {
        let value = |contestant| (row.value)(findings, contestant);
        let _ = write!(text, "| {} |", row.name);
        for &contestant in &shown {
            let _ = write!(text, " {} |", figure(value(contestant), row.digits));
        }
        for ours in [Contestant::Bellhop, Contestant::BellhopDurable] {
            let ratio = value(ours).zip(value(Contestant::Kamailio));
            let ratio = ratio.map(|(ours, theirs)| ours / theirs);
            let _ = write!(text, " {} |", figure(ratio, 2));
        }
        text.push('\n');
    }
    text
}

fn rows(findings: &Findings) -> Vec<Row> {
    let pace = thousands(f64::from(findings.options.pace));
    let mut rows = vec![
        row("server CPU per refresh, µs", 2, |one| {
            one.refresh.server_micros()
        }),
        row("refreshes a second", 0, |one| one.refresh.rate()),
        row("server CPU per insertion, µs", 2, |one| {
            one.insertion.server_micros()
        }),
        row("insertions a second", 0, |one| one.insertion.rate()),
        row(
            &format!("server CPU per refresh at {pace}/s, µs"),
            2,
            |one| one.paced.server_micros(),
        ),
        row(&format!("latency at {pace}/s, median, µs"), 0, |one| {
            one.p50.as_secs_f64() * 1e6
        }),
        row(
            &format!("latency at {pace}/s, 99th percentile, µs"),
            0,
            |one| one.p99.as_secs_f64() * 1e6,
        ),
    ];
    for &bindings in &findings.options.memory_at {
        rows.push(Row {
            name: format!("bytes a binding, at {}", thousands(f64::from(bindings))),
            value: Box::new(move |findings, one| {
                let bytes = findings.bytes_at(one, bindings)?;
                Some(f64::from(u32::try_from(bytes).ok()?))
            }),
            digits: 0,
        });
    }
    rows.push(row(
        "cores that the server had busy with refreshes",
        2,
        |one| one.refresh.server_cores(),
    ));
    rows.push(row("cores that the generator had busy, of 1", 2, |one| {
        one.refresh.generator_cores()
    }));
    rows.push(Row {
        name: "headroom of the generator: bare loop's rate ÷ this one's".to_owned(),
        value: Box::new(|findings, one| {
            let rate = |one| findings.median(one, |sample| sample.refresh.rate());
            Some(rate(Contestant::Echo)? / rate(one)?)
        }),
        digits: 2,
    });
    rows
}

fn row(name: &str, digits: usize, value: fn(&Sample) -> f64) -> Row {
    Row {
        name: name.to_owned(),
        value: Box::new(move |findings, one| findings.median(one, value)),
        digits,
    }
}

fn lookups(findings: &Findings) -> String {
    if findings.lookups.is_empty() {
        return String::new();
    }
    let mut text = "\n| addresses-of-record | one lookup, ns |\n|---:|---:|\n".to_owned();
    for lookup in &findings.lookups {
        let _ = writeln!(
            text,
            "| {} | {:.0} |",
            thousands(f64::from(lookup.records)),
            lookup.nanos
        );
    }
    text
}

fn figure(value: Option<f64>, digits: usize) -> String {
    match value {
        Some(value) if digits == 0 => thousands(value),
        Some(value) => format!("{value:.digits$}"),
        None => "–".to_owned(),
    }
}

/// As 10,000.
pub(super) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(thousands(999.4), "999");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
        assert_eq!(figure(None, 2), "–");
    }
}
