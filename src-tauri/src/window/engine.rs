//! Hears the engine, and comes back to it as often as it goes. The tray starts it; here it is only waited for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bellhop_control::client::Client;
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::Event;
use bellhop_control::window::EngineState;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::hub::Input;

/// An engine is up within this, or something is wrong with it.
const START: Duration = Duration::from_secs(10);
/// Between two attempts: one that starts is noticed at once, one that does not costs nothing.
const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(1);

/// Tells the hub how the engine is and what it says, until the hub has gone.
pub(super) async fn follow(state_dir: PathBuf, hub: mpsc::Sender<Input>) {
    let mut since = Instant::now();
    let mut state = EngineState::Starting;
    loop {
        let error = match hear(&state_dir, &hub).await {
            Heard::HubGone => return,
            Heard::Lost(error) => {
                since = Instant::now();
                state = EngineState::Stopped { error };
                None
            }
            Heard::Nothing(error) => Some(error),
        };
        let waited = since.elapsed();
        if let Some(error) = error
            && is_news(&state, &error, waited)
        {
            state = EngineState::Stopped { error };
        }
        if hub.send(Input::Engine(state.clone(), None)).await.is_err() {
            return;
        }
        sleep(if waited < START { SHORT } else { LONG }).await;
    }
}

/// An engine that is on its way has no socket yet, or is an older one that makes room; one that was lost is still said to be.
fn is_news(state: &EngineState, error: &Error, waited: Duration) -> bool {
    let on_its_way = matches!(
        error.code,
        Code::NoEngine | Code::WrongVersion | Code::EngineLost
    );
    match state {
        EngineState::Starting => !on_its_way || waited >= START,
        EngineState::Stopped { .. } | EngineState::Running { .. } => !on_its_way,
    }
}

enum Heard {
    /// It was there, and went.
    Lost(Error),
    /// It was not there, or had nothing to say.
    Nothing(Error),
    HubGone,
}

async fn hear(state_dir: &Path, hub: &mpsc::Sender<Input>) -> Heard {
    let client = match Client::connect(state_dir).await {
        Ok(client) => client,
        Err(error) => return Heard::Nothing(error),
    };
    let running = EngineState::Running {
        version: client.engine().version.clone(),
    };
    let mut subscription = match client.subscribe().await {
        Ok(subscription) => subscription,
        Err(error) => return Heard::Nothing(error),
    };
    loop {
        let input = match subscription.next().await {
            Ok(Event::Snapshot { snapshot }) => Input::Engine(running.clone(), Some(snapshot)),
            Ok(Event::Notice { notice }) => Input::Notice(notice),
            Err(error) => return Heard::Lost(error),
        };
        if hub.send(input).await.is_err() {
            return Heard::HubGone;
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
