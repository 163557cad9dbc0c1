//! The suite of the packages: the deb is put into a root of its own, started there and taken out again; the rpm is held against it.

mod root;
mod session;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::tally::Tally;
use crate::dist::{self, Packed, VERSION};
use crate::{Fallible, run};
use root::Root;

/// What has to be in the packages, whatever else is.
const HELD: [&str; 10] = [
    "/etc/xdg/autostart/app.bellhop.Bellhop.desktop",
    "/usr/bin/bellhop",
    "/usr/bin/bellhop-tray",
    "/usr/lib/systemd/user/bellhop.service",
    "/usr/share/applications/app.bellhop.Bellhop.desktop",
    "/usr/share/doc/bellhop/copyright",
    "/usr/share/doc/bellhop/THIRD-PARTY-LICENSES.gz",
    "/usr/share/icons/hicolor/48x48/apps/app.bellhop.Bellhop.png",
    "/usr/share/icons/hicolor/scalable/apps/app.bellhop.Bellhop.svg",
    "/usr/share/man/man1/bellhop.1.gz",
];

/// Packages and libraries without which tray and window do not start.
const DEB_NEEDS: [&str; 4] = [
    "libc6",
    "libgtk-3-0",
    "libwebkit2gtk-4.1-0",
    "libayatana-appindicator3-1",
];
const RPM_NEEDS: [&str; 4] = [
    "libc.so.6",
    "libgtk-3.so.0",
    "libwebkit2gtk-4.1.so.0",
    "libayatana-appindicator3.so.1",
];

/// Packs, and runs every check; each is one test.
pub(super) fn pack_and_check() -> Fallible<Tally> {
    check(&dist::pack()?)
}

fn check(packed: &Packed) -> Fallible<Tally> {
    let mut tally = Tally::default();
    let mut test = |name: &str, check: &dyn Fn() -> Fallible<()>| {
        let held = check();
        let verdict = if held.is_ok() { "ok" } else { "FAILED" };
        println!("{name} ... {verdict}");
        tally += match held {
            Ok(()) => Tally::ONE_PASSED,
            Err(why) => {
                println!("    {why}");
                Tally::ONE_FAILED
            }
        };
    };
    test("the deb names what it needs", &|| needs_of_deb(packed));
    test("the rpm names what it needs", &|| needs_of_rpm(packed));
    test("deb and rpm hold the same files, all of root's", &|| {
        same_files(packed)
    });
    test("the launcher is as desktops want it", &|| launcher(packed));
    test(
        "installed, it starts, lets nobody look into it, ends, and is removed with nothing left",
        &|| install_start_remove(packed),
    );
    Ok(tally)
}

fn needs_of_deb(packed: &Packed) -> Fallible<()> {
    let needs = run::output(
        Command::new("dpkg-deb")
            .arg("--field")
            .arg(&packed.deb)
            .arg("Depends"),
    )?;
    let named: Vec<&str> = needs.split([',', '|', ' ', '\n']).collect();
    all_in(&DEB_NEEDS, |name| named.contains(&name), &needs)
}

fn needs_of_rpm(packed: &Packed) -> Fallible<()> {
    let needs = rpm(packed, "--requires")?;
    let starts = |name: &str| {
        needs.lines().any(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('('))
        })
    };
    all_in(&RPM_NEEDS, starts, &needs)
}

fn same_files(packed: &Packed) -> Fallible<()> {
    let listed = run::output(Command::new("dpkg-deb").arg("--contents").arg(&packed.deb))?;
    let mut in_deb = BTreeSet::new();
    // Like `-rwxr-xr-x root/root 4242 2026-11-24 03:40 ./usr/bin/bellhop`.
    for line in listed.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [mode, owner, .., path] = words.as_slice() else {
            return Err(format!("a line that is none: {line}").into());
        };
        let wanted = match (mode.starts_with('d'), path.starts_with("./usr/bin/")) {
            (true, _) => "drwxr-xr-x",
            (false, true) => "-rwxr-xr-x",
            (false, false) => "-rw-r--r--",
        };
        if *owner != "root/root" || *mode != wanted {
            return Err(line.to_owned().into());
        }
        if !mode.starts_with('d') {
            in_deb.insert(path.trim_start_matches('.').to_owned());
        }
    }
    all_in(&HELD, |path| in_deb.contains(path), &listed)?;
    let in_rpm = rpm(packed, "--list")?;
    let in_rpm: BTreeSet<String> = in_rpm.lines().map(str::to_owned).collect();
    match in_deb.symmetric_difference(&in_rpm).next() {
        None => Ok(()),
        Some(path) => Err(format!("only one of the two has {path}").into()),
    }
}

