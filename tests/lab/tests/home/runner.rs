//! Prepares outside, runs the trials inside.

use std::process::ExitCode;

use anyhow::Result;
use bellhop_tests_lab::sandbox;
use bellhop_tests_support::binary::{self, BINARY_VARIABLE};
use bellhop_tests_support::tools::{self, Tool};
use libtest_mimic::{Arguments, Trial};

use crate::{phones, python, scanners, torture, travel};

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
pub(crate) struct Trials(Vec<Trial>);

impl Trials {
    /// Adds one.
    pub(crate) fn add(&mut self, name: &str, run: impl FnOnce() -> Result<()> + Send + 'static) {
        let trial = move || run().map_err(|error| format!("{error:#}").into());
        self.0.push(Trial::test(name, trial));
    }
}

pub(crate) fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials()).exit_code();
    }
    if sandbox::is_inside() {
        sandbox::follow_outside();
        arguments.test_threads = arguments.test_threads.or(Some(SIDE_BY_SIDE));
        return libtest_mimic::run(&arguments, trials()).exit_code();
    }
    match outside() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("home: {error:#}");
            ExitCode::FAILURE
        }
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

fn trials() -> Vec<Trial> {
    let mut trials = Trials::default();
    phones::add(&mut trials);
    travel::add(&mut trials);
    torture::add(&mut trials);
    scanners::add(&mut trials);
    trials.0
}
