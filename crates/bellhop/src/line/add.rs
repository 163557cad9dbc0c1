//! `line add`: everything is checked before anybody is asked for a password, and before anything is written.

use std::path::Path;

use bellhop_control::face::number;
use bellhop_control::protocol::{LineSettings, PasswordPlace};
use bellhop_engine::lines::{self, ConfigFile, Edit, Plan};

use super::{FORGETTING, reload};
use crate::args::AddArgs;
use crate::engine::Place;
use crate::failure::Failure;
use crate::{output, password};

/// Which word says what of a config.
const OPTIONS: [(&str, &str); 5] = [
    ("id", "--id"),
    ("aor", "--aor"),
    ("registrar", "--registrar"),
    ("auth_username", "--auth-username"),
    ("password", "--password-file"),
];

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
    let plan = Plan::of(&file, &edit).map_err(|it| Failure::of_options(it, &OPTIONS))?;
    let password = plan
        .keyring
        .map(|_| password::ask(&number, args.password_stdin))
        .transpose()?;
    let added = lines::apply(file, edit, password, FORGETTING)
        .map_err(|it| Failure::not_stored(it, &OPTIONS))?;
    output::print(&format!("{}: {number} is added to {path}", added.id))?;
    reload(place)
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
