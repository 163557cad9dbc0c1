//! `device add`: everything is checked before anything is written, and what is shown is what was stored.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bellhop_control::device::make_password;
use bellhop_control::protocol::{DeviceSettings, Password, PasswordPlace};
use bellhop_engine::lines::{self, ConfigFile, Edit, HomeEdit, Plan};

use super::{FORGETTING, code, reload, settings, setup};
use crate::args::DeviceAddArgs;
use crate::engine::Place;
use crate::failure::Failure;
use crate::{output, password};

/// Which word says what of a config.
const OPTIONS: [(&str, &str); 4] = [
    ("name", "NAME"),
    ("extension", "--extension"),
    ("digest", "--digest"),
    ("password", "--password-file"),
];

pub(super) fn add(args: DeviceAddArgs, place: &Place) -> Result<(), Failure> {
    let file = ConfigFile::existing_or_new(args.config.config)?;
    let secret = args.password_file.as_deref().map(SecretFile::new);
    let secret = secret.transpose()?;
    let edit = Edit::Home(HomeEdit::AddDevice {
        settings: DeviceSettings {
            name: args.name,
            extension: args.extension,
            password: secret
                .as_ref()
                .map_or(PasswordPlace::Keyring, SecretFile::place),
            digest: args.digest,
        }
        .tidied(),
    });
    // A file that is yet to be written counts as there.
    if secret.as_ref().is_none_or(|it| it.exists) {
        Plan::of(&file, &edit).map_err(|it| Failure::of_options(it, &OPTIONS))?;
    }
    // What is in a file that is there already, its owner knows.
    let typed = if args.password_stdin {
        Some(password::ask("the phone", true)?)
    } else {
        None
    };
    let is_known = secret.as_ref().is_some_and(|it| it.exists);
    let made = (!is_known && typed.is_none()).then(make_password);
    let wanted = typed.as_ref().or(made.as_ref());
    let made_file = match (&secret, wanted) {
        (Some(secret), Some(password)) if !secret.exists => Some(secret.write(password)?),
        (Some(_) | None, Some(_) | None) => None,
    };
    let for_keyring = wanted.filter(|_| secret.is_none()).cloned();
    let named = file.path.clone();
    let added = match lines::apply(file, edit, for_keyring, FORGETTING) {
        Ok(added) => {
            if let Some(made) = made_file {
                made.keep();
            }
            added
        }
        Err(refused) => return Err(Failure::not_stored(refused, &OPTIONS)),
    };
    let extension = added.extension.unwrap_or_default();
    output::print(&format!(
        "{} is added to {} with extension {extension}",
        added.id,
        named.display()
    ))?;
    reload(place)?;
    let file = ConfigFile::existing(Some(named))?;
    let setup = setup(&file, &added.id, place)?;
    output::print(&settings::of(&setup, args.phone, wanted))?;
    if made.is_some() {
        output::say("the password is shown this once; `bellhop device qr` makes another one");
    }
    match wanted {
        Some(password) => code::show(&added.id, password, place),
        None => Ok(()),
    }
}

/// A file for the password, which is made if it is not there.
struct SecretFile {
    path: PathBuf,
    exists: bool,
}

/// One that was made, and goes again unless it is kept.
struct Made(Option<PathBuf>);

impl Made {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl SecretFile {
    /// As the config must have it: what is relative there is relative to the config, what is relative here is relative to here.
    fn new(path: &Path) -> Result<SecretFile, Failure> {
        let path = std::path::absolute(path)
            .map_err(|error| Failure::usage(format!("--password-file: {error}")))?;
        Ok(SecretFile {
            exists: path.exists(),
            path,
        })
    }

    fn place(&self) -> PasswordPlace {
        PasswordPlace::File {
            path: self.path.to_string_lossy().into_owned(),
        }
    }

    /// For its owner alone, from the first moment.
    fn write(&self, password: &Password) -> Result<Made, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let refused = |error: io::Error| {
            let path = self.path.display();
            Failure::refused(format!(
                "the password file {path} can't be written: {error}"
            ))
        };
        let mut file = options.open(&self.path).map_err(refused)?;
        let made = Made(Some(self.path.clone()));
        file.write_all(password.expose().as_bytes())
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .map_err(refused)?;
        Ok(made)
    }
}
