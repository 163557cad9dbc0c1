//! The tests of a run, and what they measured.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bellhop_tests_lab::measure::Run;
use bellhop_tests_lab::report::{Report, Scenario};
use bellhop_tests_lab::scenario;
use libtest_mimic::{Arguments, Failed, Trial};

/// So many labs stand side by side at most, where they only wait.
const SIDE_BY_SIDE: usize = 9;

/// What a test does with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It measures milliseconds: nothing else may run.
    Measures,
    /// It waits for seconds, for a keep-alive or a refresh, and others may wait beside it.
    Waits,
}

/// Tests by what they do with their time.
#[derive(Default)]
pub(super) struct Suite {
    measuring: Vec<Trial>,
    waiting: Vec<Trial>,
    measured: Arc<Mutex<Vec<(usize, Scenario)>>>,
    sections: Arc<Mutex<Vec<String>>>,
}

impl Suite {
    /// Adds a scenario as a test.
    pub(super) fn add(
        &mut self,
        name: impl Into<String>,
        note: &'static str,
        kind: Kind,
        run: impl FnOnce() -> Result<Vec<Run>> + Send + 'static,
    ) {
        let (name, place) = (name.into(), self.measuring.len() + self.waiting.len());
        let measured = Arc::clone(&self.measured);
        let trial = Trial::test(name.clone(), move || {
            let runs = run().map_err(|error| format!("{error:#}"))?;
            let verdict = verdict(&runs);
            let scenario = Scenario { name, note, runs };
            let mut measured = measured.lock().unwrap_or_else(PoisonError::into_inner);
            measured.push((place, scenario));
            verdict
        });
        match kind {
            Kind::Measures => self.measuring.push(trial),
            Kind::Waits => self.waiting.push(trial),
        }
    }

    /// Adds a measurement of another kind as a test: it becomes a section of the report.
    pub(super) fn add_section(
        &mut self,
        name: &str,
        measure: impl FnOnce() -> Result<String> + Send + 'static,
    ) {
        let sections = Arc::clone(&self.sections);
        self.measuring.push(Trial::test(name, move || {
            let section = measure().map_err(|error| format!("{error:#}"))?;
            let mut sections = sections.lock().unwrap_or_else(PoisonError::into_inner);
            sections.push(section);
            Ok(())
        }));
    }

    /// Lists the tests.
    pub(super) fn list(self, arguments: &Arguments) -> ExitCode {
        let all = self.measuring.into_iter().chain(self.waiting).collect();
        libtest_mimic::run(arguments, all).exit_code()
    }

    /// Runs what measures, one after the other, then what waits, side by side. Says whether all went well.
    pub(super) fn run(self, mut arguments: Arguments) -> (bool, Report) {
        arguments.test_threads = Some(1);
        let measuring = libtest_mimic::run(&arguments, self.measuring);
        arguments.test_threads = Some(SIDE_BY_SIDE);
        let waiting = libtest_mimic::run(&arguments, self.waiting);
        let mut measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        measured.sort_by_key(|(place, _)| *place);
        let mut sections = self.sections.lock().unwrap_or_else(PoisonError::into_inner);
        let report = Report {
            round_trip: scenario::round_trip(),
            scenarios: measured.drain(..).map(|(_, scenario)| scenario).collect(),
            sections: std::mem::take(&mut *sections),
        };
        (!measuring.has_failed() && !waiting.has_failed(), report)
    }
}

fn verdict(runs: &[Run]) -> Result<(), Failed> {
    let faults: Vec<_> = runs.iter().flat_map(|run| run.faults.clone()).collect();
    if runs.is_empty() {
        return Err("nothing was measured".into());
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n").into())
    }
}
