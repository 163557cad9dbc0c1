//! `bellhop-tray`: the tray, and with `--window` the window. Two views of the engine, as the command line is; both end without dropping a registration.
//!
//! What goes wrong is one sentence on stderr. Exit status: 0 done (also: asked the one that runs to show itself), 1 it can't run here, 2 usage.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser as _;

mod args;
mod begin;
mod clock;
mod display;
mod engine;
mod environment;
mod login;
mod output;
mod program;
mod role;
mod toasts;
mod tray;
mod window;

use args::Args;
use begin::Begin;
use role::{Ask, Claim, Role};
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    let args = Args::parse();
    match environment::cleaned().and_then(|()| start(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            output::say(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// Takes the role, or asks whoever has it; only then is anything of a desktop touched.
fn start(args: Args) -> Result<(), String> {
    let begin = args.begin();
    let state_dir = match args.state_dir {
        Some(directory) => directory,
        None => bellhop_control::places::default_state_dir().map_err(|error| error.to_string())?,
    };
    let role = if args.window {
        Role::Window
    } else {
        Role::Tray
    };
    display::look()?;
    let runtime = runtime()?;
    let show = begin.map_or(Ask::Show { add_line: false }, Begin::ask);
    let held = match runtime.block_on(role::claim(role, &state_dir, &show))? {
        Claim::Held(held) => *held,
        Claim::Asked => return Ok(()),
    };
    let start = Start {
        state_dir,
        config: args.config,
        held,
    };
    if args.window {
        window::run(start, begin)
    } else {
        tray::run(start, args.at_login)
    }
}

/// One thread for all that waits: sockets and timers. Tauri would start one a core.
fn runtime() -> Result<Runtime, String> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    tauri::async_runtime::set(runtime.handle().clone());
    Ok(runtime)
}

/// What a process of either role starts with.
#[derive(Debug)]
pub(crate) struct Start {
    /// Where engine, tray and window meet.
    pub(crate) state_dir: std::path::PathBuf,
    /// The engine's config, if not the default one: for the engine that the tray starts.
    pub(crate) config: Option<std::path::PathBuf>,
    /// The role, for as long as this lives.
    pub(crate) held: role::Held,
}

/// The page and the config, compiled in.
fn context() -> tauri::Context {
    tauri::generate_context!()
}
