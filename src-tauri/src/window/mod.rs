//! The window: a process of its own, which ends when the window closes.
//!
//! [`hub`] owns what is known and tells the page; [`engine`] and [`tray`] hear the engine and the tray; [`commands`] are the two doors of the
//! page, and [`page`] keeps all others shut.

use std::path::PathBuf;

use bellhop_control::window::WindowEvent;
use tauri::RunEvent;
use tokio::sync::mpsc;

use crate::Start;
use crate::begin::Begin;
use crate::login::Login;
use crate::role::{Ask, Standing};

mod bounds;
mod commands;
mod desktop;
mod device;
mod engine;
mod hub;
mod page;
mod tray;

use hub::{Hub, Input};

/// Inputs that wait for the hub. More than a burst of snapshots and clicks is a mistake.
const INPUTS: usize = 64;

/// What the commands work with.
#[derive(Debug)]
struct Desk {
    state_dir: PathBuf,
    login: Login,
    inputs: mpsc::Sender<Input>,
    requests: commands::Places,
}

/// Runs until the window closes.
///
/// # Errors
/// A sentence, if it can't be opened.
pub(crate) fn run(start: Start, begin: Option<Begin>) -> Result<(), String> {
    let Start {
        state_dir,
        config,
        held,
    } = start;
    let (inputs, hears) = mpsc::channel(INPUTS);
    let login = Login::of(&state_dir, config.as_deref());
    let desk = Desk {
        state_dir: state_dir.clone(),
        login: login.clone(),
        inputs: inputs.clone(),
        requests: commands::Places::new(),
    };
    let app = tauri::Builder::default()
        .manage(desk)
        .invoke_handler(tauri::generate_handler![
            commands::request,
            commands::subscribe
        ])
        .build(crate::context())
        .map_err(|error| error.to_string())?;

    let handle = app.handle().clone();
    let first_words = move || page::reveal(&handle);
    let hub = Hub::new(login.state(), begin, first_words);
    tauri::async_runtime::spawn(hub.run(hears));
    tauri::async_runtime::spawn(engine::follow(state_dir.clone(), inputs.clone()));
    let tray = tauri::async_runtime::spawn(tray::follow(state_dir, config, inputs.clone()));

    let handle = app.handle().clone();
    let (_standing, standing) = tokio::sync::watch::channel(Standing::default());
    let show = move |begin: Option<Begin>| {
        page::present(&handle);
        if let Some(begin) = begin {
            // A hub that is not keeping up has no use for a form either.
            let _ = inputs.try_send(Input::Begin(begin));
        }
    };
    let handle = app.handle().clone();
    let serving = held.serve(standing, move |ask| match ask {
        Ask::Show { add_line } => show(add_line.then_some(Begin::AddLine)),
        Ask::ShowDevices => show(Some(Begin::Devices)),
        Ask::Close => {
            // The tray goes now, and is not to be started again.
            tray.abort();
            handle.exit(0);
        }
        Ask::StartEngine | Ask::Watch => {}
    });
    let mut serving = Some(serving);
    let (fails, failed) = std::sync::mpsc::channel();
    app.run_return(move |app, event| {
        if matches!(event, RunEvent::Ready) {
            if let Err(error) = page::open(app) {
                let _ = fails.send(error.to_string());
                app.exit(1);
            }
        } else if matches!(event, RunEvent::Exit)
            && let Some(serving) = serving.take()
        {
            serving.close();
        }
    });
    failed.try_recv().map_or(Ok(()), Err)
}

/// Tells the page; false if there is no page any more.
type Page = Box<dyn Fn(WindowEvent) -> bool + Send>;
