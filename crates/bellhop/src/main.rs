//! `bellhop`: the engine in the foreground, and the command line that talks to it.
//!
//! Results go to stdout, everything said along the way to stderr. Exit status: 0 done, 1 refused or failed, 2 usage or config error.

use std::process::ExitCode;

use clap::Parser as _;

mod act;
mod args;
mod check;
mod clock;
mod device;
mod engine;
mod failure;
mod home;
mod line;
mod output;
mod password;
mod run;
mod status;
mod trace;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    match dispatch(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in &failure.lines {
                output::say(line);
            }
            ExitCode::from(failure.exit)
        }
    }
}

fn dispatch(args: Args) -> Result<(), Failure> {
    let place = engine::Place::new(args.state_dir);
    match args.command {
        Command::Run(run) => run::run(run, &place),
        Command::Status(status) => status::status(&status, &place),
        Command::Rebind { line } => act::rebind(line, &place),
        Command::Pause { line } => act::pause(line, &place),
        Command::Resume { line } => act::resume(line, &place),
        Command::Check { config } => check::check(config, &place),
        Command::Line(command) => line::line(command, &place),
        Command::Trace(trace) => trace::trace(&trace, &place),
        Command::Device(command) => device::device(command, &place),
        Command::Home(command) => home::home(command, &place),
        Command::DemoRegistrar { port, listen } => run::demo_registrar(port, listen),
    }
}
