//! The findings as a table in Markdown.

use std::fmt::Write as _;

use super::case::Case;
use super::client::Client;
use super::sample::{Cell, shown};
use super::{Findings, machine};
use crate::peer::Peer;

/// The findings in Markdown: what ran where, the table, and what is wrong.
#[must_use]
pub fn markdown(findings: &Findings) -> String {
    let mut text = String::new();
    for line in machine::lines(findings) {
        let _ = writeln!(text, "- {line}");
    }
    text.push('\n');
    let peers: Vec<_> = Peer::ALL
        .into_iter()
        .filter(|peer| !findings.missing.contains(peer))
        .collect();
    text.push_str(&head(findings, &peers));
    for case in cases(findings) {
        text.push_str(&row(findings, case, &peers));
    }
    let faults = findings.faults();
    if !faults.is_empty() {
        text.push_str("\nWrong:\n");
    }
    for fault in faults {
        let _ = writeln!(text, "- {}", fault.lines().next().unwrap_or_default());
    }
    text
}

fn head(findings: &Findings, peers: &[Peer]) -> String {
    let (times, phone_times) = (findings.options.times, findings.options.phone_times);
    let mut head = format!(
        "| what happens | registrar, nonce | RTT | limit | floor, ms (n={times}) | Bellhop, ms (n={times}) | right | over the limit | ÷ limit | ÷ floor |"
    );
    let mut line = "|---|---|---|---|---|---|---|---|---|---|".to_owned();
    for peer in peers {
        let _ = write!(head, " {} (n={phone_times}) | left |", peer.name());
        line.push_str("---|---|");
    }
    format!("{head}\n{line}\n")
}

fn row(findings: &Findings, case: Case, peers: &[Peer]) -> String {
    let cell = |client| findings.cell(client, case);
    let (floor, bellhop) = (cell(Client::Floor), cell(Client::Bellhop));
    let median = |cell: Option<&Cell>| Some(cell?.spread()?.median);
    let limit = case.limit_ms();
    let over = median(bellhop).map(|median| format!("{:+.1}", median - limit));
    let mut row = format!(
        "| {} | {} | {} | {limit:.0} | {} | {} | {} | {} | {} | {} |",
        case.scenario.name(),
        case.nonce.name(),
        case.round_trip_ms(),
        times(floor, findings.options.times),
        times(bellhop, findings.options.times),
        bellhop.map_or("–".into(), |cell| format!(
            "{} of {}",
            cell.right(),
            findings.options.times
        )),
        over.unwrap_or("–".into()),
        ratio(median(bellhop), Some(limit)),
        ratio(median(bellhop), median(floor)),
    );
    for &peer in peers {
        let phone = cell(Client::Phone(peer));
        let left = phone
            .filter(|cell| cell.samples.iter().any(|sample| sample.took_ms.is_some()))
            .map_or("–".into(), |cell| cell.left_behind().to_string());
        let _ = write!(
            row,
            " {} | {left} |",
            times(phone, findings.options.phone_times)
        );
    }
    row + "\n"
}

/// Median and 95th percentile, and how often it was measured where that is not as often as wanted.
fn times(cell: Option<&Cell>, wanted: u32) -> String {
    let Some((cell, spread)) = cell.and_then(|cell| Some((cell, cell.spread()?))) else {
        return "–".to_owned();
    };
    let patience = cell.client.patience();
    let number = |milliseconds: f64| match cell.client {
        Client::Floor | Client::Bellhop if milliseconds.is_finite() => format!("{milliseconds:.1}"),
        Client::Floor | Client::Bellhop | Client::Phone(_) => shown(milliseconds, patience),
    };
    let text = format!("{} / {}", number(spread.median), number(spread.p95));
    let measured = cell.samples.len();
    if usize::try_from(wanted).is_ok_and(|wanted| wanted == measured) {
        text
    } else {
        format!("{text} (n={measured})")
    }
}

/// Against nothing there is no ratio.
fn ratio(value: Option<f64>, of: Option<f64>) -> String {
    match (value, of) {
        (Some(value), Some(of)) if of > 0.0 && value.is_finite() => format!("{:.2}", value / of),
        _ => "–".to_owned(),
    }
}

fn cases(findings: &Findings) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for cell in &findings.cells {
        if !cases.contains(&cell.case) {
            cases.push(cell.case);
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::{Nonce, Options, Sample, Scenario};

    fn findings() -> Findings {
        let case = Case {
            scenario: Scenario::Switch,
            nonce: Nonce::Warm,
            round_trip: Duration::from_millis(40),
        };
        let cell = |client, took: &[Option<f64>], left_behind| Cell {
            client,
            case,
            samples: took
                .iter()
                .map(|&took_ms| Sample {
                    took_ms,
                    left_behind,
                    ..Sample::default()
                })
                .collect(),
            broken: None,
        };
        Findings {
            program: "at a commit".into(),
            options: Options {
                times: 2,
                phone_times: 2,
                quick: true,
            },
            wire: true,
            cells: vec![
                cell(Client::Floor, &[Some(20.5), Some(20.5)], 0),
                cell(Client::Bellhop, &[Some(21.0), Some(22.0)], 0),
                cell(Client::Phone(Peer::Baresip), &[Some(30_000.0), None], 1),
            ],
            missing: vec![Peer::Linphone],
            seconds: 1.0,
        }
    }

    #[test]
    fn a_row_holds_every_client_against_the_limit_and_the_floor() {
        let text = markdown(&findings());
        let row = text
            .lines()
            .find(|line| line.starts_with("| switch"))
            .unwrap();
        assert_eq!(
            row,
            "| switch between two NATs | Kamailio, warm | 40 | 20 | 20.5 / 20.5 | 21.0 / 22.0 | 2 of 2 | +1.0 | 1.05 | 1.02 | \
             30.0 s / > 75 s | 1 |"
        );
    }

    #[test]
    fn a_missing_phone_is_said() {
        let text = markdown(&findings());
        assert!(text.contains("- linphone-daemon is missing: apt-get install linphone-cli\n"));
    }

    #[test]
    fn there_is_no_ratio_to_a_limit_of_nothing() {
        assert_eq!(ratio(Some(1.0), Some(0.0)), "–");
        assert_eq!(ratio(Some(f64::INFINITY), Some(20.0)), "–");
    }
}
