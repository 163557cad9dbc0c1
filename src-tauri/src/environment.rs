//! Variables that let others drive the window, or look into it, do not reach it.
//!
//! What a login script, a wrapper or another program leaves in the environment must not open a door to the page that takes a password.

use std::process::Command;

/// Whoever sets one of these drives or inspects a web view, or puts code into it.
const DOORS: &[&str] = &[
    "TAURI_WEBVIEW_AUTOMATION",
    "WEBKIT_INSPECTOR_SERVER",
    "WEBKIT_INSPECTOR_HTTP_SERVER",
    "WEBKIT_EXEC_PATH",
    "WEBKIT_INJECTED_BUNDLE_PATH",
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS",
    "GTK_DEBUG",
    "WEBVIEW2_ADDITIONAL_BROWSER_ARGUMENTS",
    "WEBVIEW2_BROWSER_EXECUTABLE_FOLDER",
    "WEBVIEW2_PIPE_FOR_SCRIPT_DEBUGGER",
    "WEBVIEW2_USER_DATA_FOLDER",
    "WEBVIEW2_WAIT_FOR_SCRIPT_DEBUGGER",
];

/// Goes on only in an environment without them: a process that was given one becomes the same program without it. The libraries below read
/// them whenever they like, so changing the own environment later would be too late, and is not safe with threads.
///
/// # Errors
/// A sentence, if the program can't be started again.
pub(crate) fn cleaned() -> Result<(), String> {
    let given = |name: &&str| std::env::var_os(name).is_some();
    if cfg!(feature = "automation") || !DOORS.iter().any(given) {
        return Ok(());
    }
    let own = crate::program::own().map_err(|error| error.to_string())?;
    let mut again = Command::new(own);
    again.args(std::env::args_os().skip(1));
    for name in DOORS {
        again.env_remove(name);
    }
    Err(replaced_by(&mut again))
}

/// Returns only if that does not work.
#[cfg(unix)]
fn replaced_by(again: &mut Command) -> String {
    use std::os::unix::process::CommandExt as _;
    again.exec().to_string()
}

#[cfg(not(unix))]
fn replaced_by(again: &mut Command) -> String {
    match again.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error.to_string(),
    }
}

#[cfg(all(test, unix, not(feature = "automation")))]
mod tests {
    use super::*;

    /// Set for the process that is looked at.
    const CHILD: &str = "BELLHOP_TEST_CHILD";

    #[test]
    fn a_process_that_was_given_a_door_becomes_itself_without_it() {
        if std::env::var_os(CHILD).is_some() {
            cleaned().unwrap();
            println!("process {}", std::process::id());
            for (name, _) in std::env::vars() {
                println!("variable {name}");
            }
            return;
        }
        let mut child = Command::new(std::env::current_exe().unwrap());
        let own_name = std::thread::current().name().unwrap().to_owned();
        child.args(["--exact", &own_name, "--nocapture"]);
        child.env(CHILD, "1").env("BELLHOP_TEST_OTHER", "1");
        for door in DOORS {
            child.env(door, "1");
        }
        let child = child.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let process = child.id();
        let said = child.wait_with_output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let said: Vec<&str> = said.lines().collect();
        // The same process, or whoever waits for it would wait for another.
        assert!(
            said.contains(&format!("process {process}").as_str()),
            "{said:?}"
        );
        assert!(said.contains(&"variable BELLHOP_TEST_OTHER"));
        for door in DOORS {
            assert!(
                !said.contains(&format!("variable {door}").as_str()),
                "{door}"
            );
        }
    }
}
