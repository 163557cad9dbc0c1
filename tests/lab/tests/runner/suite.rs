//! The tests of a run, and what they measured.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// It waits for minutes and does next to nothing meanwhile: others measure beside it.
    WaitsLong,
}

/// Tests by what they do with their time.
#[derive(Default)]
pub(super) struct Suite {
    measuring: Vec<Trial>,
    /// Held by the one that measures.
    alone: Arc<Mutex<()>>,
    waiting: Vec<Trial>,
    waiting_long: Vec<Trial>,
    /// So many scenarios were added.
    places: usize,
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
        let (name, place) = (name.into(), self.places);
        self.places += 1;
        let measured = Arc::clone(&self.measured);
        let alone = (kind == Kind::Measures).then(|| Arc::clone(&self.alone));
        let trial = Trial::test(name.clone(), move || {
            let _alone = alone.as_deref().map(held);
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
            Kind::WaitsLong => self.waiting_long.push(trial),
        }
    }

    /// Adds a measurement of another kind as a test: it becomes a section of the report.
    pub(super) fn add_section(
        &mut self,
        name: &str,
        measure: impl FnOnce() -> Result<String> + Send + 'static,
    ) {
        let (sections, alone) = (Arc::clone(&self.sections), Arc::clone(&self.alone));
        self.measuring.push(Trial::test(name, move || {
            let _alone = held(&alone);
            let section = measure().map_err(|error| format!("{error:#}"))?;
            let mut sections = sections.lock().unwrap_or_else(PoisonError::into_inner);
            sections.push(section);
            Ok(())
        }));
    }

    /// Lists the tests.
    pub(super) fn list(self, arguments: &Arguments) -> ExitCode {
        let all = self.waiting_long.into_iter().chain(self.measuring);
        let all = all.chain(self.waiting).collect();
        libtest_mimic::run(arguments, all).exit_code()
    }

    /// Runs what measures, one after the other, beside what waits for minutes; then what waits for seconds, side by side. Says whether all
    /// went well.
    pub(super) fn run(self, mut arguments: Arguments) -> (bool, Report) {
        arguments.test_threads = Some(self.waiting_long.len() + 1);
        let first = self.waiting_long.into_iter().chain(self.measuring);
        let measuring = libtest_mimic::run(&arguments, first.collect());
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

fn held(alone: &Mutex<()>) -> MutexGuard<'_, ()> {
    alone.lock().unwrap_or_else(PoisonError::into_inner)
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
