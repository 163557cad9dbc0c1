//! Tray and window as a person has them: see the package's documentation.
//!
//! ```text
//! cargo test -p bellhop-tests-desktop --test desktop                       all of it, some minutes
//! cargo test -p bellhop-tests-desktop --test desktop -- a_wrong_password   what has this in its name
//! ```
//!
//! It runs as root, and as an ordinary user wherever the machine lets users have user namespaces. A machine that allows neither, or where a program is missing, fails the
//! tests and is told what to do.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test runner of its own: its report is what it prints"
)]

#[cfg(target_os = "linux")]
mod trials;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    trials::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the desktop is made of X11 and Linux namespaces: there is nothing to run here");
}
