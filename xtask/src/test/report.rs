//! Suites one after the other, their minutes, and the table at the end.

use std::time::{Duration, Instant};

use super::tally::Tally;
use crate::Fallible;

#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    took: Duration,
    tally: Tally,
}

impl Report {
    /// Runs a suite. One that can't run, or that ran no test, has failed.
    pub(crate) fn suite(&mut self, name: &'static str, work: impl FnOnce() -> Fallible<Tally>) {
        self.timed(name, work, |tally| {
            tally.map_or(Tally::ONE_FAILED, |&tally| {
                if tally == Tally::default() {
                    none_ran()
                } else {
                    tally
                }
            })
        });
    }

    /// Does what suites need; counts only when it fails.
    pub(crate) fn preparation<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Fallible<T>,
    ) -> Option<T> {
        self.timed(name, work, |made| {
            made.map_or(Tally::ONE_FAILED, |_| Tally::default())
        })
    }

    fn timed<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Fallible<T>,
        count: impl FnOnce(Option<&T>) -> Tally,
    ) -> Option<T> {
        println!("\n== {name} ==");
        let start = Instant::now();
        let made = work().inspect_err(|why| println!("{why}")).ok();
        let row = Row {
            name,
            took: start.elapsed(),
            tally: count(made.as_ref()),
        };
        println!("{}", row.words());
        self.rows.push(row);
        made
    }

    /// Prints the table; an error when anything failed.
    pub(crate) fn close(self) -> Fallible<()> {
        let mut all = Tally::default();
        let mut took = Duration::ZERO;
        println!("\n{:<22}{:>8}  verdict", "suite", "minutes");
        for row in &self.rows {
            println!("{}", row.words());
            all += row.tally;
            took += row.took;
        }
        println!("{:<22}{:>8}\n", "all", minutes(took));
        println!("{} passed, {} failed", all.passed, all.failed);
        if all.failed == 0 {
            Ok(())
        } else {
            Err("Not everything holds.".into())
        }
    }
}

impl Row {
    fn words(&self) -> String {
        let Tally {
            passed,
            failed,
            ignored,
        } = self.tally;
        let verdict = if failed == 0 { "ok" } else { "FAILED" };
        let counts = match (passed, failed) {
            (0, 0) => String::new(),
            _ => format!("{passed} passed, {failed} failed"),
        };
        let left_out = if ignored == 0 {
            String::new()
        } else {
            format!(", {ignored} ignored")
        };
        format!(
            "{:<22}{:>8}  {verdict:<8}{counts}{left_out}",
            self.name,
            minutes(self.took)
        )
        .trim_end()
        .to_owned()
    }
}

fn none_ran() -> Tally {
    println!("no test ran");
    Tally::ONE_FAILED
}

fn minutes(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_on_after_a_failure_and_fails_at_the_end() {
        let mut report = Report::default();
        report.suite("first", || Err("no".into()));
        report.suite("second", || {
            Ok(Tally {
                passed: 3,
                failed: 0,
                ignored: 1,
            })
        });
        assert_eq!(report.rows.len(), 2);
        assert_eq!(
            report.rows[1].words(),
            "second                     0.0  ok      3 passed, 0 failed, 1 ignored"
        );
        assert!(report.close().is_err());
    }

    #[test]
    fn a_suite_without_tests_has_failed() {
        let mut report = Report::default();
        report.suite("empty", || Ok(Tally::default()));
        assert!(report.close().is_err());
    }

    #[test]
    fn a_preparation_counts_only_when_it_fails() {
        let mut report = Report::default();
        assert_eq!(report.preparation("fine", || Ok(7)), Some(7));
        assert_eq!(report.rows[0].tally, Tally::default());
        assert_eq!(
            report.preparation::<()>("broken", || Err("no".into())),
            None
        );
        assert!(report.close().is_err());
    }
}
