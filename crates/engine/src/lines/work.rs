//! A change on its thread: the keyring, the file, and the way back.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};

use bellhop_agent::SecretFailure;
use bellhop_control::error::{Code, Error};
use bellhop_control::face::number;
use secrecy::SecretString;

use super::{Applied, ConfigFile, Edit, Plan, Refused};
use crate::secrets::{self, Entry, Stage};
use crate::view;

/// One change of this process at a time is between reading the file and replacing it.
static WRITING: Mutex<()> = Mutex::new(());

/// Whether a change may still be given up, or must be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Will {
    Open,
    Committed,
    Abandoned,
}

impl Will {
    /// From open to this; false if it was turned before.
    pub(super) fn turn(will: &Mutex<Will>, to: Will) -> bool {
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
pub(super) enum Told {
    Written(Box<Result<Applied, Refused>>),
    /// Or why not.
    Forgotten(Option<Error>),
}

/// A change on its thread.
pub(super) struct Work {
    pub(super) file: ConfigFile,
    pub(super) edit: Edit,
    pub(super) plan: Plan,
    pub(super) password: Option<SecretString>,
    pub(super) stage: Arc<Stage>,
    pub(super) will: Arc<Mutex<Will>>,
}

impl Work {
    pub(super) fn run(self, tell: &mpsc::Sender<Told>) {
        let written = self.store_and_write();
        let unneeded = match &written {
            Ok((plan, _)) => plan.unneeded.clone(),
            Err(_) => None,
        };
        let applied = written.map(|(plan, stored)| Applied {
            id: plan.id,
            extension: plan.extension,
            left_behind: None,
            settings: plan.settings,
            stored,
        });
        let _ = tell.send(Told::Written(Box::new(applied)));
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
