//! Prepares outside, runs the trials inside.

use std::process::ExitCode;

use anyhow::Result;
use bellhop_tests_lab::sandbox;
use bellhop_tests_support::binary::{self, BINARY_VARIABLE};
use bellhop_tests_support::tools::{self, Tool};
use libtest_mimic::{Arguments, Trial};

use crate::{flood, nat, phones, python, scanners, timing, torture, travel};

const TOOLS: [Tool; 6] = [
    tool("ip", "iproute2"),
    tool("nft", "nftables"),
    tool("unshare", "util-linux"),
    tool("baresip", "baresip-core"),
    tool("linphone-daemon", "linphone-cli"),
    tool("sipp", "sip-tester"),
];
/// Why there is no program to test, for the one inside.
pub(crate) const NO_BINARY: &str = "BELLHOP_HOME_NO_BINARY";
/// They wait more than they work.
const SIDE_BY_SIDE: usize = 6;

const fn tool(program: &'static str, package: &'static str) -> Tool {
    Tool { program, package }
}

/// What there is to try.
#[derive(Default)]
pub(crate) struct Trials {
    together: Vec<Trial>,
    alone: Vec<Trial>,
}

impl Trials {
    /// Adds one.
    pub(crate) fn add(&mut self, name: &str, run: impl FnOnce() -> Result<()> + Send + 'static) {
        let trial = move || run().map_err(|error| format!("{error:#}").into());
        self.together.push(Trial::test(name, trial));
    }

    /// Adds one that measures, or takes all that there is.
    pub(crate) fn add_alone(
        &mut self,
        name: &str,
        run: impl FnOnce() -> Result<()> + Send + 'static,
    ) {
        let trial = move || run().map_err(|error| format!("{error:#}").into());
        self.alone.push(Trial::test(name, trial));
    }
}

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        let Trials { together, alone } = trials();
        return libtest_mimic::run(
            &arguments,
            [together, alone].into_iter().flatten().collect(),
        )
        .exit_code();
    }
    if sandbox::is_inside() {
        return inside(arguments);
    }
    match outside() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("home: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn inside(mut arguments: Arguments) -> ExitCode {
    sandbox::follow_outside();
    let Trials { together, alone } = trials();
    arguments.test_threads = arguments.test_threads.or(Some(SIDE_BY_SIDE));
    let first = libtest_mimic::run(&arguments, together);
    arguments.test_threads = Some(1);
    let second = libtest_mimic::run(&arguments, alone);
    if first.has_failed() || second.has_failed() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn outside() -> Result<ExitCode> {
    tools::require(&TOOLS)?;
    let peers = python::environment()?.display().to_string();
    let program = match binary::bellhop() {
        Ok(path) => (BINARY_VARIABLE, path.display().to_string()),
        Err(error) => (NO_BINARY, format!("{error:#}")),
    };
    sandbox::run_inside(&[program, (python::VARIABLE, peers)])
}

fn trials() -> Trials {
    let mut trials = Trials::default();
    // It waits longest.
    nat::add(&mut trials);
    scanners::add(&mut trials);
    phones::add(&mut trials);
    travel::add(&mut trials);
    torture::add(&mut trials);
    flood::add(&mut trials);
    timing::add(&mut trials);
    trials
}
