//! How long a change of network takes: `cargo xtask bench rebind`.
//!
//! Prints a line for each client in each case as it goes, the table at the end, and writes the table to `lab/rebind.md` and every single
//! change to `lab/rebind.json` in the target directory. Fails when a binding is not what it must be, and when a phone is missing.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its findings are what it prints"
)]

#[cfg(target_os = "linux")]
mod linux {
    use std::env;
    use std::fs;
    use std::path::Path;
    use std::process::ExitCode;

    use anyhow::{Context, Result, bail};
    use bellhop_tests_lab::bench::{self, Options};
    use bellhop_tests_lab::company::asterisk::{Installed, ROOT_VARIABLE};
    use bellhop_tests_lab::sandbox;
    use bellhop_tests_support::binary::{self, BINARY_VARIABLE};
    use bellhop_tests_support::tools::{self, Tool};

    const TOOLS: [Tool; 5] = [
        tool("ip", "iproute2"),
        tool("nft", "nftables"),
        tool("kamailio", "kamailio"),
        tool("kamcmd", "kamailio"),
        tool("unshare", "util-linux"),
    ];
    /// Says to the one inside what Bellhop was made from.
    const PROGRAM: &str = "BELLHOP_BENCH_PROGRAM";
    const USAGE: &str = "rebind [--quick] [--times N]";

    const fn tool(program: &'static str, package: &'static str) -> Tool {
        Tool { program, package }
    }

    pub(crate) fn main() -> ExitCode {
        let words: Vec<String> = env::args().skip(1).collect();
        let Some(options) = options(&words) else {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        };
        let done = if sandbox::is_inside() {
            inside(options)
        } else {
            outside()
        };
        done.unwrap_or_else(|error| {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        })
    }

    /// Builds and finds what is measured, which takes a network; then starts anew inside.
    fn outside() -> Result<ExitCode> {
        tools::require(&TOOLS)?;
        let program = match env::var(BINARY_VARIABLE) {
            Ok(named) => format!("as {BINARY_VARIABLE} names it: {named}"),
            Err(_) => format!("at {}, release build", bench::commit()),
        };
        let bellhop = binary::bellhop()?.display().to_string();
        let (asterisk, _) = Installed::find_or_make()?;
        let root = asterisk.root().display().to_string();
        sandbox::run_inside(&[
            (BINARY_VARIABLE, bellhop),
            (ROOT_VARIABLE, root),
            (PROGRAM, program),
        ])
    }

    fn inside(options: Options) -> Result<ExitCode> {
        sandbox::follow_outside();
        let program = env::var(PROGRAM)?;
        let tell = |line: &str| println!("{line}");
        let findings = bench::run(&binary::bellhop()?, &program, options, &tell);
        let table = bench::markdown(&findings);
        println!("\n{table}");
        let folder = binary::target_directory()?.join("lab");
        write(&folder.join("rebind.md"), &table)?;
        let json = serde_json::to_string_pretty(&bench::json(&findings))?;
        write(&folder.join("rebind.json"), &json)?;
        println!(
            "bench: written to {}",
            folder.join("rebind.{md,json}").display()
        );
        let faults = findings.faults();
        if !faults.is_empty() {
            bail!("not everything is right:\n{}", faults.join("\n"));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn write(file: &Path, text: &str) -> Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text).with_context(|| format!("writing {}", file.display()))
    }

    fn options(words: &[String]) -> Option<Options> {
        let mut options = Options::default();
        // Cargo adds `--bench`.
        let mut words = words
            .iter()
            .map(String::as_str)
            .filter(|word| *word != "--bench");
        let mut times = None;
        while let Some(word) = words.next() {
            match word {
                "--quick" => options = Options::quick(),
                "--times" => times = Some(words.next()?.parse().ok().filter(|times| *times > 0)?),
                _ => return None,
            }
        }
        options.times = times.unwrap_or(options.times);
        options.phone_times = options.phone_times.min(options.times);
        Some(options)
    }
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the lab is made of Linux namespaces: there is nothing to measure here");
}
