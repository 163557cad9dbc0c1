//! System packages: which are needed and why, which are missing, and installing them when the person agrees.

use std::io::{BufRead, IsTerminal, Write};
use std::process::Command;

use crate::{Fallible, run};

/// A package of Debian and Ubuntu.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    sign: Sign,
    why: &'static str,
    /// A service that Debian starts on installing: nobody asked for it, so it is stopped again.
    service: Option<&'static str>,
}

/// What makes Python's virtual environments.
pub(crate) const PYTHON_VENV: Package = Package::answering(
    "python3-venv",
    &["python3", "-c", "import ensurepip, venv"],
    "brings what only Python's package index has",
);

/// By what one sees that a package is there.
enum Sign {
    /// This program, or this file, exists.
    Program(&'static str),
    /// `pkg-config` knows this, so that one can build with it.
    Headers(&'static str),
    /// A library of this name is where programs look for libraries when they run.
    Library(&'static str),
    /// This command ends well.
    Answer(&'static [&'static str]),
}

impl Package {
    pub(crate) const fn new(
        name: &'static str,
        program: &'static str,
        why: &'static str,
    ) -> Package {
        Package::known_by(name, Sign::Program(program), why)
    }

    /// One to build with; `module` is what `pkg-config` calls it.
    pub(crate) const fn headers(
        name: &'static str,
        module: &'static str,
        why: &'static str,
    ) -> Package {
        Package::known_by(name, Sign::Headers(module), why)
    }

    /// One that a program loads while it runs.
    pub(crate) const fn library(
        name: &'static str,
        file: &'static str,
        why: &'static str,
    ) -> Package {
        Package::known_by(name, Sign::Library(file), why)
    }

    /// One whose presence only a command tells.
    pub(crate) const fn answering(
        name: &'static str,
        command: &'static [&'static str],
        why: &'static str,
    ) -> Package {
        Package::known_by(name, Sign::Answer(command), why)
    }

    const fn known_by(name: &'static str, sign: Sign, why: &'static str) -> Package {
        Package {
            name,
            sign,
            why,
            service: None,
        }
    }

    pub(crate) const fn with_service(mut self, service: &'static str) -> Package {
        self.service = Some(service);
        self
    }

    fn is_there(&self) -> bool {
        match self.sign {
            Sign::Program(program) => run::program(program).is_some(),
            Sign::Headers(module) => {
                run::quietly(Command::new("pkg-config").args(["--exists", module]))
            }
            Sign::Library(file) => run::library(file).is_some(),
            Sign::Answer(words) => words.split_first().is_some_and(|(program, arguments)| {
                run::quietly(Command::new(program).args(arguments))
            }),
        }
    }
}

impl Sign {
    fn words(&self) -> String {
        match self {
            Sign::Program(name) | Sign::Library(name) => format!("{name} is not there"),
            Sign::Headers(module) => format!("pkg-config does not know {module}"),
            Sign::Answer(words) => format!("this does not work: {}", words.join(" ")),
        }
    }
}

/// Says what is needed and installs what is missing, asking first unless `yes`.
pub(crate) fn need(groups: &[&[Package]], yes: bool) -> Fallible<()> {
    println!("System packages:");
    let packages: Vec<&Package> = groups.iter().copied().flatten().collect();
    for package in &packages {
        let state = if package.is_there() {
            "here   "
        } else {
            "missing"
        };
        println!("  {state}  {:<27} {}", package.name, package.why);
    }
    let missing: Vec<&Package> = packages
        .into_iter()
        .filter(|package| !package.is_there())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    if run::program("apt-get").is_none() {
        return Err(format!("This machine has no apt-get. Install what stands behind these Debian packages, then start again: {}", names.join(" ")).into());
    }
    let root = Root::find()?;
    let by_hand = format!(
        "{}apt-get install -y --no-install-recommends {}",
        root.prefix(),
        names.join(" ")
    );
    match consent(yes, std::io::stdin().is_terminal(), &by_hand)? {
        Consent::Given => {}
        Consent::Refused => {
            return Err(format!("Nothing was installed. The command is:\n    {by_hand}").into());
        }
        Consent::NobodyToAsk => {
            return Err(
                format!("There is nobody to ask. Give --yes, or run:\n    {by_hand}").into(),
            );
        }
    }
    install(root, &names)?;
    for package in &missing {
        if !package.is_there() {
            return Err(format!(
                "{} is installed, but {}.",
                package.name,
                package.sign.words()
            )
            .into());
        }
        if let Some(service) = package.service {
            root.stop_service(service);
        }
    }
    Ok(())
}

/// Whether apt would install it. Without lists apt does not know.
pub(crate) fn is_offered(package: &str) -> bool {
    let policy = run::output(Command::new("apt-cache").args(["policy", package]));
    policy.is_ok_and(|told| {
        told.lines()
            .filter_map(|line| line.trim().strip_prefix("Candidate: "))
            .any(|candidate| candidate != "(none)")
    })
}

/// Whether this is Debian itself.
pub(crate) fn is_debian() -> bool {
    std::fs::read_to_string("/etc/os-release")
        .is_ok_and(|system| system.lines().any(|line| line == "ID=debian"))
}

#[derive(Debug, PartialEq)]
enum Consent {
    Given,
    Refused,
    NobodyToAsk,
}

fn consent(yes: bool, terminal: bool, command: &str) -> Fallible<Consent> {
    if yes {
        println!("Running: {command}");
        return Ok(Consent::Given);
    }
    if !terminal {
        return Ok(Consent::NobodyToAsk);
    }
    print!("Run `{command}` now? [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer)?;
    Ok(if read > 0 && agrees(&answer) {
        Consent::Given
    } else {
        Consent::Refused
    })
}

fn agrees(answer: &str) -> bool {
    matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "" | "y" | "yes"
    )
}

/// How this process gets the rights to install.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Root {
    Already,
    Sudo,
    None,
}

