//! The suite that looks at the tree itself: arrows between rooms, and rules that hold for every file.

mod arrows;
mod files;

use super::tally::Tally;
use crate::{Fallible, run};

/// Runs every rule; each is one test.
pub(crate) fn check() -> Fallible<Tally> {
    let rooms = arrows::Room::all()?;
    let tree = files::Tree::read(&run::workspace())?;
    let rules = [
        (
            "rooms depend only as the plan's arrows go",
            arrows::astray(&rooms),
        ),
        (
            "rooms without I/O reach no runtime, socket or clock",
            arrows::impure(&rooms)?,
        ),
        (
            "tray and window are built of their own room and control only",
            arrows::behind_the_face(&rooms)?,
        ),
        (
            "every package obeys the workspace's lints",
            arrows::unlinted(&rooms)?,
        ),
        (
            "a lint holds the clock out of every room without I/O",
            arrows::clocked(&rooms),
        ),
        ("no file has more than 600 lines", tree.too_long()),
        ("no unsafe code", tree.unsafe_code()),
        (
            "no address of a package registry outside Cargo.lock",
            tree.registries(),
        ),
    ];
    let mut tally = Tally::default();
    for (rule, offenders) in rules {
        println!(
            "{} ... {}",
            rule,
            if offenders.is_empty() { "ok" } else { "FAILED" }
        );
        for offender in &offenders {
            println!("    {offender}");
        }
        tally += if offenders.is_empty() {
            Tally::ONE_PASSED
        } else {
            Tally::ONE_FAILED
        };
    }
    Ok(tally)
}
