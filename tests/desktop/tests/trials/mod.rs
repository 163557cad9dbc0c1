//! Prepares outside, runs the trials inside.

mod demo;
mod engine;
mod first_run;
mod home;
mod hostile;
mod keyboard;
mod lines;
mod login;
mod measures;
mod panel;
mod sessions;
mod states;
mod tray;
mod trouble;

use std::process::ExitCode;

use anyhow::Result;
use bellhop_tests_desktop::fixture;
use bellhop_tests_desktop::programs::Programs;
use bellhop_tests_desktop::stage::{self, Stage};
use bellhop_tests_lab::sandbox;
use bellhop_tests_support::tools::{self, Tool};
use libtest_mimic::{Arguments, Trial};

/// So many trials at a time: they wait more than they work.
const SIDE_BY_SIDE: usize = 2;

const TOOLS: [Tool; 14] = [
    tool("ip", "iproute2"),
    tool("nft", "nftables"),
    tool("kamailio", "kamailio"),
    tool("kamcmd", "kamailio"),
    tool("unshare", "util-linux"),
    tool("Xvfb", "xvfb"),
    tool("openbox", "openbox"),
    tool("dbus-daemon", "dbus"),
    tool("gnome-keyring-daemon", "gnome-keyring"),
    tool("secret-tool", "libsecret-tools"),
    tool("xfce4-panel", "xfce4-panel"),
    tool("WebKitWebDriver", "webkit2gtk-driver"),
    tool("tesseract", "tesseract-ocr"),
    tool("baresip", "baresip-core"),
];

const fn tool(program: &'static str, package: &'static str) -> Tool {
    Tool { program, package }
}

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if sandbox::is_inside() {
        sandbox::follow_outside();
        return run(arguments);
    }
    if arguments.list {
        return run(arguments);
    }
    match outside() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("desktop: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn outside() -> Result<ExitCode> {
    tools::require(&TOOLS)?;
    sandbox::run_inside(&[Programs::gather()?.variable(), fixture::built()?])
}

fn run(mut arguments: Arguments) -> ExitCode {
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let mut trials = Vec::new();
    tray::add(&mut trials);
    first_run::add(&mut trials);
    trouble::add(&mut trials);
    states::add(&mut trials);
    demo::add(&mut trials);
    engine::add(&mut trials);
    keyboard::add(&mut trials);
    lines::add(&mut trials);
    home::add(&mut trials);
    login::add(&mut trials);
    panel::add(&mut trials);
    hostile::add(&mut trials);
    sessions::add(&mut trials);
    let together = libtest_mimic::run(&arguments, trials);
    // What is measured has the machine for itself.
    let mut measures = Vec::new();
    measures::add(&mut measures);
    arguments.test_threads = Some(1);
    let alone = libtest_mimic::run(&arguments, measures);
    if together.has_failed() || alone.has_failed() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// A trial on a stage of its own.
fn trial(name: &'static str, act: fn(&Stage<'_>) -> Result<()>) -> Trial {
    Trial::test(name, move || {
        stage::play(name, act).map_err(|error| format!("{error:#}").into())
    })
}
