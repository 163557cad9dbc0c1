//! Running other programs to their end.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Fallible;

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Cargo, the same that started this, in the folder of the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(arguments)
        .current_dir(workspace())
        .stdin(Stdio::null());
    command
}

/// Where cargo puts what it builds.
pub(crate) fn target_directory() -> Fallible<PathBuf> {
    let metadata: serde_json::Value = serde_json::from_str(&output(&mut cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]))?)?;
    Ok(metadata
        .get("target_directory")
        .and_then(serde_json::Value::as_str)
        .ok_or("cargo does not say where it builds")?
        .into())
}

/// Runs it with this terminal; an error when it does not end well.
pub(crate) fn well(command: &mut Command) -> Fallible<()> {
    let status = command
        .status()
        .map_err(|why| format!("{}: {why}", words(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", words(command)).into())
    }
}

/// Runs it unseen; whether it ended well.
pub(crate) fn quietly(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs it and gives what it printed on stdout; an error, with what it said on stderr, when it does not end well.
pub(crate) fn output(command: &mut Command) -> Fallible<String> {
    let done = command
        .output()
        .map_err(|why| format!("{}: {why}", words(command)))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(format!(
        "{} ended with {}: {}",
        words(command),
        done.status,
        said.trim()
    )
    .into())
}

/// Runs it with `input` on its stdin.
pub(crate) fn fed(command: &mut Command, input: &str) -> Fallible<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|why| format!("{}: {why}", words(command)))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let status = child.wait()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", words(command)).into())
    }
}

/// The file of a program, as the shell would find it; the folders of the superuser's programs count too.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The file of a shared library, as the dynamic linker of Debian and its relatives would find it.
pub(crate) fn library(name: &str) -> Option<PathBuf> {
    let told = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let roots = ["/usr/local/lib", "/usr/lib", "/usr/lib64", "/lib"].map(PathBuf::from);
    // Debian has a folder for each architecture below.
    let below = roots.iter().flat_map(|root| {
        let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
        entries.map(|entry| entry.path())
    });
    std::env::split_paths(&told)
        .chain(roots.iter().cloned())
        .chain(below.filter(|path| path.to_string_lossy().contains("-linux-")))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The command as one would type it.
pub(crate) fn words(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_where_the_shell_finds_it() {
        assert!(program("sh").is_some());
        assert_eq!(program("there-is-no-such-program"), None);
    }

    #[test]
    fn a_failure_names_the_command() {
        let why = well(Command::new("false").arg("--quietly"))
            .unwrap_err()
            .to_string();
        assert!(why.starts_with("false --quietly ended with"), "{why}");
    }

    #[test]
    fn output_keeps_what_was_said_on_stderr() {
        let why =
            output(Command::new("sh").args(["-c", "echo no such door >&2; exit 3"])).unwrap_err();
        assert!(why.to_string().ends_with("no such door"), "{why}");
    }
}
