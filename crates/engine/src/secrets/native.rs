//! Reading from Keychain or Credential Manager: one read at a time, on a thread that may block for ever.

use std::sync::Arc;

use bellhop_agent::SecretFailure;
use tokio::sync::{Semaphore, mpsc};

use super::{Answer, Prompt, Stage, Told, elsewhere, keyring};

/// A read that was given up would keep its thread.
pub(super) const MAY_GIVE_UP: bool = false;

/// A keyring that never answers keeps its one thread; the other lines queue.
static PLACE: Semaphore = Semaphore::const_new(1);

/// See the module. It tells of no changes: these keyrings are unlocked by whoever asks.
#[derive(Debug)]
pub(super) struct Reader;

impl Reader {
    pub(super) fn new(_told: mpsc::UnboundedSender<Told>) -> Reader {
        Reader
    }

    pub(super) async fn read(&self, aor: String, _prompt: Prompt, stage: Arc<Stage>) -> Answer {
        let result = match PLACE.acquire().await {
            Ok(place) => {
                let read = move || {
                    let _place = place;
                    keyring::read(&aor, &stage)
                };
                elsewhere(read).await
            }
            Err(_) => Err(SecretFailure::Unavailable),
        };
        Answer {
            result,
            watched: false,
        }
    }
}
