//! `cargo xtask bench registrar`: the bench of the home registrar, with what it runs installed first.

use crate::packages::{self, Package};
use crate::{Fallible, run};

/// What the bench runs beside Bellhop.
const PACKAGES: [Package; 1] =
    [
        Package::new("kamailio", "kamailio", "a registrar to compare with")
            .with_service("kamailio"),
    ];

/// What a person asked for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wanted {
    quick: bool,
    yes: bool,
}

impl Wanted {
    /// Of the words of the command line; `None` when one is unknown.
    pub(super) fn read(words: &[&str]) -> Option<Wanted> {
        let mut wanted = Wanted::default();
        for word in words {
            match *word {
                "--quick" => wanted.quick = true,
                "--yes" => wanted.yes = true,
                _ => return None,
            }
        }
        Some(wanted)
    }
}

pub(super) fn run(wanted: &Wanted) -> Fallible<()> {
    packages::need(&[&PACKAGES], wanted.yes)?;
    let mut bench = run::cargo(&[
        "bench",
        "--locked",
        "--package",
        "bellhop-tests-lab",
        "--bench",
        "registrar",
        "--",
    ]);
    run::well(bench.args(wanted.quick.then_some("--quick")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_taken() {
        let wanted = Wanted {
            quick: true,
            yes: true,
        };
        assert_eq!(Wanted::read(&["--yes", "--quick"]), Some(wanted));
        assert_eq!(Wanted::read(&["--times"]), None);
    }
}
