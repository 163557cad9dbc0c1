//! The two commands: all that the page can do.

use std::sync::Arc;

use bellhop_control::client::Client;
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{CheckStep, Reply};
use bellhop_control::window::{WindowEvent, WindowReply, WindowRequest};
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::Semaphore;

use super::hub::Input;
use super::{Desk, bounds, desktop, device};

/// At once, of one page; what is more waits its turn.
const MAX_REQUESTS: usize = 8;

/// Where requests take their turns.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Semaphore>);

impl Places {
    pub(super) fn new() -> Places {
        Places(Arc::new(Semaphore::new(MAX_REQUESTS)))
    }
}

/// Asks the engine or the desktop, or has a phone at home told what to log in with. A request to the engine has a connection of its own: a check that takes a minute holds up no pause.
#[tauri::command]
pub(super) async fn request(
    desk: State<'_, Desk>,
    request: WindowRequest,
    progress: Channel<CheckStep>,
) -> Result<WindowReply, Error> {
    let _place = desk
        .requests
        .0
        .acquire()
        .await
        .map_err(|_| Error::plain(Code::EngineStopping))?;
    match request {
        WindowRequest::Engine { request } => {
            bounds::check(&request)?;
            let mut client = Client::connect(&desk.state_dir).await?;
            if let Some(question) = bounds::question(&request) {
                let answer = client.request(question).await?;
                bounds::check_answer(&request, &answer)?;
            }
            let told = |step| {
                // A page that was reloaded meanwhile hears of the end no more either.
                let _ = progress.send(step);
            };
            let reply = client.request_with_progress(*request, told).await?;
            Ok(WindowReply::Engine(Box::new(reply)))
        }
        WindowRequest::Desktop { request } => {
            let login = desktop::carry_out(&request, &desk.login, &desk.state_dir).await?;
            let _ = desk.inputs.send(Input::Login(login)).await;
            Ok(WindowReply::Engine(Box::new(Reply::Done)))
        }
        WindowRequest::Device { request } => {
            bounds::check_device(&request)?;
            device::carry_out(request, &desk.state_dir).await
        }
    }
}

/// Tells the page all there is to show, and from then on each change. A page that was reloaded asks again, and takes the place of the one before.
#[tauri::command]
pub(super) async fn subscribe(
    desk: State<'_, Desk>,
    events: Channel<WindowEvent>,
) -> Result<(), Error> {
    // The desktop's own settings may have changed it since.
    let login = Input::Login(desk.login.state());
    let page = Box::new(move |event| events.send(event).is_ok());
    for input in [login, Input::Page(page)] {
        desk.inputs
            .send(input)
            .await
            .map_err(|_| Error::plain(Code::EngineStopping))?;
    }
    Ok(())
}
