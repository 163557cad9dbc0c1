//! Carrying a change out: the keyring first, then the config.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bellhop_agent::SecretFailure;
use bellhop_control::config::PasswordSource;
use bellhop_control::error::{Code, Error};
use bellhop_control::face::number;
use bellhop_control::protocol::Password;
use secrecy::SecretString;

use super::plan::password_source;
use super::{ConfigFile, Edit, Plan, Refused};
use crate::config::LineSettings;
use crate::secrets::{self, Entry, LIMIT, LIMIT_AT_PROMPT, Stage};
use crate::view;

/// One change of this process at a time is between reading the file and replacing it.
static WRITING: Mutex<()> = Mutex::new(());

/// A change that was carried out.
#[derive(Debug)]
pub struct Applied {
    /// The id of the line.
    pub id: String,
    /// Why a password that nobody needs any more may still be in the keyring.
    pub left_behind: Option<Error>,
    /// The config as it is now.
    pub(crate) lines: Vec<LineSettings>,
    /// The keyring was given a password.
    pub(crate) stored: bool,
}

/// Carries a change out. Blocks until it is done or refused: some seconds where no keyring answers, a minute where its owner is asked to unlock it, and
/// `forgetting` at most for a password that goes.
///
/// # Errors
/// Whatever was in the way. Then nothing is changed.
pub fn apply(
    file: ConfigFile,
    edit: Edit,
    password: Option<Password>,
    forgetting: Duration,
) -> Result<Applied, Refused> {
    let plan = Plan::of(&file, &edit)?;
    let aor = plan.keyring.clone();
    let password = password.map(|it| fitting(&plan, it)).transpose()?;
    let stage = Arc::new(Stage::default());
    let will = Arc::new(Mutex::new(Will::Open));
    let (tell, told) = mpsc::channel();
    let work = Work {
        file,
        edit,
        plan,
        password,
        stage: Arc::clone(&stage),
        will: Arc::clone(&will),
    };
    thread::Builder::new()
        .name("lines".into())
        .spawn(move || work.run(&tell))
        .map_err(|error| Error::new(Code::Internal, [("why", error.to_string())]))?;
    let begun = Instant::now();
    let mut applied = loop {
        match told.recv_timeout(LIMIT) {
            Ok(Told::Written(written)) => break written?,
            Ok(Told::Forgotten(_)) | Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(Code::Internal, [("why", "a change ended")]).into());
            }
            // Its owner may be unlocking it.
            Err(RecvTimeoutError::Timeout)
                if stage.is_opened() && begun.elapsed() < LIMIT_AT_PROMPT => {}
            Err(RecvTimeoutError::Timeout) => {
                if Will::turn(&will, Will::Abandoned) {
                    let number = aor.as_deref().map_or("", number);
                    return Err(view::secret(number, stage.silence()).into());
                }
            }
        }
    };
    applied.left_behind = match told.recv_timeout(forgetting) {
        Ok(Told::Forgotten(left_behind)) => left_behind,
        Ok(Told::Written(_)) | Err(RecvTimeoutError::Disconnected) => None,
        Err(RecvTimeoutError::Timeout) => Some(view::secret("", stage.silence())),
    };
    Ok(applied)
}

/// Puts another password for a line into the keyring, which is asked for once it is known to belong there. Blocks like [`apply`].
///
/// # Errors
/// Whatever is in the way, [`Code::PasswordElsewhere`] for one.
pub fn set_password<E: From<Refused>>(
    file: &ConfigFile,
    line: &str,
    password: impl FnOnce(&str) -> Result<Password, E>,
) -> Result<(), E> {
    let (aor, source) = password_source(file, line)?;
    let place = match source {
        PasswordSource::Keyring => {
            let password = plausible(password(number(&aor))?)?;
            return secrets::keyring_store(&aor, password)
                .map_err(|error| Refused::Plain(error).into());
        }
        PasswordSource::File(_) => "a file",
        PasswordSource::Env(_) => "the engine's environment",
    };
    let values = [("line", line), ("place", place)];
    Err(Refused::Plain(Error::new(Code::PasswordElsewhere, values)).into())
}

fn fitting(plan: &Plan, password: Password) -> Result<SecretString, Refused> {
    if plan.keyring.is_none() {
        return Err(Refused::setting(
            "password",
            "it is taken from elsewhere; only the keyring takes one from here",
        ));
    }
    plausible(password)
}

