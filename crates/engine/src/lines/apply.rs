//! Carrying a change out, within bounds of time.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use bellhop_control::config::PasswordSource;
use bellhop_control::error::{Code, Error};
use bellhop_control::face::number;
use bellhop_control::protocol::Password;
use secrecy::SecretString;

use super::home;
use super::password_file;
use super::plan::password_source;
use super::work::{Told, Will, Work};
use super::{ConfigFile, Edit, Plan, Refused};
use crate::config::Settings;
use crate::secrets::{self, LIMIT, LIMIT_AT_PROMPT, Stage};
use crate::view;

/// A change that was carried out.
#[derive(Debug)]
pub struct Applied {
    /// The id of the line, or the name of the device.
    pub id: String,
    /// What a new device got.
    pub extension: Option<String>,
    /// Why a password that nobody needs any more may still be in the keyring.
    pub left_behind: Option<Error>,
    /// The config as it is now.
    pub(crate) settings: Settings,
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
    let password = password.map(|it| fitting(&plan, it)).transpose()?;
    let slow = Slow::of(&file, &plan, password.is_some());
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
            Ok(Told::Written(written)) => break (*written)?,
            Ok(Told::Forgotten(_)) | Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(Code::Internal, [("why", "a change ended")]).into());
            }
            // Its owner may be unlocking it.
            Err(RecvTimeoutError::Timeout)
                if stage.is_opened() && begun.elapsed() < LIMIT_AT_PROMPT => {}
            Err(RecvTimeoutError::Timeout) => {
                if Will::turn(&will, Will::Abandoned) {
                    return Err(slow.told(&stage).into());
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
    store(password_source(file, line)?, line, password)
}

/// The same for a device, whose password may also be in a file that is ours and no other's: it is replaced there.
///
/// # Errors
/// As [`set_password`].
pub fn set_device_password<E: From<Refused>>(
    file: &ConfigFile,
    device: &str,
    password: impl FnOnce(&str) -> Result<Password, E>,
) -> Result<(), E> {
    let (user, source) = home::password_source(file, device)?;
    let PasswordSource::File(written) = &source else {
        return store((user, source), device, password);
    };
    let elsewhere = |place: String| Refused::from(elsewhere(device, &place));
    let path = file.directory().join(written);
    if home::is_shared(file, device, &path)? {
        return Err(elsewhere("a file that others share".to_owned()).into());
    }
    let password = plausible(password(number(&user))?)?;
    password_file::replace(&path, &password).map_err(|place| elsewhere(place).into())
}

fn store<E: From<Refused>>(
    (user, source): (String, PasswordSource),
    whose: &str,
    password: impl FnOnce(&str) -> Result<Password, E>,
) -> Result<(), E> {
    let place = match source {
        PasswordSource::Keyring => {
            let password = plausible(password(number(&user))?)?;
            return secrets::keyring_store(&user, password)
                .map_err(|error| Refused::Plain(error).into());
        }
        PasswordSource::File(_) => "a file",
        PasswordSource::Env(_) => "the engine's environment",
    };
    Err(Refused::from(elsewhere(whose, place)).into())
}

fn elsewhere(whose: &str, place: &str) -> Error {
    Error::new(Code::PasswordElsewhere, [("line", whose), ("place", place)])
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

/// Whom a change waits for.
enum Slow {
    /// The keyring, for this number's password.
    Keyring(String),
    /// The disk that the config is on.
    Disk(PathBuf),
}

impl Slow {
    fn of(file: &ConfigFile, plan: &Plan, has_password: bool) -> Slow {
        match &plan.keyring {
            Some(aor) if has_password || plan.moves_from.is_some() => {
                Slow::Keyring(number(aor).to_owned())
            }
            Some(_) | None => Slow::Disk(file.path.clone()),
        }
    }

    /// It takes too long.
    fn told(&self, stage: &Stage) -> Error {
        match self {
            Slow::Keyring(number) => view::secret(number, stage.silence()),
            Slow::Disk(path) => Error::new(
                Code::ConfigUnwritable,
                [
                    ("path", path.display().to_string()),
                    ("why", "the disk does not answer".to_owned()),
                ],
            ),
        }
    }
}