impl Root {
    fn find() -> Fallible<Root> {
        let user = run::output(Command::new("id").arg("-u"))?;
        Ok(match (user.trim(), run::program("sudo")) {
            ("0", _) => Root::Already,
            (_, Some(_)) => Root::Sudo,
            (_, None) => Root::None,
        })
    }

    fn prefix(self) -> &'static str {
        match self {
            Root::Already => "",
            Root::Sudo => "sudo ",
            Root::None => "su -c … root: ",
        }
    }

    /// Passing variables by `env` survives sudo's cleaning of the environment.
    fn command(self, words: &[&str]) -> Command {
        let environment = ["env", "DEBIAN_FRONTEND=noninteractive"];
        let before: &[&str] = match self {
            Root::Already | Root::None => &[],
            // Without a terminal sudo can't ask for a password: it says so at once instead of waiting.
            Root::Sudo if std::io::stdin().is_terminal() => &["sudo"],
            Root::Sudo => &["sudo", "-n"],
        };
        let mut all = before.iter().chain(&environment).chain(words);
        let mut command = Command::new(all.next().unwrap_or(&"env"));
        command.args(all).stdin(if std::io::stdin().is_terminal() {
            std::process::Stdio::inherit()
        } else {
            std::process::Stdio::null()
        });
        command
    }

    fn stop_service(self, service: &str) {
        if std::path::Path::new("/run/systemd/system").is_dir()
            && run::program("systemctl").is_some()
        {
            println!(
                "Debian starts {service} on installing; nobody asked for it here: stopping and disabling it."
            );
            run::quietly(&mut self.command(&["systemctl", "disable", "--now", service]));
        }
    }
}

fn install(root: Root, names: &[&str]) -> Fallible<()> {
    if root == Root::None {
        return Err(format!("Installing needs the superuser, and there is no sudo. As root:\n    apt-get install -y --no-install-recommends {}", names.join(" ")).into());
    }
    let mut fetch: Vec<&str> = vec!["apt-get", "-qq", "-y", "install", "--no-install-recommends"];
    fetch.extend(names);
    let update = || run::well(&mut root.command(&["apt-get", "-qq", "update"]));
    if lists_are_missing() {
        update()?;
        return run::well(&mut root.command(&fetch));
    }
    // Lists may be older than the archive: then once more with new ones.
    run::well(&mut root.command(&fetch)).or_else(|_| {
        update()?;
        run::well(&mut root.command(&fetch))
    })
}

fn lists_are_missing() -> bool {
    std::fs::read_dir("/var/lib/apt/lists").map_or(true, |mut lists| {
        !lists.any(|list| {
            list.is_ok_and(|list| list.file_name().to_string_lossy().contains("_Packages"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_yes_nobody_is_asked() {
        assert_eq!(consent(true, false, "true").unwrap(), Consent::Given);
    }

    #[test]
    fn without_yes_and_terminal_nothing_is_installed() {
        assert_eq!(consent(false, false, "true").unwrap(), Consent::NobodyToAsk);
    }

    #[test]
    fn an_empty_answer_agrees_and_a_doubtful_one_does_not() {
        assert!(agrees("\n") && agrees("Y\n") && agrees("yes\n"));
        assert!(!agrees("n\n") && !agrees("what?\n"));
    }

    #[test]
    fn a_package_is_there_when_its_program_is() {
        assert!(Package::new("dash", "sh", "").is_there());
        assert!(!Package::new("nothing", "there-is-no-such-program", "").is_there());
    }

    #[test]
    fn a_library_is_there_when_programs_find_it() {
        assert!(Package::library("libc6", "libc.so.6", "").is_there());
        assert!(!Package::library("nothing", "libnothing.so.6", "").is_there());
    }

    #[test]
    fn a_package_is_there_when_its_command_ends_well() {
        assert!(Package::answering("sh", &["sh", "-c", "exit 0"], "").is_there());
        assert!(!Package::answering("sh", &["sh", "-c", "exit 1"], "").is_there());
        assert!(!Package::headers("nothing", "there-is-no-such-module", "").is_there());
    }

    #[test]
    fn a_package_that_nobody_has_is_not_offered() {
        assert!(!is_offered("there-is-no-such-package"));
    }

    #[test]
    fn sudo_does_not_lose_the_environment() {
        let command = Root::Already.command(&["apt-get", "update"]);
        assert_eq!(
            run::words(&command),
            "env DEBIAN_FRONTEND=noninteractive apt-get update"
        );
    }
}
