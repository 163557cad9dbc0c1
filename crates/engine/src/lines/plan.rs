//! What a change of the config comes to: its text, its lines, and what the keyring has to do with it. Nothing is changed here.

use bellhop_control::config::{PasswordSource, Problem, Written};
use bellhop_control::edit;
use bellhop_control::protocol::{LineSettings, PasswordPlace};

use super::home::{self, HomeEdit};
use super::{ConfigFile, Refused};
use crate::config::{self, LineSettings as Resolved, Settings};
use crate::secrets::Source;

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A new line.
    Add {
        /// What the config is to say.
        settings: LineSettings,
    },
    /// Other settings for a line.
    Change {
        /// Its id as it is.
        line: String,
        /// What the config is to say.
        settings: LineSettings,
    },
    /// A line less.
    Remove {
        /// Its id.
        line: String,
    },
    /// Another home.
    Home(HomeEdit),
}

impl Edit {
    /// The id of the line as it is; none of a new one.
    pub(crate) fn line(&self) -> Option<&str> {
        match self {
            Edit::Add { .. } | Edit::Home(_) => None,
            Edit::Change { line, .. } | Edit::Remove { line } => Some(line),
        }
    }
}

/// A change that makes sense.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The id of the line or the name of the device, as it will be.
    pub id: String,
    /// What a new device gets.
    pub extension: Option<String>,
    /// The number or device whose password belongs into the keyring.
    pub keyring: Option<String>,
    /// The number that the line had in the keyring before, if it was another one.
    pub(super) moves_from: Option<String>,
    /// The number or device whose password in the keyring nobody needs any more.
    pub(super) unneeded: Option<String>,
    pub(super) text: String,
    pub(super) settings: Settings,
}

impl Plan {
    /// Checks all that can be checked without the keyring.
    ///
    /// # Errors
    /// Whatever is in the way.
    pub fn of(file: &ConfigFile, edit: &Edit) -> Result<Plan, Refused> {
        let name = file.name();
        let resolve = |text: &str| config::resolve(text, &name, file.directory());
        let before = resolve(&file.text).map_err(Refused::Config)?;
        let (text, id) = match edit {
            Edit::Add { settings } => edit::add_line(&file.text, &name, settings),
            Edit::Change { line, settings } => edit::edit_line(&file.text, &name, line, settings),
            Edit::Remove { line } => {
                edit::remove_line(&file.text, &name, line).map(|text| (text, line.clone()))
            }
            Edit::Home(edit) => return home::plan(file, edit),
        }
        .map_err(|error| Refused::of(error, edit.line().unwrap_or_default()))?;
        let settings = resolve(&text).map_err(Refused::Settings)?;
        let lines = &settings.lines;
        let was = edit
            .line()
            .and_then(|line| keyring_entry(&before.lines, line));
        let keyring = match edit {
            Edit::Add { .. } | Edit::Change { .. } => keyring_entry(lines, &id),
            Edit::Remove { .. } | Edit::Home(_) => None,
        };
        let needed = |aor: &String| {
            lines
                .iter()
                .any(|line| line.secret == Source::Keyring { user: aor.clone() })
        };
        let plan = Plan {
            id,
            extension: None,
            moves_from: was
                .clone()
                .filter(|was| keyring.as_ref().is_some_and(|keyring| keyring != was)),
            unneeded: was.filter(|was| !needed(was)),
            keyring,
            text,
            settings,
        };
        plan.finds_its_password_file(file, edit)?;
        Ok(plan)
    }

    /// A file that is named anew is there.
    fn finds_its_password_file(&self, file: &ConfigFile, edit: &Edit) -> Result<(), Refused> {
        let (Edit::Add { settings } | Edit::Change { settings, .. }) = edit else {
            return Ok(());
        };
        let PasswordPlace::File { path } = &settings.password else {
            return Ok(());
        };
        let said_before = edit
            .line()
            .and_then(|line| super::settings(file, line).ok());
        let is_new = said_before.is_none_or(|before| before.password != settings.password);
        if is_new && !file.directory().join(path).is_file() {
            let at = Written::parse(&self.text, &file.name())
                .ok()
                .and_then(|written| {
                    let line = written.lines.iter().find(|line| line.id.value == self.id)?;
                    Some(line.password.line)
                });
            return Err(Refused::Settings(vec![Problem::at(
                &file.name(),
                at.unwrap_or(1),
                "password",
                "there is no such file",
            )]));
        }
        Ok(())
    }
}

/// The number under which the keyring has the line's password.
fn keyring_entry(lines: &[Resolved], id: &str) -> Option<String> {
    let line = lines.iter().find(|line| line.id == id)?;
    match &line.secret {
        Source::Keyring { user } => Some(user.clone()),
        Source::File(_) | Source::Env(_) | Source::Demo => None,
    }
}

/// Where a line's password is, for who wants to store another one.
pub(super) fn password_source(
    file: &ConfigFile,
    line: &str,
) -> Result<(String, PasswordSource), Refused> {
    let written = Written::parse(&file.text, &file.name()).map_err(Refused::Config)?;
    let found = written.lines.into_iter().find(|it| it.id.value == line);
    let found = found.ok_or_else(|| Refused::of(edit::EditError::NoSuchLine, line))?;
    Ok((found.aor.value.trim().to_owned(), found.password.value))
}
