//! Where Asterisk is: the system's, or a tree of Debian's unstable release that is made once and kept, where the system has none.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use bellhop_tests_support::tools;

use crate::namespace::program;

/// The program, in the tree.
const PROGRAM: &str = "usr/sbin/asterisk";
/// Debian's release that has Asterisk.
const RELEASE: &str = "sid";
/// Nothing in the tree is run while it is made, so nobody needs to be root for it.
const UNPRIVILEGED: &str = "--mode=chrootless";
/// On a mirror that stands still the release file runs out.
const OLD_IS_FINE: &str = r#"--aptopt=Acquire::Check-Valid-Until "false""#;
/// What Asterisk only recommends is not needed.
const LIGHT: &str = r#"--aptopt=APT::Install-Recommends "false""#;

/// An Asterisk that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The folder that stands for `/`.
    root: PathBuf,
}

impl Installed {
    /// The system's Asterisk, else the tree, which is made where it is missing.
    ///
    /// # Errors
    /// What to install.
    pub fn find_or_make() -> Result<(Self, String)> {
        if tools::find("asterisk").is_some() {
            return Ok((Self::at("/".into()), "the system's".to_owned()));
        }
        let root = kept()?;
        if root.join(PROGRAM).is_file() {
            let told = format!("kept in {}", root.display());
            return Ok((Self::at(root), told));
        }
        let began = Instant::now();
        make(&root)
            .context("no Asterisk here (apt-get install asterisk where the system has it)")?;
        let told = format!(
            "made in {:.1} s and kept in {}",
            began.elapsed().as_secs_f64(),
            root.display()
        );
        Ok((Self::at(root), told))
    }

    /// What stands in `root`.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder that stands for `/`.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A command that runs Asterisk: out of a tree by the tree's own loader, with the tree's own libraries.
    ///
    /// # Errors
    /// When a part of the tree is missing.
    pub fn command(&self) -> Result<Command> {
        if self.root == Path::new("/") {
            return program("asterisk");
        }
        let libraries = self.libraries()?;
        let loader = entries(&libraries)?.into_iter().find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("ld-linux"))
        });
        let mut command = Command::new(loader.context("the tree has no loader")?);
        command.arg("--library-path").arg(libraries);
        command.arg(self.root.join(PROGRAM));
        Ok(command)
    }

    /// The folder of the modules.
    ///
    /// # Errors
    /// When there is none.
    pub fn modules(&self) -> Result<PathBuf> {
        Ok(self.libraries()?.join("asterisk/modules"))
    }

    /// The folder of the documentation that Asterisk reads its defaults from.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.root.join("usr/share/asterisk")
    }

    /// The folder of libraries that has Asterisk's modules: its name is the machine's.
    fn libraries(&self) -> Result<PathBuf> {
        entries(&self.root.join("usr/lib"))?
            .into_iter()
            .find(|path| path.join("asterisk/modules").is_dir())
            .with_context(|| format!("no modules of Asterisk below {}", self.root.display()))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

fn kept() -> Result<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty());
    let cache = cache.map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = cache.or_else(home).context("HOME is not set")?;
    Ok(cache.join("bellhop-lab/asterisk"))
}

/// Makes the tree beside its place and moves it there when it is whole.
fn make(root: &Path) -> Result<()> {
    let mirror = mirror()?;
    if tools::find("mmdebstrap").is_none() {
        bail!("making a tree with it needs mmdebstrap: apt-get install mmdebstrap");
    }
    let folder = root.parent().context("no folder to keep it in")?;
    fs::create_dir_all(folder)?;
    let beside = tempfile::Builder::new()
        .prefix("making-")
        .tempdir_in(folder)?;
    let tree = beside.path().join("tree");
    let output = unpacking(&tree, &mirror)?.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        bail!("mmdebstrap ended with {}: {}", output.status, told.trim());
    }
    let moved = fs::rename(&tree, root);
    if root.join(PROGRAM).is_file() {
        // Another run may have been faster: its tree is as good.
        return Ok(());
    }
    moved.context("moving the tree to its place")?;
    bail!("mmdebstrap made a tree without {PROGRAM}")
}

/// Unpacks Asterisk and what it needs into a folder. Nothing of it is set up: Asterisk gets its files from the lab.
fn unpacking(tree: &Path, mirror: &str) -> Result<Command> {
    let mut command = program("mmdebstrap")?;
    command
        .args([
            "--quiet",
            "--variant=extract",
            UNPRIVILEGED,
            "--include=asterisk",
        ])
        .args([OLD_IS_FINE, LIGHT, RELEASE])
        .arg(tree)
        .arg(mirror);
    Ok(command)
}

/// The mirror that the system itself is installed from: apt's first source of its own release.
fn mirror() -> Result<String> {
    let output = program("apt-get")?
        .args([
            "indextargets",
            "--no-release-info",
            "--format",
            "$(RELEASE) $(COMPONENT) $(REPO_URI)",
            "Created-By: Packages",
        ])
        .stdin(Stdio::null())
        .output()?;
    let system = fs::read_to_string("/etc/os-release")?;
    source(&String::from_utf8_lossy(&output.stdout), &system)
        .map(str::to_owned)
        .context("a tree can only be made on Debian, from the mirror in its apt sources")
}

fn source<'a>(targets: &'a str, system: &str) -> Option<&'a str> {
    let value = |name: &str| {
        let line = system.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim_matches('"'))
    };
    let own = format!("{} main ", value("VERSION_CODENAME=")?);
    if value("ID=") != Some("debian") {
        return None;
    }
    targets.lines().find_map(|line| line.strip_prefix(&own))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGETS: &str =
        "stable main https://other.test/\nbookworm main https://mirror.test/debian/\n";

    #[test]
    fn the_mirror_is_that_of_the_systems_own_release() {
        let system = "NAME=\"Debian\"\nVERSION_CODENAME=bookworm\nID=debian\n";
        assert_eq!(source(TARGETS, system), Some("https://mirror.test/debian/"));
    }

    #[test]
    fn another_system_has_no_mirror_of_debian() {
        assert_eq!(
            source(TARGETS, "VERSION_CODENAME=bookworm\nID=other\n"),
            None
        );
    }
}
