//! `line add`: everything is checked before anything is written.

use std::path::{Path, PathBuf};

use bellhop_control::config::PasswordSource;
use bellhop_control::edit::{self, NewLine};
use bellhop_control::error::{Code, Error};
use bellhop_control::face::number;
use bellhop_sip::{Scheme, Uri};

use super::file::{self, ConfigFile};
use super::{password, reload};
use crate::args::AddArgs;
use crate::engine::Place;
use crate::failure::Failure;
use crate::output;

pub(super) fn add(args: AddArgs, place: &Place) -> Result<(), Failure> {
    check_uri("--aor", &args.aor, Part::User)?;
    if let Some(registrar) = &args.registrar {
        check_uri("--registrar", registrar, Part::Host)?;
    }
    let config = ConfigFile::existing_or_new(args.config.config)?;
    let source = args
        .password_file
        .as_deref()
        .map(absolute_file)
        .transpose()?
        .map_or(PasswordSource::Keyring, PasswordSource::File);
    let line = NewLine {
        id: args.id,
        aor: args.aor,
        registrar: args.registrar,
        auth_username: args.auth_username,
        password: Some(source.clone()),
    };
    let (edited, id) = edit::add_line(&config.text, &config.name(), &line)
        .map_err(|error| file::refusal(error, ""))?;
    if source == PasswordSource::Keyring {
        let password = password::ask(number(&line.aor), args.password_stdin)?;
        bellhop_engine::secrets::keyring_store(&line.aor, password).map_err(not_stored)?;
    }
    config.write(&edited)?;
    output::print(&format!(
        "{id}: {} is added to {}",
        number(&line.aor),
        config.path.display()
    ))?;
    reload(place)
}

fn not_stored(error: Error) -> Failure {
    let without_keyring = error.code == Code::SecretUnavailable;
    let mut failure = Failure::from(error);
    if without_keyring {
        failure.lines.push("on a machine without one, leave the password in a file of your own: --password-file FILE".to_owned());
    }
    failure
}

/// What a URI must have for its use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    User,
    Host,
}

fn check_uri(option: &str, text: &str, part: Part) -> Result<(), Failure> {
    let fits = text.parse::<Uri>().is_ok_and(|uri| match part {
        Part::User => uri.scheme() == Scheme::Sip && uri.user().is_some() && uri.host().is_some(),
        Part::Host => uri.scheme() == Scheme::Sip && uri.host().is_some(),
    });
    let example = if part == Part::User {
        "sip:tina@example.com"
    } else {
        "sip:pbx.example.com"
    };
    if fits || text.to_ascii_lowercase().starts_with("sips:") {
        // sips: is refused with its own words when the edited config is read.
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{option}: this is not a SIP URI like {example}"
    )))
}

/// The password file's path as the config must have it: what is relative there is relative to the config, what is relative here is relative to here.
fn absolute_file(path: &Path) -> Result<PathBuf, Failure> {
    let absolute = std::path::absolute(path)
        .map_err(|error| Failure::usage(format!("--password-file: {error}")))?;
    if absolute.is_file() {
        Ok(absolute)
    } else {
        Err(Failure::usage(format!(
            "--password-file: there is no file {}",
            absolute.display()
        )))
    }
}
