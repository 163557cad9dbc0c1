//! The OS's keyring by the `keyring` crate: Keychain and Credential Manager, and what the command line writes into the Secret Service.
//!
//! The `keyring` crate opens its store once for the life of the process, and a session bus that was missing or silent at that moment would
//! be missing for good. So the first attempt goes through it, and where that found no store a later one opens the store anew.

use std::sync::atomic::{AtomicBool, Ordering};

use bellhop_agent::SecretFailure;
use keyring::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

/// The service name of all entries; the user is the AOR.
pub(super) const SERVICE: &str = "bellhop";

/// The crate's own opening may hang for ever (a bus that never answers), and whoever asks for it again would hang with it.
static ASKED: AtomicBool = AtomicBool::new(false);

/// How far an attempt got: what a time limit must call it.
#[derive(Debug, Default)]
pub(crate) struct Stage(AtomicBool);

impl Stage {
    /// The keyring answered, and may now ask its owner something.
    pub(super) fn opened(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_opened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// What silence means at this stage: a keyring that answered and then waits is waiting for its owner.
    pub(crate) fn silence(&self) -> SecretFailure {
        if self.is_opened() {
            SecretFailure::Locked
        } else {
            SecretFailure::Unavailable
        }
    }
}

/// Blocks, maybe for ever, and may have the owner asked to unlock it.
pub(super) fn read(aor: &str, stage: &Stage) -> Result<SecretString, SecretFailure> {
    with_entry(aor, stage, Entry::get_password)
        .map(SecretString::from)
        .map_err(|error| failure(&error))
}

/// Blocks, maybe for ever.
pub(super) fn store(
    aor: &str,
    password: &SecretString,
    stage: &Stage,
) -> Result<(), SecretFailure> {
    with_entry(aor, stage, |entry| {
        entry.set_password(password.expose_secret())
    })
    .map_err(|error| failure(&error))
}

/// Blocks, maybe for ever. Nothing there is as good as removed.
pub(super) fn forget(aor: &str, stage: &Stage) -> Result<(), SecretFailure> {
    match with_entry(aor, stage, Entry::delete_credential) {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(failure(&error)),
    }
}

fn with_entry<T>(
    aor: &str,
    stage: &Stage,
    work: impl Fn(&Entry) -> keyring::Result<T>,
) -> keyring::Result<T> {
    let attempt = || {
        let entry = entry(aor)?;
        stage.opened();
        work(&entry)
    };
    match attempt() {
        // The connection may be one to a bus that has ended since (a new login, a restarted service): once more with a new one.
        Err(Error::PlatformFailure(_)) if reopen().is_ok() => attempt(),
        done => done,
    }
}

fn entry(aor: &str) -> keyring::Result<Entry> {
    if !ASKED.swap(true, Ordering::AcqRel)
        && let Ok(entry) = Entry::new(SERVICE, aor)
    {
        return Ok(entry);
    }
    if keyring_core::get_default_store().is_none() {
        reopen()?;
    }
    Ok(Entry {
        inner: keyring_core::Entry::new(SERVICE, aor)?,
    })
}

#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
fn reopen() -> keyring::Result<()> {
    keyring_core::set_default_store(zbus_secret_service_keyring_store::Store::new()?);
    Ok(())
}

/// Keychain and Credential Manager are part of the OS: they are there or they never will be.
#[cfg(not(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
)))]
fn reopen() -> keyring::Result<()> {
    Err(Error::NoDefaultStore)
}

fn failure(error: &Error) -> SecretFailure {
    if matches!(error, Error::NoEntry) {
        SecretFailure::Missing
    } else if matches!(error, Error::NoStorageAccess(_)) {
        SecretFailure::Locked
    } else if matches!(
        error,
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_)
    ) {
        SecretFailure::Unreadable
    } else {
        SecretFailure::Unavailable
    }
}