fn launcher(packed: &Packed) -> Fallible<()> {
    let root = Root::new()?;
    root.install(&packed.deb)?;
    let file = root
        .path()
        .join("usr/share/applications/app.bellhop.Bellhop.desktop");
    run::output(Command::new("desktop-file-validate").arg(&file)).map(drop)?;
    let text = std::fs::read_to_string(&file)?;
    for (key, folder) in [
        ("Exec=", "usr/bin/"),
        ("Icon=", "usr/share/icons/hicolor/48x48/apps/"),
    ] {
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        let value = line.ok_or_else(|| format!("no {key}"))?;
        let program = root.path().join(folder).join(value);
        if !program.exists() && !program.with_file_name(format!("{value}.png")).exists() {
            return Err(format!("{key}{value}: there is no {}", program.display()).into());
        }
    }
    Ok(())
}

fn install_start_remove(packed: &Packed) -> Fallible<()> {
    let root = Root::new()?;
    root.install(&packed.deb)?;
    for program in ["bellhop", "bellhop-tray"] {
        let told = run::output(Command::new(root.program(program)).arg("--version"))?;
        if told.trim() != format!("{program} {VERSION}") {
            return Err(format!("{program} --version says: {told}").into());
        }
        papers_name_all_words(&root, program)?;
    }
    session::start_and_end(&root)?;
    root.remove()?;
    match root.left() {
        None => Ok(()),
        Some(path) => Err(format!("{} is left", path.display()).into()),
    }
}

/// The manual page has every command and every switch that the program tells.
fn papers_name_all_words(root: &Root, program: &str) -> Fallible<()> {
    let page = root
        .path()
        .join(format!("usr/share/man/man1/{program}.1.gz"));
    let page = run::output(Command::new("gzip").arg("-dc").arg(page))?.replace('\\', "");
    let help = run::output(Command::new(root.program(program)).arg("--help"))?;
    match words(&help).find(|word| !page.contains(word)) {
        None => Ok(()),
        Some(word) => Err(format!("the manual page of {program} does not name {word}").into()),
    }
}

/// The first words of what is indented by two: commands; and switches anywhere at a line's beginning.
fn words(help: &str) -> impl Iterator<Item = &str> {
    let lines = help.lines().filter(|line| line.starts_with("  "));
    lines.filter_map(|line| {
        let told = line.trim_start();
        let indent = line.len() - told.len();
        let switch = told.split([' ', ',']).find(|word| word.starts_with("--"));
        let command = (indent == 2).then(|| told.split(' ').next()).flatten();
        switch.or(command.filter(|word| !word.starts_with('-')))
    })
}

fn rpm(packed: &Packed, question: &str) -> Fallible<String> {
    run::output(
        Command::new("rpm")
            .args(["--query", "--package", question])
            .arg(&packed.rpm),
    )
}

fn all_in(wanted: &[&str], held: impl Fn(&str) -> bool, all: &str) -> Fallible<()> {
    match wanted.iter().find(|name| !held(name)) {
        None => Ok(()),
        Some(name) => Err(format!("{name} is not in\n{all}").into()),
    }
}

/// Whether a process runs one of the programs below.
fn anybody_of(root: &Path) -> Option<String> {
    let processes = std::fs::read_dir("/proc").ok()?;
    processes.flatten().find_map(|process| {
        let program = std::fs::read_link(process.path().join("exe")).ok()?;
        let pid = process.file_name().to_string_lossy().into_owned();
        program
            .starts_with(root)
            .then(|| format!("{} ({pid})", program.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn commands_and_switches_are_read_from_the_help() {
        let help = "Usage: x [OPTIONS]\n\nCommands:\n  run     Run it\n  line    Lines:\n          and more\n\nOptions:\n      --state-dir <DIR>  Where\n  -h, --help             Help\n";
        let found: Vec<&str> = words(help).collect();
        assert_eq!(found, ["run", "line", "--state-dir", "--help"]);
    }
}
