//! The bugs: a folder of unified diffs, each below a line that says what it breaks.

use std::fs;
use std::path::PathBuf;

use crate::{Fallible, run};

const FOLDER: &str = "tests/sim/mutants";

/// One bug.
#[derive(Debug)]
pub(crate) struct Patch {
    pub(crate) name: String,
    /// The first line of the file.
    pub(crate) bug: String,
    pub(crate) file: PathBuf,
    /// Whose tests have to notice.
    pub(crate) room: Room,
}

/// Where a bug lies, and so who is to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// The agent and what carries it: their own tests, and the simulation.
    Agent,
    /// The registrar: its own tests, those by RFC, and the model.
    Registrar,
}

impl Room {
    pub(crate) const ALL: [Room; 2] = [Room::Agent, Room::Registrar];

    /// Of the file that a patch changes.
    fn of(text: &str) -> Room {
        let touches = |line: &str| line.starts_with("+++ b/crates/registrar/");
        if text.lines().any(touches) {
            Room::Registrar
        } else {
            Room::Agent
        }
    }

    /// What finds bugs that take many steps.
    pub(crate) fn over_time(self) -> &'static str {
        match self {
            Room::Agent => "sim",
            Room::Registrar => "model",
        }
    }
}

/// All of them, by name.
pub(crate) fn all() -> Fallible<Vec<Patch>> {
    let mut patches = Vec::new();
    for entry in fs::read_dir(run::workspace().join(FOLDER))? {
        let file = entry?.path();
        if file
            .extension()
            .is_some_and(|extension| extension == "patch")
        {
            let text = fs::read_to_string(&file)?;
            let room = Room::of(&text);
            let bug = bug(&text)
                .ok_or_else(|| format!("{} does not begin with what the bug is", file.display()))?;
            let name = file.file_stem().unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            patches.push(Patch {
                name,
                bug,
                file,
                room,
            });
        }
    }
    patches.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(patches)
}

fn bug(text: &str) -> Option<String> {
    let first = text.lines().next()?.trim();
    let is_diff = ["---", "+++", "diff ", "@@"]
        .iter()
        .any(|mark| first.starts_with(mark));
    (!first.is_empty() && !is_diff).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_says_what_it_breaks() {
        assert_eq!(bug("It waits.\n\n--- a/x\n"), Some("It waits.".into()));
        assert_eq!(bug("--- a/x\n+++ b/x\n"), None);
        assert_eq!(bug(""), None);
    }

    #[test]
    fn there_are_bugs_and_every_one_is_told() {
        let all = all().unwrap();
        let of = |room| all.iter().filter(|patch| patch.room == room).count();
        assert!(of(Room::Agent) >= 15 && of(Room::Registrar) >= 10);
    }
}
