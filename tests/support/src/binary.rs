//! The program under test: the release build of `bellhop`, or the one that `BELLHOP_BIN` names.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Names the environment variable that points the tests at another build.
pub const BINARY_VARIABLE: &str = "BELLHOP_BIN";

/// Path of the `bellhop` to test: what [`BINARY_VARIABLE`] names, else the release build, which cargo brings up to date first.
///
/// # Errors
/// When the variable names no file, or when the build fails: the sentence names the command to repeat.
pub fn bellhop() -> Result<PathBuf> {
    if let Some(named) = env::var_os(BINARY_VARIABLE) {
        let path = PathBuf::from(named);
        if !path.is_file() {
            bail!(
                "{BINARY_VARIABLE} names {}, which is no file",
                path.display()
            );
        }
        return path
            .canonicalize()
            .context("resolving the path of the program under test");
    }
    build()
}

fn build() -> Result<PathBuf> {
    let target = target_directory()?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--release",
            "--package",
            "bellhop",
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(workspace())
        .status()
        .context("cargo is needed to build the program under test")?;
    if !status.success() {
        bail!(
            "`cargo build --release --package bellhop` failed ({status}): the tests have no program to run; {BINARY_VARIABLE} can name one"
        );
    }
    let path = target
        .join("release")
        .join(format!("bellhop{}", env::consts::EXE_SUFFIX));
    if !path.is_file() {
        bail!("cargo built no {}", path.display());
    }
    Ok(path)
}

/// The target directory that this test was built into: tests run from `<target>/<profile>/deps`.
///
/// # Errors
/// When the running program is somewhere else.
pub fn target_directory() -> Result<PathBuf> {
    let program = env::current_exe().context("finding the running program")?;
    let deps = program
        .ancestors()
        .find(|folder| folder.file_name().is_some_and(|name| name == "deps"));
    let target = deps.and_then(|deps| deps.ancestors().nth(2));
    target.map(Path::to_path_buf).with_context(|| {
        format!(
            "{} is not in a target directory of cargo",
            program.display()
        )
    })
}

/// The root of the workspace's sources.
#[must_use]
pub fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .ancestors()
        .nth(2)
        .unwrap_or(manifest)
        .to_path_buf()
}
