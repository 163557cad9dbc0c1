//! `check`: is all there that a registration needs? Asked of the running engine, or of one on a temporary state directory.

use std::path::PathBuf;

use bellhop_control::config::Written;
use bellhop_control::error::ActionKind;
use bellhop_control::protocol::{CheckStep, Outcome, Reply, Request, StartedBy};
use bellhop_engine::lines::ConfigFile;
use bellhop_engine::{NetworkSource, Options};

use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::output::{self, Paint};

mod text;

pub(crate) fn check(config: Option<PathBuf>, place: &Place) -> Result<(), Failure> {
    let steps = match place.connect_if_running()? {
        Some(mut engine) => {
            if let Some(named) = &config {
                // The engine that runs has its own config; of the named one the writing is checked.
                let file = ConfigFile::existing(Some(named.clone()))?;
                Written::parse(&file.text, &file.name())
                    .map_err(|problems| Failure::config(&problems))?;
            }
            let reply = engine.request(Request::Check { line: None })?;
            let Reply::Checked { steps } = reply else {
                return Err(engine::unexpected(&reply).into());
            };
            steps
        }
        None => alone(config)?,
    };
    output::print(&text::of(&steps, Paint::of_stdout()))?;
    if steps.iter().all(|step| step.outcome != Outcome::Fails) {
        Ok(())
    } else {
        Err(Failure {
            exit: 1,
            lines: Vec::new(),
        })
    }
}

fn alone(config: Option<PathBuf>) -> Result<Vec<CheckStep>, Failure> {
    output::say("no engine runs here; checking with one of its own");
    let options = Options {
        config,
        state_dir: None,
        started_by: StartedBy::Terminal,
        networks: NetworkSource::Machine,
        ..Options::default()
    };
    Ok(bellhop_engine::check(options)?)
}

/// What to type to take an action, if typing helps.
pub(crate) fn command_for(action: ActionKind, line: Option<&str>) -> Option<String> {
    let line = line.map_or_else(String::new, |line| format!(" {line}"));
    match action {
        // Asked for by a person, the keyring asks to be unlocked.
        ActionKind::TryNow | ActionKind::UnlockKeyring => Some(format!("bellhop rebind{line}")),
        ActionKind::EnterPassword => Some(format!("bellhop line password{line}")),
        ActionKind::Resume => Some(format!("bellhop resume{line}")),
        ActionKind::CopyReport => Some("for IT: bellhop trace".to_owned()),
        ActionKind::OpenBrowser => Some("open any page in a browser".to_owned()),
        ActionKind::None | ActionKind::SetUpPhone => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_type_is_what_is_documented() {
        let documented = include_str!("../../../docs/messages.md");
        for kind in [
            ActionKind::None,
            ActionKind::TryNow,
            ActionKind::EnterPassword,
            ActionKind::UnlockKeyring,
            ActionKind::OpenBrowser,
            ActionKind::CopyReport,
            ActionKind::SetUpPhone,
            ActionKind::Resume,
        ] {
            let head = format!("| `{}` | ", kind.as_str());
            let mut rows = documented.lines().filter(|row| row.starts_with(&head));
            let typed = rows.find_map(|row| row.strip_suffix(" |")?.rsplit_once(" |"));
            let typed = typed.map(|(_, cell)| cell.replace('`', "").trim().to_owned());
            assert_eq!(
                typed,
                Some(command_for(kind, None).unwrap_or_default()),
                "{kind:?}"
            );
        }
    }
}
