//! A copy of the tree in a temporary folder, with a target directory of its own, so that a mutant costs seconds and the work tree nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::patch::{Patch, Room};
use crate::{Fallible, interrupt, process, run};

const SIMULATION: &str = "bellhop-tests-sim";
const CONFORMANCE: &str = "bellhop-tests-conformance";

/// The model test among those of conformance.
const MODEL: &str = "registrar::model";

/// The packages whose tests have to notice.
fn packages(room: Room) -> &'static [&'static str] {
    match room {
        Room::Agent => &["bellhop-agent", "bellhop-endpoint", SIMULATION],
        Room::Registrar => &["bellhop-registrar", CONFORMANCE],
    }
}

/// Few: what a bug breaks over time, it breaks for one laptop in twenty.
const SEEDS: &str = "20";

/// A bug that makes a test run for ever is found as well.
const PATIENCE: Duration = Duration::from_secs(120);

/// The copy. It is gone when this is.
pub(crate) struct Scratch(PathBuf);

/// What the tests say of the copy as it is.
#[derive(Debug, PartialEq)]
pub(crate) enum Trial {
    Passed,
    /// The first test that failed, of each layer. The simulation of the registrar is its model.
    Failed {
        simulation: Option<String>,
        unit: Option<String>,
    },
    NotBuilt(String),
}

impl Scratch {
    /// Copies what git knows, or would know if it were added.
    pub(crate) fn new() -> Fallible<Scratch> {
        let folder = std::env::temp_dir().join(format!("bellhop-mutants-{}", std::process::id()));
        fs::create_dir(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        let scratch = Scratch(folder);
        let names = run::output(Command::new("git").current_dir(run::workspace()).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            let from = run::workspace().join(name);
            // A file that was removed and not committed is still listed.
            if from.is_file() {
                let to = scratch.tree().join(name);
                fs::create_dir_all(to.parent().unwrap_or(&to))?;
                fs::copy(from, to)?;
            }
        }
        Ok(scratch)
    }

    pub(crate) fn place(&self) -> String {
        self.0.display().to_string()
    }

    fn tree(&self) -> PathBuf {
        self.0.join("tree")
    }

    pub(crate) fn apply(&self, patch: &Patch) -> Fallible<()> {
        self.git_apply(&[], &patch.file)
    }

    pub(crate) fn take_back(&self, patch: &Patch) -> Fallible<()> {
        self.git_apply(&["--reverse"], &patch.file)
    }

    fn git_apply(&self, flags: &[&str], file: &Path) -> Fallible<()> {
        // Should the temporary folder lie in a repository, it is not that one which is meant.
        run::output(
            Command::new("git")
                .current_dir(self.tree())
                .env("GIT_CEILING_DIRECTORIES", &self.0)
                .arg("apply")
                .args(flags)
                .arg(file),
        )
        .map(drop)
    }

    /// Builds and runs the tests of a room; each layer up to its first failure.
    pub(crate) fn trial(&self, room: Room) -> Fallible<Trial> {
        let mut cargo = run::cargo(&["test", "--locked", "--no-run", "--message-format=json"]);
        for package in packages(room) {
            cargo.args(["--package", package]);
        }
        cargo
            .current_dir(self.tree())
            .env("CARGO_TARGET_DIR", self.0.join("target"));
        let built = match run::output(&mut cargo) {
            Ok(built) => built,
            Err(why) => return Ok(Trial::NotBuilt(why.to_string())),
        };
        let (mut simulation, mut unit) = (None, None);
        let programs: Vec<Program> = built.lines().filter_map(Program::parse).collect();
        if programs.is_empty() {
            return Err("cargo built no tests".into());
        }
        for (program, run) in programs
            .iter()
            .flat_map(|p| p.runs().iter().map(move |r| (p, r)))
        {
            let failed = if run.over_time {
                &mut simulation
            } else {
                &mut unit
            };
            if failed.is_none() {
                *failed = self.first_failure(program, run.arguments)?;
            }
        }
        Ok(match (&simulation, &unit) {
            (None, None) => Trial::Passed,
            _ => Trial::Failed { simulation, unit },
        })
    }

    /// Runs a test program and names the first test that failed, or what else became of it.
    fn first_failure(&self, program: &Program, arguments: &[&str]) -> Fallible<Option<String>> {
        let printed = self.0.join("printed");
        let mut command = Command::new(&program.file);
        let mut child = command
            .args(arguments)
            .current_dir(&program.folder)
            .env("CARGO_MANIFEST_DIR", &program.folder)
            .env("BELLHOP_SIM_SEEDS", SEEDS)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(File::create(&printed)?)
            .stderr(Stdio::null())
            .spawn()
            .map_err(|why| format!("{}: {why}", run::words(&command)))?;
        let ended = process::wait(PATIENCE, "it did not end", || Ok(child.try_wait()?));
        let Ok(status) = ended else {
            child.kill()?;
            child.wait()?;
            // The person asked to stop, or nobody waits any longer.
            return if interrupt::asked() {
                Err("Stopped.".into())
            } else {
                Ok(Some("(does not end)".to_owned()))
            };
        };
        let failed = failed_test(&String::from_utf8_lossy(&fs::read(&printed)?));
        Ok((!status.success()).then(|| failed.unwrap_or_else(|| format!("({status})"))))
    }
}

/// A test program.
struct Program {
    kind: Kind,
    /// The folder of its package: where cargo would run it.
    folder: PathBuf,
    file: PathBuf,
}

#[derive(Clone, Copy)]
enum Kind {
    Simulation,
    Conformance,
    Unit,
}

/// One of the layers in a test program.
struct Run {
    over_time: bool,
    arguments: &'static [&'static str],
}

