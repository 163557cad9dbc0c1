//! The test programs of the workspace: built once, together, and then run by layer.
//!
//! `cargo test` once per layer would select other packages each time, so other features, and build the same crates again.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::tally::{self, Tally};
use crate::{Fallible, run};

/// Built and run apart, in the release profile: long runs in virtual time are what it is for.
pub(crate) const SIMULATION: &str = "bellhop-tests-sim";

const LAB: &str = "bellhop-tests-lab";

/// The lab's test program with a suite of its own.
const HOME: &str = "home";

const DESKTOP: &str = "bellhop-tests-desktop";

#[derive(Debug, PartialEq)]
pub(crate) struct Programs(Vec<Program>);

/// One test program.
#[derive(Clone, Debug, PartialEq)]
struct Program {
    package: String,
    target: String,
    /// Whether it is of a `tests/` folder rather than the unit tests of a library or binary.
    integration: bool,
    /// The folder of its package: where cargo would run it.
    folder: PathBuf,
    file: PathBuf,
}

impl Programs {
    pub(crate) fn build() -> Fallible<Programs> {
        let format = "--message-format=json-render-diagnostics";
        let mut cargo = run::cargo(&[
            "test",
            "--locked",
            "--workspace",
            "--exclude",
            SIMULATION,
            "--no-run",
            format,
        ]);
        // What cargo says to the person goes to stderr, straight to the terminal.
        let built = run::output(cargo.stderr(std::process::Stdio::inherit()))?;
        Ok(Programs(built.lines().filter_map(Program::parse).collect()))
    }

    /// All but the layers below: unit tests, conformance, and tests of a crate from outside.
    pub(crate) fn unit(&self) -> Programs {
        self.select(|program| {
            !program.is_of(LAB) && !program.is_desktop() && !program.is_contract()
        })
    }

    /// The binary held against the contracts of command line, config and status.
    pub(crate) fn contract(&self) -> Programs {
        self.select(Program::is_contract)
    }

    pub(crate) fn lab(&self) -> Programs {
        self.select(|program| program.is_of(LAB) && !program.is_home())
    }

    /// Other people's phones and scanners at a home of the tests' own.
    pub(crate) fn home(&self) -> Programs {
        self.select(Program::is_home)
    }

    /// Tray and window on a desktop of the tests' own.
    pub(crate) fn desktop(&self) -> Programs {
        self.select(Program::is_desktop)
    }

    fn select(&self, wanted: impl Fn(&Program) -> bool) -> Programs {
        Programs(
            self.0
                .iter()
                .filter(|program| wanted(program))
                .cloned()
                .collect(),
        )
    }

