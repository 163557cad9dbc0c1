//! `line`: the lines of the config, and their passwords.

use std::time::Duration;

use bellhop_control::protocol::Request;
use bellhop_engine::lines::{self, ConfigFile, Edit};

use crate::args::LineCommand;
use crate::engine::Place;
use crate::failure::Failure;
use crate::{output, password};

mod add;
mod list;

/// So long may taking a password out of the keyring take: its owner may have to unlock it.
const FORGETTING: Duration = Duration::from_secs(60);

pub(crate) fn line(command: LineCommand, place: &Place) -> Result<(), Failure> {
    match command {
        LineCommand::Add(args) => add::add(args, place),
        LineCommand::List { config } => list::list(config.config),
        LineCommand::Remove { line, config } => {
            remove(line, ConfigFile::existing(config.config)?, place)
        }
        LineCommand::Password {
            line,
            password_stdin,
            config,
        } => {
            let file = ConfigFile::existing(config.config)?;
            change_password(line, password_stdin, &file, place)
        }
    }
}

fn remove(line: String, file: ConfigFile, place: &Place) -> Result<(), Failure> {
    let path = file.path.display().to_string();
    let removed = lines::apply(file, Edit::Remove { line }, None, FORGETTING)?;
    output::print(&format!("{} is removed from {path}", removed.id))?;
    if let Some(error) = removed.left_behind {
        // The line is gone all the same; what stays behind is told.
        output::say(&format!(
            "its password may still be in the keyring: {error}"
        ));
    }
    reload(place)
}

fn change_password(
    line: String,
    from_stdin: bool,
    file: &ConfigFile,
    place: &Place,
) -> Result<(), Failure> {
    lines::set_password(file, &line, |number| password::ask(number, from_stdin))?;
    output::print(&format!("the password of {line} is stored in the keyring"))?;
    match place.connect_if_running()? {
        Some(mut engine) => engine.done(Request::ForgetSecret { line }),
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
