//! How fast the home registrar is, beside Kamailio: `cargo xtask bench registrar`.
//!
//! Prints a line for each round of each registrar as it goes and the table at the end, and writes table and plot to `bench/registrar.md`
//! and `bench/registrar.svg` in the target directory. Fails when an answer is wrong, when a binding is missing, and when a figure is the
//! generator's rather than a registrar's.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its findings are what it prints"
)]

#[cfg(target_os = "linux")]
mod linux {
    use std::env;
    use std::fs;
    use std::process::ExitCode;

    use anyhow::{Result, bail};
    use bellhop_tests_lab::bench::commit;
    use bellhop_tests_lab::registrar_bench::{self, Contestant, Options};
    use bellhop_tests_support::binary::{self, BINARY_VARIABLE};
    use bellhop_tests_support::tools::{self, Tool};

    const TOOLS: [Tool; 2] = [tool("kamailio", "kamailio"), tool("kamcmd", "kamailio")];
    const USAGE: &str = "registrar [--quick] [--only NAME,NAME]";

    const fn tool(program: &'static str, package: &'static str) -> Tool {
        Tool { program, package }
    }

    pub(crate) fn main() -> ExitCode {
        // Cargo adds `--bench`.
        let words: Vec<String> = env::args()
            .skip(1)
            .filter(|word| word != "--bench")
            .collect();
        if let Err(error) = registrar_bench::serve_if_asked(&words, |word| println!("{word}")) {
            eprintln!("bench: {error:#}");
            return ExitCode::FAILURE;
        }
        let Some(options) = options(&words) else {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        };
        match run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("bench: {error:#}");
                ExitCode::FAILURE
            }
        }
    }

    fn run(options: &Options) -> Result<()> {
        tools::require(&TOOLS)?;
        let made_from = match env::var(BINARY_VARIABLE) {
            Ok(named) => format!("as {BINARY_VARIABLE} names it: {named}"),
            Err(_) => format!("at {}, release build", commit()),
        };
        let tell = |line: &str| println!("{line}");
        let findings = registrar_bench::run(&binary::bellhop()?, &made_from, options, &tell)?;
        let table = registrar_bench::markdown(&findings);
        println!("\n{table}");
        let folder = binary::target_directory()?.join("bench");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("registrar.md"), &table)?;
        fs::write(
            folder.join("registrar.svg"),
            registrar_bench::svg(&findings),
        )?;
        println!("bench: written to {}", folder.display());
        let faults = findings.faults();
        if !faults.is_empty() {
            bail!("not everything is right:\n{}", faults.join("\n"));
        }
        Ok(())
    }

    fn options(words: &[String]) -> Option<Options> {
        let mut options = Options::full();
        let mut only = None;
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--quick" => options = Options::quick(),
                "--only" => only = Some(contestants(words.next()?)?),
                _ => return None,
            }
        }
        options.contestants = only.unwrap_or(options.contestants);
        Some(options)
    }

    fn contestants(names: &str) -> Option<Vec<Contestant>> {
        let named = |name| Contestant::ALL.into_iter().find(|one| one.word() == name);
        names.split(',').map(named).collect()
    }
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the bench reads what Linux says of processes: there is nothing to measure here");
}