fn plausible(password: Password) -> Result<SecretString, Refused> {
    if password.is_plausible() {
        Ok(password.expose().into())
    } else {
        Err(Refused::setting(
            "password",
            "must be some text on one line",
        ))
    }
}

/// Whether a change may still be given up, or must be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Will {
    Open,
    Committed,
    Abandoned,
}

impl Will {
    /// From open to this; false if it was turned before.
    fn turn(will: &Mutex<Will>, to: Will) -> bool {
        let mut will = will.lock().unwrap_or_else(PoisonError::into_inner);
        let open = *will == Will::Open;
        if open {
            *will = to;
        }
        open
    }

    fn is_abandoned(will: &Mutex<Will>) -> bool {
        *will.lock().unwrap_or_else(PoisonError::into_inner) == Will::Abandoned
    }
}

#[derive(Debug)]
enum Told {
    Written(Result<Applied, Refused>),
    /// Or why not.
    Forgotten(Option<Error>),
}

/// A change on its thread.
struct Work {
    file: ConfigFile,
    edit: Edit,
    plan: Plan,
    password: Option<SecretString>,
    stage: Arc<Stage>,
    will: Arc<Mutex<Will>>,
}

impl Work {
    fn run(self, tell: &mpsc::Sender<Told>) {
        let written = self.store_and_write();
        let unneeded = match &written {
            Ok((plan, _)) => plan.unneeded.clone(),
            Err(_) => None,
        };
        let applied = written.map(|(plan, stored)| Applied {
            id: plan.id,
            left_behind: None,
            lines: plan.lines,
            stored,
        });
        let _ = tell.send(Told::Written(applied));
        if let Some(aor) = unneeded {
            let _turn = secrets::turn();
            let forgotten = Entry::of(&aor).forget(&self.stage);
            let left_behind = forgotten
                .err()
                .map(|failure| view::secret(number(&aor), failure));
            let _ = tell.send(Told::Forgotten(left_behind));
        }
    }

    fn store_and_write(&self) -> Result<(Plan, bool), Refused> {
        let needs_keyring = self.password.is_some() || self.plan.moves_from.is_some();
        let _turn = needs_keyring.then(secrets::turn);
        let undo = self.store()?;
        let write = || {
            if !Will::turn(&self.will, Will::Committed) {
                return Err(Error::plain(Code::SecretUnavailable).into());
            }
            let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
            // The keyring may have taken its time: somebody else may have edited the file since.
            let file = self.file.again()?;
            let plan = Plan::of(&file, &self.edit)?;
            file.write(&plan.text)?;
            Ok(plan)
        };
        let written: Result<Plan, Refused> = write();
        if let (Err(_), Some((aor, before))) = (&written, &undo) {
            // What can't be taken back belongs to no line; it is as good as a password that was typed for nothing.
            let entry = Entry::of(aor);
            let undone = match before {
                Some(before) => entry.store(before, &self.stage),
                None => entry.forget(&self.stage),
            };
            if undone.is_err() {
                tracing::warn!(
                    "a password that was stored for a refused change stays in the keyring"
                );
            }
        }
        Ok((written?, undo.is_some()))
    }

    /// Puts the password where the line will look for it; gives what was there before.
    fn store(&self) -> Result<Option<(String, Option<SecretString>)>, Refused> {
        let Some(aor) = &self.plan.keyring else {
            return Ok(None);
        };
        let told = |failure| Refused::Plain(view::secret(number(aor), failure));
        let fetch = |aor: &str| match Entry::of(aor).fetch(&self.stage) {
            Ok(password) => Ok(Some(password)),
            Err(SecretFailure::Missing) => Ok(None),
            Err(failure) => Err(told(failure)),
        };
        let wanted = match (&self.password, &self.plan.moves_from) {
            (Some(password), _) => Some(password.clone()),
            (None, Some(from)) => fetch(from)?,
            (None, None) => None,
        };
        let Some(wanted) = wanted else {
            return Ok(None);
        };
        let before = fetch(aor)?;
        if Will::is_abandoned(&self.will) {
            return Err(Error::plain(Code::SecretUnavailable).into());
        }
        Entry::of(aor).store(&wanted, &self.stage).map_err(told)?;
        Ok(Some((aor.clone(), before)))
    }
}
