//! One look at the Secret Service for one password.

use std::collections::HashMap;
use std::sync::Arc;

use bellhop_agent::SecretFailure;
use secrecy::SecretString;
use secret_service::{Error, Item, SecretService};
use zeroize::Zeroize;

use super::super::keyring::SERVICE;
use super::super::{Prompt, Stage};

type Service = Arc<SecretService<'static>>;

/// Looks, and once more with a new session if the one at hand was of a service that has ended since. `open` gives a session other than
/// the one that is given to it.
pub(super) async fn look(
    aor: &str,
    prompt: Prompt,
    stage: &Stage,
    open: impl AsyncFn(Option<&Service>) -> Result<Service, Error>,
) -> Result<SecretString, SecretFailure> {
    let found = async {
        let service = open(None).await?;
        match find(&service, aor, prompt, stage).await {
            // Nobody is asked twice.
            Err(Error::Zbus(_) | Error::ZbusFdo(_)) if !stage.is_opened() => {
                let service = open(Some(&service)).await?;
                find(&service, aor, prompt, stage).await
            }
            found => found,
        }
    };
    found.await.unwrap_or_else(|error| Err(failure(&error)))
}

async fn find(
    service: &SecretService<'_>,
    aor: &str,
    prompt: Prompt,
    stage: &Stage,
) -> Result<Result<SecretString, SecretFailure>, Error> {
    // As the keyring crate writes them.
    let attributes = HashMap::from([("service", SERVICE), ("username", aor)]);
    let found = service.search_items(attributes).await?;
    let items = match (found.unlocked.is_empty(), found.locked.is_empty(), prompt) {
        (false, _, _) => found.unlocked,
        (true, true, _) => return Ok(Err(SecretFailure::Missing)),
        (true, false, Prompt::Never) => return Ok(Err(SecretFailure::Locked)),
        (true, false, Prompt::Allowed) => {
            stage.opened();
            let locked: Vec<&Item<'_>> = found.locked.iter().collect();
            service.unlock_all(&locked).await?;
            found.locked
        }
    };
    match items.as_slice() {
        [item] => Ok(text(item.get_secret().await?)),
        // Which of them is meant can't be told.
        _ => Ok(Err(SecretFailure::Unreadable)),
    }
}

fn text(bytes: Vec<u8>) -> Result<SecretString, SecretFailure> {
    match String::from_utf8(bytes) {
        Ok(text) if text.is_empty() => Err(SecretFailure::Missing),
        Ok(text) => Ok(text.into()),
        Err(error) => {
            error.into_bytes().zeroize();
            Err(SecretFailure::Unreadable)
        }
    }
}

fn failure(error: &Error) -> SecretFailure {
    // A prompt that was closed leaves everything locked.
    if matches!(error, Error::Locked | Error::Prompt) {
        return SecretFailure::Locked;
    }
    if matches!(error, Error::Crypto(_)) {
        return SecretFailure::Unreadable;
    }
    let Error::Zbus(zbus::Error::MethodError(name, _, _)) = error else {
        return SecretFailure::Unavailable;
    };
    match name.as_str() {
        "org.freedesktop.Secret.Error.IsLocked" => SecretFailure::Locked,
        // It went between two questions.
        "org.freedesktop.Secret.Error.NoSuchObject" => SecretFailure::Missing,
        _ => SecretFailure::Unavailable,
    }
}
