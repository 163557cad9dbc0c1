//! Passwords: read where nothing else waits for them, handed over as `SecretString`, kept by nobody but the line's agent.
//!
//! A keyring may wait for its owner, or never answer. So it is spoken to on one thread of its own, which is never joined by a second one;
//! who asked may lose interest at any moment. Nothing here asks the owner to unlock it unless a person is known to want that now.

mod keyring;
#[cfg(not(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
)))]
#[path = "native.rs"]
mod reader;
#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
#[path = "secret_service/mod.rs"]
mod reader;
mod source;

use std::sync::mpsc as blocking;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bellhop_agent::SecretFailure;
use bellhop_control::error::Error;
use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use crate::{demo_registrar, view};
pub(crate) use keyring::Stage;
use reader::Reader;
pub(crate) use source::Source;

/// After this the person is told; the read goes on, and what it finds later (the keyring was unlocked) still counts.
pub(crate) const LIMIT: Duration = Duration::from_secs(5);
/// Who changes a password waits longer: they are the one who unlocks the keyring.
pub(crate) const LIMIT_AT_PROMPT: Duration = Duration::from_secs(60);

/// What is told to who reads passwords.
#[derive(Debug)]
pub(crate) enum Told {
    /// The outcome of one read.
    Read(Read),
    /// The keyring says that something changed, or is there again: what was not found may be now.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(
            dead_code,
            reason = "of the keyrings, the Secret Service alone says so"
        )
    )]
    KeyringChanged,
}

/// The outcome of one read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) line: u32,
    /// As it was given to [`Secrets::read`].
    pub(crate) call: u64,
    pub(crate) answer: Answer,
    pub(crate) took: Duration,
}

/// What a place says.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) result: Result<SecretString, SecretFailure>,
    /// [`Told::KeyringChanged`] will tell when it is worth another look.
    pub(crate) watched: bool,
}

/// May the owner of the keyring be asked to unlock it?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// A person has just asked for this.
    Allowed,
    /// What is locked stays locked.
    Never,
}

/// A read under way.
#[derive(Debug)]
pub(crate) struct Reading {
    task: AbortHandle,
    stage: Arc<Stage>,
    of_keyring: bool,
}

impl Reading {
    /// What it means that there is no answer yet. A file that never opens (a pipe, a dead network disk) is no matter of the keyring.
    pub(crate) fn silence(&self) -> SecretFailure {
        if self.of_keyring {
            self.stage.silence()
        } else {
            SecretFailure::Unreadable
        }
    }

    /// Ends it, if another read may then begin: a prompt on the person's screen stays there, and a file keeps its thread.
    pub(crate) fn give_up(&self) -> bool {
        let may = self.of_keyring && reader::MAY_GIVE_UP && !self.stage.is_opened();
        if may {
            self.task.abort();
        }
        may
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads passwords. To be used inside the runtime.
#[derive(Debug)]
pub(crate) struct Secrets {
    keyring: Arc<Reader>,
    told: mpsc::UnboundedSender<Told>,
}

impl Secrets {
    /// What it finds is sent to `told`. The keyring is not spoken to before the first read.
    pub(crate) fn new(told: mpsc::UnboundedSender<Told>) -> Secrets {
        Secrets {
            keyring: Arc::new(Reader::new(told.clone())),
            told,
        }
    }

    /// Starts reading a line's password; one [`Read`] with the same `call` follows unless the reading is dropped before.
    pub(crate) fn read(&self, line: u32, call: u64, source: Source, prompt: Prompt) -> Reading {
        let begun = Instant::now();
        let stage = Arc::new(Stage::default());
        let of_keyring = matches!(source, Source::Keyring { .. });
        let (keyring, told) = (Arc::clone(&self.keyring), self.told.clone());
        let task = tokio::spawn({
            let stage = Arc::clone(&stage);
            async move {
                let answer = match source {
                    Source::Keyring { user } => keyring.read(user, prompt, stage).await,
                    Source::File(path) => Answer {
                        result: elsewhere(move || source::file(&path)).await,
                        watched: true,
                    },
                    Source::Env(name) => Answer {
                        result: source::variable(&name),
                        watched: true,
                    },
                    Source::Demo => Answer {
                        result: Ok(demo_registrar::password()),
                        watched: true,
                    },
                };
                let _ = told.send(Told::Read(Read {
                    line,
                    call,
                    answer,
                    took: begun.elapsed(),
                }));
            }
        });
        Reading {
            task: task.abort_handle(),
            stage,
            of_keyring,
        }
    }
}

/// On a thread of its own, which may block for ever.
async fn elsewhere(
    read: impl FnOnce() -> Result<SecretString, SecretFailure> + Send + 'static,
) -> Result<SecretString, SecretFailure> {
    let (answer, answered) = oneshot::channel();
    thread::Builder::new()
        .name("secret".into())
        .spawn(move || drop(answer.send(read())))
        .map_err(|_| SecretFailure::Unavailable)?;
    answered.await.unwrap_or(Err(SecretFailure::Unavailable))
}

/// Who changes what the keyring holds has this, so that nobody takes back what another has stored meanwhile. A keyring that hangs is hung for the next one, too.
static CHANGING: Mutex<()> = Mutex::new(());

/// The turn to change what the keyring holds. Blocks for as long as another one has it.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    CHANGING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number's password in the keyring. Its methods block, maybe for ever.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a>(&'a str);

impl<'a> Entry<'a> {
    pub(crate) fn of(aor: &'a str) -> Entry<'a> {
        Entry(aor.trim())
    }

    pub(crate) fn fetch(self, stage: &Stage) -> Result<SecretString, SecretFailure> {
        keyring::read(self.0, stage)
    }

    pub(crate) fn store(self, password: &SecretString, stage: &Stage) -> Result<(), SecretFailure> {
        keyring::store(self.0, password, stage)
    }

    /// Nothing there is as good as removed.
    pub(crate) fn forget(self, stage: &Stage) -> Result<(), SecretFailure> {
        keyring::forget(self.0, stage)
    }
}

/// Puts a line's password into the keyring, Blocks until it is there or refused: some seconds where no keyring answers, a minute where
/// its owner is asked to unlock it.
///
/// # Errors
/// What is wrong with the keyring.
pub fn keyring_store(aor: &str, password: SecretString) -> Result<(), Error> {
    let user = aor.trim().to_owned();
    within(aor, move |stage| keyring::store(&user, &password, stage))
}

fn within(
    aor: &str,
    work: impl FnOnce(&Stage) -> Result<(), SecretFailure> + Send + 'static,
) -> Result<(), Error> {
    let stage = Arc::new(Stage::default());
    let (answer, answered) = blocking::channel();
    thread::Builder::new()
        .name("secret".into())
        .spawn({
            let stage = Arc::clone(&stage);
            move || {
                let _turn = turn();
                let _ = answer.send(work(&stage));
            }
        })
        .map_err(|_| view::secret(aor, SecretFailure::Unavailable))?;
    let answer = answered.recv_timeout(LIMIT).or_else(|error| {
        if stage.is_opened() {
            answered.recv_timeout(LIMIT_AT_PROMPT - LIMIT)
        } else {
            Err(error)
        }
    });
    answer
        .unwrap_or_else(|_| Err(stage.silence()))
        .map_err(|failure| view::secret(aor, failure))
}