    pub(crate) fn run(&self, environment: &[(&'static str, String)]) -> Fallible<Tally> {
        let mut tally = Tally::default();
        for program in &self.0 {
            println!("-- {} {}", program.package, program.target);
            let mut command = Command::new(&program.file);
            command
                .current_dir(&program.folder)
                .env("CARGO_MANIFEST_DIR", &program.folder);
            tally +=
                tally::of(command.envs(environment.iter().map(|(name, value)| (name, value))))?;
        }
        Ok(tally)
    }
}

impl Program {
    /// Of a line that cargo prints about what it built.
    fn parse(line: &str) -> Option<Program> {
        let artifact: Value = serde_json::from_str(line).ok()?;
        let is_test = artifact.pointer("/profile/test").and_then(Value::as_bool) == Some(true);
        let file = artifact
            .get("executable")
            .and_then(Value::as_str)
            .filter(|_| is_test)?;
        let folder = Path::new(artifact.get("manifest_path")?.as_str()?).parent()?;
        let kinds = artifact.pointer("/target/kind")?.as_array()?;
        // `path+file:///…/crates/sip#bellhop-sip@0.1.0`, or without the name where the folder has it.
        let id = artifact.get("package_id")?.as_str()?.rsplit_once('#')?;
        let package =
            id.1.split_once('@')
                .map(|(name, _)| name)
                .or_else(|| folder.file_name()?.to_str())?;
        Some(Program {
            package: package.to_owned(),
            target: artifact.pointer("/target/name")?.as_str()?.to_owned(),
            integration: kinds.iter().any(|kind| kind == "test"),
            folder: folder.to_path_buf(),
            file: file.into(),
        })
    }

    fn is_of(&self, package: &str) -> bool {
        self.package == package
    }

    /// Only what is played on that desktop; the unit tests of its parts need none.
    fn is_desktop(&self) -> bool {
        self.is_of(DESKTOP) && self.integration
    }

    fn is_home(&self) -> bool {
        self.is_of(LAB) && self.integration && self.target == HOME
    }

    fn is_contract(&self) -> bool {
        self.package == "bellhop" && self.integration
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(id: &str, folder: &str, kind: &str, test: bool) -> Option<Program> {
        named(id, folder, (kind, "t"), test)
    }

    fn named(id: &str, folder: &str, (kind, name): (&str, &str), test: bool) -> Option<Program> {
        Program::parse(&format!(
            r#"{{"reason":"compiler-artifact","package_id":"{id}","manifest_path":"/b/{folder}/Cargo.toml",
                "target":{{"kind":["{kind}"],"name":"{name}"}},"profile":{{"test":{test}}},"executable":"/t/debug/deps/t-1"}}"#
        ))
    }

    #[test]
    fn a_package_is_named_by_its_id_or_its_folder() {
        let named = artifact(
            "path+file:///b/crates/sip#bellhop-sip@0.1.0",
            "crates/sip",
            "lib",
            true,
        );
        assert_eq!(named.unwrap().package, "bellhop-sip");
        let short = artifact("path+file:///b/xtask#0.1.0", "xtask", "bin", true);
        assert_eq!(short.unwrap().package, "xtask");
    }

    #[test]
    fn what_is_no_test_program_is_left_out() {
        assert_eq!(
            artifact(
                "path+file:///b/crates/bellhop#0.1.0",
                "crates/bellhop",
                "bin",
                false
            ),
            None
        );
        assert_eq!(
            Program::parse(r#"{"reason":"build-finished","success":true}"#),
            None
        );
        assert_eq!(Program::parse("warning: something"), None);
    }

    #[test]
    fn every_program_is_in_exactly_one_layer() {
        let all = Programs(
            [
                artifact(
                    "path+file:///b/crates/bellhop#0.1.0",
                    "crates/bellhop",
                    "test",
                    true,
                ),
                artifact(
                    "path+file:///b/crates/bellhop#0.1.0",
                    "crates/bellhop",
                    "bin",
                    true,
                ),
                artifact(
                    "path+file:///b/crates/netwatch#bellhop-netwatch@0.1.0",
                    "crates/netwatch",
                    "test",
                    true,
                ),
                artifact(
                    "path+file:///b/tests/lab#bellhop-tests-lab@0.1.0",
                    "tests/lab",
                    "test",
                    true,
                ),
                artifact(
                    "path+file:///b/tests/lab#bellhop-tests-lab@0.1.0",
                    "tests/lab",
                    "lib",
                    true,
                ),
                named(
                    "path+file:///b/tests/lab#bellhop-tests-lab@0.1.0",
                    "tests/lab",
                    ("test", HOME),
                    true,
                ),
                artifact(
                    "path+file:///b/tests/desktop#bellhop-tests-desktop@0.1.0",
                    "tests/desktop",
                    "test",
                    true,
                ),
                artifact(
                    "path+file:///b/tests/desktop#bellhop-tests-desktop@0.1.0",
                    "tests/desktop",
                    "lib",
                    true,
                ),
            ]
            .into_iter()
            .flatten()
            .collect(),
        );
        assert_eq!(
            (
                all.contract().0.len(),
                all.lab().0.len(),
                all.home().0.len(),
                all.desktop().0.len(),
                all.unit().0.len()
            ),
            (1, 2, 1, 1, 3)
        );
    }
}
