//! The lab's scenarios as tests, run one after the other: see the package's documentation.
//!
//! What must hold for each change of network: the registrar holds one binding, the new one; a call through the registrar arrives; and
//! the time from usable network to binding stored is not of another kind than half a round trip. How long it took exactly is in the
//! report, printed at the end and written to `lab/report.md` in the target directory.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test runner of its own: its report is what it prints"
)]

#[cfg(target_os = "linux")]
mod runner;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    runner::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the lab is made of Linux namespaces: there is nothing to run here");
}
