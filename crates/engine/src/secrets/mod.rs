//! Passwords: read on threads of their own with a time limit, handed over as `SecretString`, kept by nobody but the line's agent.

mod keyring;
mod source;

use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread;
use std::time::{Duration, Instant};

use bellhop_agent::SecretFailure;
use bellhop_control::error::Error;
use secrecy::SecretString;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::view;
pub(crate) use source::Source;

/// After this the person is told; the thread goes on, and what it finds later (the keyring was unlocked) still counts.
pub(crate) const LIMIT: Duration = Duration::from_secs(5);
/// The command line waits longer: its person is the one who unlocks the keyring.
const LIMIT_AT_PROMPT: Duration = Duration::from_secs(60);

/// Threads that may wait for a keyring at one time; the rest of a hundred lines queue. A keyring that never answers keeps its threads.
static PLACES: Semaphore = Semaphore::const_new(4);

/// The outcome of one read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) line: u32,
    pub(crate) result: Result<SecretString, SecretFailure>,
    pub(crate) took: Duration,
}

/// Starts reading a line's password. `outcomes` gets one [`Read`], and a second one if the first was silence and an answer came after all.
pub(crate) fn read(line: u32, source: Source, outcomes: mpsc::UnboundedSender<Read>) {
    let begun = Instant::now();
    let stage = Arc::new(keyring::Stage::default());
    let silence = silence_of(&source);
    let mut answer = tokio::spawn(answer(source, Arc::clone(&stage)));
    tokio::spawn(async move {
        let tell = |result| {
            let _ = outcomes.send(Read {
                line,
                result,
                took: begun.elapsed(),
            });
        };
        match tokio::time::timeout(LIMIT, &mut answer).await {
            Ok(answer) => tell(answer.unwrap_or(Err(SecretFailure::Unavailable))),
            Err(_) => {
                tell(Err(silence(&stage)));
                if let Ok(Ok(secret)) = answer.await {
                    tell(Ok(secret));
                }
            }
        }
    });
}

/// What it means that a source says nothing. A file that never opens (a pipe, a dead network disk) is no matter of the keyring, and
/// is not looked for again and again as that is: each look would keep its thread.
fn silence_of(source: &Source) -> fn(&keyring::Stage) -> SecretFailure {
    match source {
        Source::Keyring { .. } => keyring::Stage::silence,
        Source::File(_) | Source::Env(_) => |_| SecretFailure::Unreadable,
    }
}

async fn answer(source: Source, stage: Arc<keyring::Stage>) -> Result<SecretString, SecretFailure> {
    let place = match source {
        Source::Keyring { .. } => PLACES.acquire().await.ok(),
        Source::File(_) | Source::Env(_) => None,
    };
    let (answer, answered) = oneshot::channel();
    thread::Builder::new()
        .name("secret".into())
        .spawn(move || {
            let _place = place;
            let _ = answer.send(source.read(&stage));
        })
        .map_err(|_| SecretFailure::Unavailable)?;
    answered.await.unwrap_or(Err(SecretFailure::Unavailable))
}

/// Puts a line's password into the keyring, for the command line. Blocks until it is there or refused, at most a minute.
///
/// # Errors
/// What is wrong with the keyring.
pub fn keyring_store(aor: &str, password: SecretString) -> Result<(), Error> {
    let user = aor.trim().to_owned();
    within(aor, move |stage| keyring::store(&user, &password, stage))
}

/// Takes a line's password out of the keyring. Blocks like [`keyring_store`]. Nothing there is as good as removed.
///
/// # Errors
/// What is wrong with the keyring.
pub fn keyring_forget(aor: &str) -> Result<(), Error> {
    let user = aor.trim().to_owned();
    within(aor, move |stage| keyring::forget(&user, stage))
}

fn within(
    aor: &str,
    work: impl FnOnce(&keyring::Stage) -> Result<(), SecretFailure> + Send + 'static,
) -> Result<(), Error> {
    let stage = Arc::new(keyring::Stage::default());
    let (answer, answered) = blocking::channel();
    thread::Builder::new()
        .name("secret".into())
        .spawn({
            let stage = Arc::clone(&stage);
            move || {
                let _ = answer.send(work(&stage));
            }
        })
        .map_err(|_| view::secret(aor, SecretFailure::Unavailable))?;
    answered
        .recv_timeout(LIMIT_AT_PROMPT)
        .unwrap_or_else(|_| Err(stage.silence()))
        .map_err(|failure| view::secret(aor, failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_keyring_is_missing_when_nobody_answers() {
        let silence = |source: Source| silence_of(&source)(&keyring::Stage::default());
        assert_eq!(
            silence(Source::Keyring {
                aor: "sip:tina@example.com".into()
            }),
            SecretFailure::Unavailable
        );
        assert_eq!(
            silence(Source::File("/mnt/gone/secret".into())),
            SecretFailure::Unreadable
        );
    }
}
