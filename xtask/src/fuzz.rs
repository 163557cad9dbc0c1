//! `cargo xtask fuzz`: the targets of `fuzz/`, one after the other, with libFuzzer.
//!
//! What keeps an input that finds something new is under the target directory; the seeds in `fuzz/seeds` stay as they are, and the tests run them. A finding is to be
//! made small (`cargo fuzz tmin`), put there, and fixed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Fallible, run};

/// By the names of `fuzz/Cargo.toml`.
const TARGETS: [&str; 3] = ["message", "headers", "registrar"];
/// Of each target.
const SECONDS: u32 = 60;
/// Longer inputs than anybody sends find nothing new.
const LONGEST: u32 = 8192;

/// What was asked for.
#[derive(Debug, PartialEq)]
pub(crate) struct Wanted {
    targets: Vec<&'static str>,
    seconds: u32,
}

impl Wanted {
    /// `None` where there is another word.
    pub(crate) fn of(words: &[&str]) -> Option<Wanted> {
        let mut wanted = Wanted {
            targets: Vec::new(),
            seconds: SECONDS,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if *word == "--seconds" {
                wanted.seconds = words.next()?.parse().ok()?;
            } else {
                let target = TARGETS.iter().find(|target| *target == word)?;
                wanted.targets.push(target);
            }
        }
        if wanted.targets.is_empty() {
            wanted.targets = TARGETS.to_vec();
        }
        Some(wanted)
    }
}

/// Runs them.
pub(crate) fn run(wanted: &Wanted) -> Fallible<()> {
    if run::program("cargo-fuzz").is_none() {
        return Err("There is no cargo-fuzz: cargo install --locked cargo-fuzz".into());
    }
    let folder = run::workspace().join("fuzz");
    let kept = run::target_directory()?.join("fuzz");
    for target in &wanted.targets {
        println!("== {target}, {} s ==", wanted.seconds);
        let found = kept.join(target);
        fs::create_dir_all(&found)?;
        run::well(&mut fuzz(&folder, &kept, target, wanted.seconds))?;
    }
    Ok(())
}

/// Nothing here is unsafe, so no sanitizer is needed, and without one the stable compiler will do, told that it may.
fn fuzz(folder: &Path, kept: &Path, target: &str, seconds: u32) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"])
        .arg(folder)
        .arg("--target-dir")
        .arg(kept.join("target"))
        .arg(target)
        .arg(kept.join(target))
        .arg(folder.join("seeds").join(target))
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={LONGEST}"))
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(run::workspace());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_name_all_targets_are_run() {
        let all = Wanted::of(&[]).unwrap();
        assert_eq!((all.targets.len(), all.seconds), (3, SECONDS));
        let one = Wanted::of(&["headers", "--seconds", "5"]).unwrap();
        assert_eq!((one.targets, one.seconds), (vec!["headers"], 5));
        assert_eq!(Wanted::of(&["--seconds"]), None);
        assert_eq!(Wanted::of(&["tails"]), None);
    }

    #[test]
    fn every_target_has_its_file_and_its_seeds() {
        let folder = run::workspace().join("fuzz");
        for target in TARGETS {
            assert!(folder.join(format!("fuzz_targets/{target}.rs")).is_file());
            assert!(folder.join("seeds").join(target).is_dir());
        }
    }
}
