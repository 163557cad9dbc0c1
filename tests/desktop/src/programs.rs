//! The programs under test, side by side in a folder as an installation has them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use bellhop_tests_support::binary::{self, target_directory, workspace};

use crate::desktop::Desktop;

/// Names the environment variable that points the tests at another build of the tray; it must have the feature `automation`.
pub const TRAY_VARIABLE: &str = "BELLHOP_TRAY_BIN";
/// The same for the example `minimal` of the tray's package: the least that Tauri can be.
pub const MINIMAL_VARIABLE: &str = "BELLHOP_MINIMAL_TRAY";
/// Names the `xtask` whose demo is looked at.
pub const XTASK_VARIABLE: &str = "BELLHOP_XTASK";
/// Tells the tests inside their namespaces where the folder is.
const FOLDER_VARIABLE: &str = "BELLHOP_DESKTOP_PROGRAMS";

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Builds what the environment does not name, and puts all of it into one folder.
    ///
    /// # Errors
    /// When a build fails.
    pub fn gather() -> Result<Programs> {
        let folder = target_directory()?.join("desktop/bin");
        fs::create_dir_all(&folder)?;
        let engine = binary::bellhop()?;
        let tray = match named(TRAY_VARIABLE)? {
            Some(tray) => tray,
            None => built(&["--features", "automation"], "bellhop-tray")?,
        };
        let minimal = match named(MINIMAL_VARIABLE)? {
            Some(minimal) => minimal,
            None => built(&["--example", "minimal"], "examples/minimal")?,
        };
        let xtask = match named(XTASK_VARIABLE)? {
            Some(xtask) => xtask,
            None => built_xtask()?,
        };
        for (file, name) in [
            (engine, "bellhop"),
            (tray, "bellhop-tray"),
            (minimal, "minimal"),
            (xtask, "xtask"),
        ] {
            // Not in place: a copy may run.
            let fresh = folder.join(format!("{name}.new"));
            fs::copy(&file, &fresh).with_context(|| format!("copying {}", file.display()))?;
            fs::rename(fresh, folder.join(name))?;
        }
        Ok(Programs { folder })
    }

    /// For the process inside.
    #[must_use]
    pub fn variable(&self) -> (&'static str, String) {
        (FOLDER_VARIABLE, self.folder.display().to_string())
    }

    /// Those that the process outside gathered.
    ///
    /// # Errors
    /// When this one is not inside.
    pub fn gathered() -> Result<Programs> {
        let folder = env::var_os(FOLDER_VARIABLE).context("no programs were gathered")?;
        Ok(Programs {
            folder: folder.into(),
        })
    }

    /// Their folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The engine and command line.
    #[must_use]
    pub fn engine(&self) -> PathBuf {
        self.folder.join("bellhop")
    }

    /// Tray and window.
    #[must_use]
    pub fn tray(&self) -> PathBuf {
        self.folder.join("bellhop-tray")
    }

    /// What plays the demo, with these programs.
    #[must_use]
    pub fn demo(&self, desktop: &Desktop) -> Command {
        let mut command = desktop.command(&self.folder.join("xtask"));
        command
            .arg("demo")
            .env(binary::BINARY_VARIABLE, self.engine())
            .env(TRAY_VARIABLE, self.tray())
            .env(MINIMAL_VARIABLE, self.minimal());
        command
    }

    /// A tray that does nothing.
    #[must_use]
    pub fn minimal(&self) -> PathBuf {
        self.folder.join("minimal")
    }
}

fn named(variable: &str) -> Result<Option<PathBuf>> {
    let Some(path) = env::var_os(variable).map(PathBuf::from) else {
        return Ok(None);
    };
    ensure!(
        path.is_file(),
        "{variable} names {}, which is no file",
        path.display()
    );
    Ok(Some(path))
}

fn built(words: &[&str], file: &str) -> Result<PathBuf> {
    let package = ["--release", "--package", "bellhop-tray"];
    let target = build(&[&package, words].concat())?;
    Ok(target.join("release").join(file))
}

fn built_xtask() -> Result<PathBuf> {
    Ok(build(&["--package", "xtask"])?.join("debug/xtask"))
}

fn build(words: &[&str]) -> Result<PathBuf> {
    let target = target_directory()?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet"])
        .args(words)
        .arg("--target-dir")
        .arg(&target)
        .current_dir(workspace());
    let status = command
        .status()
        .context("cargo is needed to build the programs")?;
    if !status.success() {
        bail!(
            "{command:?} failed ({status}): the tests have no program to run. The window's page must be there before (`cargo xtask ui`); {TRAY_VARIABLE}, {MINIMAL_VARIABLE} and {XTASK_VARIABLE} can name programs"
        );
    }
    Ok(target)
}
