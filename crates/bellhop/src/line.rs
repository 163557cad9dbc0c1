//! `line`: the lines of the config, and their passwords.

use bellhop_control::config::{PasswordSource, Written, WrittenLine};
use bellhop_control::edit;
use bellhop_control::face::number;
use bellhop_control::protocol::Request;

use crate::args::LineCommand;
use crate::engine::Place;
use crate::failure::Failure;
use crate::output;

mod add;
pub(crate) mod file;
mod list;
mod password;

use file::ConfigFile;

pub(crate) fn line(command: LineCommand, place: &Place) -> Result<(), Failure> {
    match command {
        LineCommand::Add(args) => add::add(args, place),
        LineCommand::List { config } => list::list(config.config),
        LineCommand::Remove { line, config } => {
            remove(&line, &ConfigFile::existing(config.config)?, place)
        }
        LineCommand::Password {
            line,
            password_stdin,
            config,
        } => change_password(
            &line,
            password_stdin,
            &ConfigFile::existing(config.config)?,
            place,
        ),
    }
}

fn remove(id: &str, file: &ConfigFile, place: &Place) -> Result<(), Failure> {
    let edited = edit::remove_line(&file.text, &file.name(), id)
        .map_err(|error| file::refusal(error, id))?;
    let password = password_only_of(id, file);
    file.write(&edited)?;
    output::print(&format!("{id} is removed from {}", file.path.display()))?;
    if let Some(aor) = password {
        // The line is gone all the same; what stays behind is told.
        if let Err(error) = bellhop_engine::secrets::keyring_forget(&aor) {
            output::say(&format!(
                "its password may still be in the keyring: {error}"
            ));
        }
    }
    reload(place)
}

/// The AOR whose password nobody needs any more once the line is gone.
fn password_only_of(id: &str, file: &ConfigFile) -> Option<String> {
    let written = Written::parse(&file.text, &file.name()).ok()?;
    let in_keyring = |line: &&WrittenLine| line.password.value == PasswordSource::Keyring;
    let removed = written
        .lines
        .iter()
        .filter(in_keyring)
        .find(|line| line.id.value == id)?;
    let mut same = written
        .lines
        .iter()
        .filter(in_keyring)
        .filter(|line| line.aor.value == removed.aor.value);
    (same.next().is_some() && same.next().is_none()).then(|| removed.aor.value.clone())
}

fn change_password(
    id: &str,
    from_stdin: bool,
    file: &ConfigFile,
    place: &Place,
) -> Result<(), Failure> {
    let written =
        Written::parse(&file.text, &file.name()).map_err(|problems| Failure::config(&problems))?;
    let Some(line) = written.lines.iter().find(|line| line.id.value == id) else {
        return Err(file::refusal(edit::EditError::NoSuchLine, id));
    };
    match &line.password.value {
        PasswordSource::Keyring => {}
        PasswordSource::File(_) => {
            return Err(Failure::refused(format!(
                "the config takes the password of {id} from a file; change that file, then: bellhop rebind {id}"
            )));
        }
        PasswordSource::Env(_) => {
            return Err(Failure::refused(format!(
                "the config takes the password of {id} from the engine's environment; change it there"
            )));
        }
    }
    let password = password::ask(number(&line.aor), from_stdin)?;
    bellhop_engine::secrets::keyring_store(&line.aor, password)?;
    output::print(&format!("the password of {id} is stored in the keyring"))?;
    match place.connect_if_running()? {
        Some(mut engine) => engine.done(Request::ForgetSecret {
            line: id.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Asks a running engine to read its config again.
fn reload(place: &Place) -> Result<(), Failure> {
    match place.connect_if_running()? {
        Some(mut engine) => engine.done(Request::Reload),
        None => Ok(()),
    }
}
