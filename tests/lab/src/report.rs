//! The report: for every scenario what it took beside what no client can beat, and beside the floor of the same run.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::measure::{Run, Spread};

/// Wanted: at most this above the limit in the median …
pub const MEDIAN_MS: f64 = 5.0;
/// … and this at the 95th percentile.
pub const P95_MS: f64 = 15.0;

/// Said where no wire can be laid.
pub const SHORT: &str = "No TAP device could be made (the lab did not run as root), so the wire is short: round trip 0.";

/// The runs of one scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name, as the test's.
    pub name: String,
    /// What was measured, and what limits it, where that is not half a round trip.
    pub note: &'static str,
    /// Its runs.
    pub runs: Vec<Run>,
}

/// All that was measured.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Round trip of the lab.
    pub round_trip: Duration,
    /// In the order of running.
    pub scenarios: Vec<Scenario>,
    /// Sections of their own, in Markdown.
    pub sections: Vec<String>,
}

impl Report {
    /// The report in Markdown.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "# From usable network to binding stored, UDP, digest, {}\n\n",
            self.distance()
        );
        if self.round_trip.is_zero() {
            let _ = writeln!(text, "{SHORT}\n");
        }
        let _ = writeln!(
            text,
            "Milliseconds. Limit: half a round trip, and one more for every 401 and 403. Wanted above the limit: {MEDIAN_MS} in the median, {P95_MS} at p95."
        );
        if let Some(load) = load() {
            let _ = writeln!(text, "Load of the machine at the end: {load}.");
        }
        text.push_str("\n| scenario | runs | min | median | p95 | max | limit | over it: median, p95 | wanted | REGISTERs | clean-ups | 401s | 403s | note |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        for scenario in &self.scenarios {
            text.push_str(&row(scenario));
        }
        let faults: Vec<_> = self.scenarios.iter().flat_map(faults).collect();
        if !faults.is_empty() {
            let _ = write!(text, "\nFaults:\n{}", faults.concat());
        }
        for section in &self.sections {
            let _ = write!(text, "\n{section}");
        }
        text
    }

    /// How far away the company is.
    #[must_use]
    pub fn distance(&self) -> String {
        format!("round trip {} ms", self.round_trip.as_millis())
    }

    /// Writes it to `file`, whose folder is made.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(file, self.text())?)
    }
}

fn row(scenario: &Scenario) -> String {
    let (name, runs, note) = (&scenario.name, &scenario.runs, scenario.note);
    let took = Spread::of(runs.iter().map(|run| run.took_ms));
    let over = Spread::of(runs.iter().map(Run::over_ms));
    let limit = Spread::of(runs.iter().map(|run| run.limit_ms));
    let (Some(took), Some(over), Some(limit)) = (took, over, limit) else {
        return format!("| {name} | 0 | | | | | | | | | | | | {note} |\n");
    };
    let met = if over.median <= MEDIAN_MS && over.p95 <= P95_MS {
        "met"
    } else {
        "missed"
    };
    let met = if note.is_empty() { met } else { "–" };
    let limits = if limit.min < limit.max {
        format!("{:.1}–{:.1}", limit.min, limit.max)
    } else {
        format!("{:.1}", limit.min)
    };
    let counted = |count: fn(&Run) -> usize| {
        let (least, most) = (
            runs.iter().map(count).min().unwrap_or(0),
            runs.iter().map(count).max().unwrap_or(0),
        );
        if least == most {
            least.to_string()
        } else {
            format!("{least}–{most}")
        }
    };
    format!(
        "| {name} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {limits} | {:+.1}, {:+.1} | {met} | {} | {} | {} | {} | {note} |\n",
        runs.len(),
        took.min,
        took.median,
        took.p95,
        took.max,
        over.median,
        over.p95,
        counted(|run| run.registers),
        counted(|run| run.clean_ups),
        counted(|run| run.challenges),
        counted(|run| run.refusals),
    )
}

fn faults(scenario: &Scenario) -> Vec<String> {
    let numbered = scenario.runs.iter().zip(1..);
    numbered
        .flat_map(|(run, number)| run.faults.iter().map(move |fault| (number, fault)))
        .map(|(number, fault)| format!("- {}, run {number}: {fault}\n", scenario.name))
        .collect()
}

/// Others' work on the same cores lengthens what is measured.
fn load() -> Option<String> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let cores = std::thread::available_parallelism().ok()?;
    Some(format!("{} on {cores} cores", text.split(' ').next()?))
}
