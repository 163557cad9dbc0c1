//! Counting tests by the closing lines that test programs print.

use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use crate::{Fallible, run};

/// How many tests passed, failed, or were left out by their own mark.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

impl Tally {
    pub(crate) const ONE_PASSED: Tally = Tally {
        passed: 1,
        failed: 0,
        ignored: 0,
    };
    pub(crate) const ONE_FAILED: Tally = Tally {
        passed: 0,
        failed: 1,
        ignored: 0,
    };

    fn of_line(line: &str) -> Option<Tally> {
        Tally::of_rust(line).or_else(|| Tally::of_node(line))
    }

    /// Of a line like `# pass 3` or `ℹ fail 0`: Node's two ways to end, one count a line.
    fn of_node(line: &str) -> Option<Tally> {
        let counted = line.strip_prefix("# ").or(line.strip_prefix("ℹ "))?;
        let (what, count) = counted.trim().split_once(' ')?;
        let count = count.parse().ok()?;
        let mut tally = Tally::default();
        match what {
            "pass" => tally.passed = count,
            "fail" | "cancelled" => tally.failed = count,
            "skipped" | "todo" => tally.ignored = count,
            _ => return None,
        }
        Some(tally)
    }

    /// Of a line like `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn of_rust(line: &str) -> Option<Tally> {
        let counts = line.trim().strip_prefix("test result: ")?;
        let mut tally = Tally::default();
        for part in counts.split([';', '.']) {
            if let Some((count, what)) = part.trim().split_once(' ')
                && let Ok(count) = count.parse()
            {
                match what {
                    "passed" => tally.passed = count,
                    "failed" => tally.failed = count,
                    "ignored" => tally.ignored = count,
                    _ => {}
                }
            }
        }
        Some(tally)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Runs it, prints its lines through and counts. A program that ends badly without naming a failed test counts as one failed.
pub(crate) fn of(command: &mut Command) -> Fallible<Tally> {
    let words = run::words(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| format!("{words}: {why}"))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            if let Some(counted) = Tally::of_line(&line) {
                tally += counted;
            }
        }
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        println!("{words} ended with {status}");
        tally += Tally::ONE_FAILED;
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Tally {
        of(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn closing_lines_are_added_up() {
        let script = "echo 'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s'
                      echo 'test a ... FAILED'
                      echo 'test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out'; exit 101";
        assert_eq!(
            shell(script),
            Tally {
                passed: 7,
                failed: 2,
                ignored: 1
            }
        );
    }

    #[test]
    fn the_pages_tests_are_counted_by_their_own_closing_lines() {
        let script = "echo '# tests 6'; echo '# pass 4'; echo 'ℹ fail 1'; echo '# cancelled 0'; echo '# skipped 1'
                      echo '# a remark'; exit 1";
        assert_eq!(
            shell(script),
            Tally {
                passed: 4,
                failed: 1,
                ignored: 1
            }
        );
    }

    #[test]
    fn a_crash_counts_as_a_failure() {
        assert_eq!(
            shell("echo 'running 5 tests'; kill -SEGV $$"),
            Tally::ONE_FAILED
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(Tally::of_line("test result_is_printed ... ok"), None);
        assert_eq!(shell("printf 'no end of line \\377'"), Tally::default());
    }
}
