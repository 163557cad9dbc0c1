//! `cargo xtask bench rebind`: the lab's bench, with all that it runs installed first.

use crate::packages::{self, Package};
use crate::test::LAB_PACKAGES;
use crate::{Fallible, run, test};

/// What the bench runs beside the lab's own.
const PACKAGES: [Package; 3] = [
    Package::new("iproute2", "ip", "builds the networks of the lab"),
    Package::new("baresip-core", "baresip", "a phone to compare with"),
    Package::new("linphone-cli", "linphone-daemon", "another one"),
];

/// What a person asked for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wanted {
    quick: bool,
    yes: bool,
    times: Option<u32>,
}

impl Wanted {
    /// Of the words of the command line; `None` when one is unknown.
    pub(super) fn read(words: &[&str]) -> Option<Wanted> {
        let mut wanted = Wanted::default();
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            match word {
                "--quick" => wanted.quick = true,
                "--yes" => wanted.yes = true,
                "--times" => {
                    let times = words.next()?.parse().ok();
                    wanted.times = Some(times.filter(|times| *times > 0)?);
                }
                _ => return None,
            }
        }
        Some(wanted)
    }

    fn passed_on(&self) -> Vec<String> {
        let quick = self.quick.then(|| "--quick".to_owned());
        let times = self
            .times
            .map(|times| ["--times".to_owned(), times.to_string()]);
        quick
            .into_iter()
            .chain(times.into_iter().flatten())
            .collect()
    }
}

pub(super) fn run(wanted: &Wanted) -> Fallible<()> {
    packages::need(&[&PACKAGES, &LAB_PACKAGES, &[test::asterisk()]], wanted.yes)?;
    let mut bench = run::cargo(&[
        "bench",
        "--locked",
        "--package",
        "bellhop-tests-lab",
        "--bench",
        "rebind",
        "--",
    ]);
    run::well(bench.args(wanted.passed_on()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_passed_on_to_the_lab() {
        let wanted = Wanted::read(&["--times", "20", "--yes", "--quick"]).unwrap();
        assert!(wanted.yes);
        assert_eq!(wanted.passed_on(), ["--quick", "--times", "20"]);
        assert!(Wanted::read(&[]).unwrap().passed_on().is_empty());
    }

    #[test]
    fn a_count_that_is_none_is_refused() {
        for words in [
            &["--times"] as &[&str],
            &["--times", "0"],
            &["--times", "many"],
            &["--tmies", "1"],
        ] {
            assert_eq!(Wanted::read(words), None);
        }
    }
}
