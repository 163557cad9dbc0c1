//! Reading from the Secret Service (Linux), and hearing when it is worth another look.
//!
//! One thread speaks to the session bus. What it waits for are futures, so a service that never answers costs no thread, and a read that is
//! given up is gone. A look never unlocks anything: what is locked is asked to be unlocked only for [`Prompt::Allowed`].

mod bus;
mod look;

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use bellhop_agent::SecretFailure;
use secrecy::SecretString;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::{Answer, Prompt, Stage, Told};
use bus::{Bus, End};

/// A read that was given up leaves nothing behind.
pub(super) const MAY_GIVE_UP: bool = true;

/// A bus that takes longer for its greeting counts as one that is not there.
const PATIENCE: Duration = Duration::from_secs(60);

/// One read.
#[derive(Debug)]
pub(super) struct Ask {
    aor: String,
    prompt: Prompt,
    stage: Arc<Stage>,
    reply: oneshot::Sender<Answer>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Reader {
    told: mpsc::UnboundedSender<Told>,
    asks: OnceLock<mpsc::UnboundedSender<Ask>>,
}

impl Reader {
    pub(super) fn new(told: mpsc::UnboundedSender<Told>) -> Reader {
        Reader {
            told,
            asks: OnceLock::new(),
        }
    }

    /// Waits for as long as the service does.
    pub(super) async fn read(&self, aor: String, prompt: Prompt, stage: Arc<Stage>) -> Answer {
        let (reply, replied) = oneshot::channel();
        let ask = Ask {
            aor,
            prompt,
            stage,
            reply,
        };
        let asks = self.asks.get_or_init(|| start(self.told.clone()));
        let sent = asks.send(ask);
        match (sent, replied.await) {
            (Ok(()), Ok(answer)) => answer,
            _ => unavailable(),
        }
    }
}

/// No bus: nobody will tell when there is one.
fn unavailable() -> Answer {
    Answer {
        result: Err::<SecretString, _>(SecretFailure::Unavailable),
        watched: false,
    }
}

fn start(told: mpsc::UnboundedSender<Told>) -> mpsc::UnboundedSender<Ask> {
    let (asks, queue) = mpsc::unbounded_channel();
    let started = thread::Builder::new()
        .name("keyring".into())
        .spawn(
            move || match Builder::new_current_thread().enable_time().build() {
                Ok(runtime) => runtime.block_on(serve(queue, told)),
                Err(error) => tracing::warn!(%error, "the keyring can't be spoken to"),
            },
        );
    if let Err(error) = started {
        tracing::warn!(%error, "the keyring can't be spoken to");
    }
    asks
}

/// Until nobody can ask any more. The bus is looked for when somebody asks, and listened to from then on for as long as it is there.
async fn serve(mut asks: mpsc::UnboundedReceiver<Ask>, told: mpsc::UnboundedSender<Told>) {
    let mut before = false;
    while let Some(ask) = asks.recv().await {
        match timeout(PATIENCE, Bus::open()).await {
            Ok(Ok(bus)) => {
                // Others may have found no bus a moment ago.
                if before && told.send(Told::KeyringChanged).is_err() {
                    return;
                }
                match bus.serve(ask, &mut asks, &told).await {
                    End::NobodyAsks => return,
                    End::BusLost => drop(told.send(Told::KeyringChanged)),
                }
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "there is no session bus");
                refuse(ask, &mut asks);
            }
            Err(_) => refuse(ask, &mut asks),
        }
        before = true;
    }
}

fn refuse(ask: Ask, asks: &mut mpsc::UnboundedReceiver<Ask>) {
    let _ = ask.reply.send(unavailable());
    while let Ok(ask) = asks.try_recv() {
        let _ = ask.reply.send(unavailable());
    }
}
