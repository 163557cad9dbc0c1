//! Prepares outside, runs the scenarios inside, prints the report.

mod asterisk;
mod kamailio;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bellhop_tests_lab::company::asterisk::{Installed, MISSING_VARIABLE, ROOT_VARIABLE};
use bellhop_tests_lab::measure::Run;
use bellhop_tests_lab::report::{Report, Scenario};
use bellhop_tests_lab::{sandbox, scenario};
use bellhop_tests_support::binary::{self, BINARY_VARIABLE};
use bellhop_tests_support::tools::{self, Tool};
use libtest_mimic::{Arguments, Failed, Trial};

const TOOLS: [Tool; 5] = [
    Tool {
        program: "ip",
        package: "iproute2",
    },
    Tool {
        program: "nft",
        package: "nftables",
    },
    Tool {
        program: "kamailio",
        package: "kamailio",
    },
    Tool {
        program: "kamcmd",
        package: "kamailio",
    },
    Tool {
        program: "unshare",
        package: "util-linux",
    },
];
/// Why there is no program to test, for the one inside.
const NO_BINARY: &str = "BELLHOP_LAB_NO_BINARY";

/// Of a scenario in which the line has to notice by itself.
const KEEPALIVE: &str = "from the mapping being gone; the limit has the 29 s between keep-alives";

/// The report of this run.
type Shared = Arc<Mutex<Report>>;

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if sandbox::is_inside() {
        return inside(arguments);
    }
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(&Shared::default())).exit_code();
    }
    match outside() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn outside() -> Result<ExitCode> {
    tools::require(&TOOLS)?;
    let program = match binary::bellhop() {
        Ok(path) => (BINARY_VARIABLE, path.display().to_string()),
        Err(error) => (NO_BINARY, format!("{error:#}")),
    };
    sandbox::run_inside(&[program, where_asterisk_is()])
}

/// Where Asterisk is, or why there is none, for the one inside: it has no network to make a tree from.
fn where_asterisk_is() -> (&'static str, String) {
    match Installed::find_or_make() {
        Ok((installed, how)) => {
            println!("lab: Asterisk is {how}");
            let root = installed.root().display().to_string();
            (ROOT_VARIABLE, root)
        }
        Err(error) => (MISSING_VARIABLE, format!("{error:#}")),
    }
}

fn inside(mut arguments: Arguments) -> ExitCode {
    sandbox::follow_outside();
    // Scenarios measure: one at a time.
    arguments.test_threads = Some(1);
    let report = Shared::new(Mutex::new(Report {
        round_trip: scenario::round_trip(),
        scenarios: Vec::new(),
    }));
    let conclusion = libtest_mimic::run(&arguments, trials(&report));
    let report = report.lock().unwrap_or_else(PoisonError::into_inner);
    println!("\n{}", report.text());
    match binary::target_directory().map(|target| target.join("lab/report.md")) {
        Ok(file) if report.write(&file).is_ok() => {
            println!("lab: the report is in {}", file.display());
        }
        _ => eprintln!("lab: the report could not be written"),
    }
    conclusion.exit_code()
}

/// Every scenario, in the order of running.
fn trials(report: &Shared) -> Vec<Trial> {
    let mut trials = kamailio::trials(report);
    trials.extend(asterisk::trials(report));
    trials
}

/// One scenario as a test, its runs written into the report.
fn trial(
    report: &Shared,
    name: impl Into<String>,
    note: &'static str,
    run: impl FnOnce() -> Result<Vec<Run>> + Send + 'static,
) -> Trial {
    let (name, report) = (name.into(), Arc::clone(report));
    Trial::test(name.clone(), move || measured(&report, &name, note, run))
}

fn measured(
    report: &Shared,
    name: &str,
    note: &'static str,
    run: impl FnOnce() -> Result<Vec<Run>>,
) -> Result<(), Failed> {
    let runs = run().map_err(|error| format!("{error:#}"))?;
    let faults: Vec<_> = runs.iter().flat_map(|run| run.faults.clone()).collect();
    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
    report.scenarios.push(Scenario {
        name: name.to_owned(),
        note,
        runs,
    });
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n").into())
    }
}

fn program() -> Result<PathBuf> {
    match env::var(NO_BINARY) {
        Ok(why) => anyhow::bail!(why),
        Err(_) => binary::bellhop(),
    }
}
