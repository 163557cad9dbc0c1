//! `cargo xtask mutants`: do the tests bite? Each known bug is put into a copy of the tree, and some test has to fail.

mod patch;
mod scratch;

use std::time::Instant;

use crate::{Fallible, interrupt};
use patch::{Patch, Room};
use scratch::{Scratch, Trial};

/// What the tests said of one bug.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// The first test that failed, of the simulation and of the packages' own.
    Found {
        simulation: Option<String>,
        unit: Option<String>,
    },
    Survived,
    /// The tree has moved on: the patch no longer applies, or what comes of it does not compile.
    Outdated(String),
}

/// Tries every patch, or those whose name contains one of the words.
pub(crate) fn run(words: &[&str]) -> Fallible<()> {
    let patches: Vec<Patch> = patch::all()?
        .into_iter()
        .filter(|patch| words.is_empty() || words.iter().any(|word| patch.name.contains(word)))
        .collect();
    if patches.is_empty() {
        return Err("No mutant has such a name.".into());
    }
    interrupt::watch()?;
    let scratch = Scratch::new()?;
    println!("the tree as it is, in {}", scratch.place());
    for room in Room::ALL {
        if patches.iter().all(|patch| patch.room != room) {
            continue;
        }
        match scratch.trial(room)? {
            Trial::Passed => {}
            Trial::Failed { simulation, unit } => {
                let test = simulation.or(unit).unwrap_or_default();
                return Err(format!("The tree as it is fails already: {test}").into());
            }
            Trial::NotBuilt(why) => {
                return Err(format!("The tree as it is does not build.\n{why}").into());
            }
        }
    }
    let mut rows = Vec::new();
    for patch in patches {
        if interrupt::asked() {
            return Err("Stopped.".into());
        }
        let start = Instant::now();
        let verdict = judge(&scratch, &patch)?;
        let seconds = start.elapsed().as_secs();
        println!(
            "{seconds:>4} s  {}: {}",
            patch.name,
            verdict.words(patch.room)
        );
        rows.push((patch, verdict));
    }
    close(&rows)
}

fn judge(scratch: &Scratch, patch: &Patch) -> Fallible<Verdict> {
    if let Err(why) = scratch.apply(patch) {
        return Ok(Verdict::Outdated(why.to_string()));
    }
    let trial = scratch.trial(patch.room);
    scratch.take_back(patch)?;
    Ok(match trial? {
        Trial::Passed => Verdict::Survived,
        Trial::Failed { simulation, unit } => Verdict::Found { simulation, unit },
        Trial::NotBuilt(why) => Verdict::Outdated(why),
    })
}

impl Verdict {
    fn words(&self, room: Room) -> String {
        match self {
            Verdict::Found { simulation, unit } => {
                let by = |layer: &str, test: &Option<String>| {
                    test.as_ref().map(|test| format!("{layer} {test}"))
                };
                let found = [by(room.over_time(), simulation), by("unit", unit)];
                let found: Vec<String> = found.into_iter().flatten().collect();
                found.join(", ")
            }
            Verdict::Survived => "SURVIVED".to_owned(),
            Verdict::Outdated(_) => "OUTDATED".to_owned(),
        }
    }
}

/// Prints the table; an error unless every bug was found.
fn close(rows: &[(Patch, Verdict)]) -> Fallible<()> {
    let width = rows.iter().map(|(patch, _)| patch.name.len()).max();
    let width = width.unwrap_or_default();
    println!("\n{:<width$}  found by", "mutant");
    for (patch, verdict) in rows {
        println!("{:<width$}  {}", patch.name, verdict.words(patch.room));
    }
    let mut open = 0;
    for (patch, verdict) in rows {
        let why = match verdict {
            Verdict::Found { .. } => continue,
            Verdict::Survived => "no test notices it",
            Verdict::Outdated(why) => why,
        };
        open += 1;
        println!("\n{} ({}): {}", patch.name, patch.bug, why.trim());
    }
    let by_simulation = rows
        .iter()
        .filter(|(_, verdict)| {
            matches!(
                verdict,
                Verdict::Found {
                    simulation: Some(_),
                    ..
                }
            )
        })
        .count();
    let all = rows.len();
    println!(
        "\n{} of {all} found, {by_simulation} by simulation or model",
        all - open
    );
    if open == 0 {
        Ok(())
    } else {
        Err("Not every mutant was found.".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(verdict: Verdict) -> (Patch, Verdict) {
        let patch = Patch {
            name: "bug".into(),
            bug: "what it is".into(),
            file: "bug.patch".into(),
            room: Room::Agent,
        };
        (patch, verdict)
    }

    fn found() -> Verdict {
        Verdict::Found {
            simulation: Some("roams".into()),
            unit: Some("asks".into()),
        }
    }

    #[test]
    fn both_layers_are_named() {
        assert_eq!(found().words(Room::Agent), "sim roams, unit asks");
        assert_eq!(found().words(Room::Registrar), "model roams, unit asks");
    }

    #[test]
    fn one_survivor_or_outdated_patch_is_a_failure() {
        assert!(close(&[row(found())]).is_ok());
        assert!(close(&[row(found()), row(Verdict::Survived)]).is_err());
        assert!(close(&[row(Verdict::Outdated("no hunk".into())), row(found())]).is_err());
    }
}
