//! `line add`: everything is checked before anybody is asked for a password, and before anything is written.

use std::path::Path;

use bellhop_control::error::Code;
use bellhop_control::face::number;
use bellhop_control::protocol::{LineSettings, PasswordPlace};
use bellhop_engine::lines::{self, ConfigFile, Edit, Plan, Refused};

use super::{FORGETTING, reload};
use crate::args::AddArgs;
use crate::engine::Place;
use crate::failure::Failure;
use crate::{output, password};

pub(super) fn add(args: AddArgs, place: &Place) -> Result<(), Failure> {
    let file = ConfigFile::existing_or_new(args.config.config)?;
    let settings = LineSettings {
        id: args.id,
        aor: args.aor,
        registrar: args.registrar,
        auth_username: args.auth_username,
        password: password_place(args.password_file.as_deref())?,
        ..LineSettings::default()
    };
    let (path, number) = (
        file.path.display().to_string(),
        number(settings.aor.trim()).to_owned(),
    );
    let edit = Edit::Add { settings };
    let plan = Plan::of(&file, &edit).map_err(in_options)?;
    let password = plan
        .keyring
        .map(|_| password::ask(&number, args.password_stdin))
        .transpose()?;
    let added = lines::apply(file, edit, password, FORGETTING).map_err(not_stored)?;
    output::print(&format!("{}: {number} is added to {path}", added.id))?;
    reload(place)
}

/// What makes no sense is told by the word that said it.
fn in_options(refused: Refused) -> Failure {
    let Refused::Settings(problems) = &refused else {
        return refused.into();
    };
    let option = |key: &str| {
        Some(match key {
            "id" => "--id",
            "aor" => "--aor",
            "registrar" => "--registrar",
            "auth_username" => "--auth-username",
            "password" => "--password-file",
            _ => return None,
        })
    };
    let lines = problems
        .iter()
        .map(|problem| match problem.key.as_deref().and_then(option) {
            Some(option) => format!("{option}: {}", problem.message),
            None => problem.to_string(),
        });
    Failure {
        exit: 2,
        lines: lines.collect(),
    }
}

fn not_stored(refused: Refused) -> Failure {
    let without_keyring = refused.error().code == Code::SecretUnavailable;
    let mut failure = Failure::from(refused);
    if without_keyring {
        failure.lines.push("on a machine without one, leave the password in a file of your own: --password-file FILE".to_owned());
    }
    failure
}

/// The password file's path as the config must have it: what is relative there is relative to the config, what is relative here is relative to here.
fn password_place(file: Option<&Path>) -> Result<PasswordPlace, Failure> {
    let Some(file) = file else {
        return Ok(PasswordPlace::Keyring);
    };
    let absolute = std::path::absolute(file)
        .map_err(|error| Failure::usage(format!("--password-file: {error}")))?;
    Ok(PasswordPlace::File {
        path: absolute.to_string_lossy().into_owned(),
    })
}