impl Program {
    fn runs(&self) -> &'static [Run] {
        const fn run(over_time: bool, arguments: &'static [&'static str]) -> Run {
            Run {
                over_time,
                arguments,
            }
        }
        const SIMULATES: [Run; 1] = [run(true, &[])];
        const CONFORMS: [Run; 2] = [run(true, &[MODEL]), run(false, &["--skip", MODEL])];
        const UNIT: [Run; 1] = [run(false, &[])];
        match self.kind {
            Kind::Simulation => &SIMULATES,
            Kind::Conformance => &CONFORMS,
            Kind::Unit => &UNIT,
        }
    }

    /// Of a line that cargo prints about what it built.
    fn parse(line: &str) -> Option<Program> {
        let artifact: Value = serde_json::from_str(line).ok()?;
        let is_test = artifact.pointer("/profile/test").and_then(Value::as_bool) == Some(true);
        let file = artifact.get("executable").and_then(Value::as_str)?;
        let folder = Path::new(artifact.get("manifest_path")?.as_str()?).parent()?;
        let id = artifact.get("package_id")?.as_str()?;
        is_test.then(|| Program {
            kind: match id {
                _ if id.contains(SIMULATION) => Kind::Simulation,
                _ if id.contains(CONFORMANCE) => Kind::Conformance,
                _ => Kind::Unit,
            },
            folder: folder.to_path_buf(),
            file: file.into(),
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(why) = fs::remove_dir_all(&self.0) {
            eprintln!("{} is left behind: {why}", self.0.display());
        }
    }
}

/// Of the lines that a test program prints.
fn failed_test(printed: &str) -> Option<String> {
    let name = |line: &str| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(name.to_owned())
    };
    printed.lines().find_map(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_named() {
        let printed = "running 3 tests\ntest a ... ok\ntest b::c ... FAILED\ntest d ... FAILED\n";
        assert_eq!(failed_test(printed), Some("b::c".into()));
        assert_eq!(
            failed_test("test a ... ok\ntest result: ok. 1 passed\n"),
            None
        );
    }
}
