//! `cargo xtask test`: every layer as a suite that prints its minutes. It runs on after a failure and ends with a table.

mod installed;
mod peers;
mod programs;
mod report;
mod structure;
mod tally;

use crate::desktop::{self, Built, For};
use crate::dist::TO_PACK;
use crate::packages::{self, Package};
use crate::{Fallible, run, ui};
use programs::Programs;
use report::Report;
use tally::Tally;

/// What the tests run besides Bellhop itself. A program that is missing when a test needs it is a failure, never a skip.
const PACKAGES: [Package; 6] = [
    Package::new(
        "iproute2",
        "ip",
        "builds the networks of the network watch's tests and of the lab",
    ),
    Package::new(
        "dbus",
        "dbus-run-session",
        "a private session bus for the keyring's tests",
    ),
    Package::new(
        "gnome-keyring",
        "gnome-keyring-daemon",
        "the keyring in them",
    ),
    Package::new(
        "libsecret-tools",
        "secret-tool",
        "looks into that keyring from outside",
    ),
    // Not a program but what Debian's Python runs.
    Package::new(
        "python3-dbusmock",
        "/usr/lib/python3/dist-packages/dbusmock/__main__.py",
        "a logind on a private system bus, for sleep and wake",
    ),
    Package::new(
        "tshark",
        "tshark",
        "reads the captures of `bellhop trace --pcap`",
    ),
];

/// What stands for the company and its network, in the lab and for the desktop's tests; in the lab beside [`asterisk`].
pub(crate) const LAB_PACKAGES: [Package; 2] = [
    Package::new(
        "kamailio",
        "kamailio",
        "the company of the lab: a real registrar",
    )
    .with_service("kamailio"),
    Package::new("nftables", "nft", "the NATs of the lab"),
];

/// Phones of others, and what their libraries and a scanner come in.
const HOME_PACKAGES: [Package; 4] = [
    Package::new("baresip-core", "baresip", "a phone at home"),
    Package::new("linphone-cli", "linphone-daemon", "another one"),
    Package::new("sip-tester", "sipp", "a third, which says what it is told"),
    packages::PYTHON_VENV,
];

/// A tenth of what the simulation runs otherwise.
const QUICK_SEEDS: &str = "40";

/// So often the engine is killed while phones register; a test by itself does so less often.
const KILLS: &str = "1000";

/// Runs every suite; without the lab and the long simulations when `quick`.
pub(crate) fn run(quick: bool, yes: bool) -> Fallible<()> {
    need(quick, yes)?;
    let mut report = Report::default();
    report.suite("format", || plain(&["fmt", "--all", "--check"]));
    report.suite("structure", structure::check);
    // First of all that is built: bellhop-tray has the page inside.
    if report.preparation("building the page", ui::build).is_some() {
        report.suite("page", || tally::of(&mut ui::tests()?));
    }
    report.suite("clippy", || {
        plain(&[
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])
    });
    report.suite("docs", docs);
    let programs = report.preparation("building tests", Programs::build);
    let built = report.preparation("building bellhop", || desktop::build(For::Tests));
    if let Some(programs) = programs {
        run_programs(&mut report, &programs, built.as_ref(), quick);
    }
    report.suite("packages", installed::pack_and_check);
    report.suite("simulation", || {
        tally::of(
            run::cargo(&[
                "test",
                "--locked",
                "--release",
                "--no-fail-fast",
                "--package",
                programs::SIMULATION,
            ])
            .envs(environment(None, quick)),
        )
    });
    report.close()
}

/// Only the suite of the packages.
pub(crate) fn packages(yes: bool) -> Fallible<()> {
    need(true, yes)?;
    let mut report = Report::default();
    report.suite("packages", installed::pack_and_check);
    report.close()
}

/// Asks for what the tests run; `quick` leaves out what only the lab does.
pub(crate) fn need(quick: bool, yes: bool) -> Fallible<()> {
    let page = ui::packages();
    let mut groups: Vec<&[Package]> = vec![
        &PACKAGES,
        &LAB_PACKAGES,
        &desktop::TO_BUILD,
        &desktop::TO_RUN,
        &desktop::TO_TEST,
        &TO_PACK,
        &page,
    ];
    let asterisk = [asterisk()];
    if !quick {
        groups.extend([asterisk.as_slice(), &HOME_PACKAGES]);
    }
    packages::need(&groups, yes)
}

fn run_programs(report: &mut Report, programs: &Programs, built: Option<&Built>, quick: bool) {
    let built = || built.ok_or("there is no bellhop to test");
    report.suite("unit and conformance", || {
        programs.unit().run(&environment(built().ok(), quick))
    });
    report.suite("doc tests", || {
        tally::of(
            run::cargo(&["test", "--locked", "--workspace", "--doc"])
                .envs(environment(None, quick)),
        )
    });
    report.suite("contract", || {
        let mut variables = environment(Some(built()?), quick);
        variables.extend((!quick).then(|| ("BELLHOP_KILLS", KILLS.to_owned())));
        programs.contract().run(&variables)
    });
    if !quick {
        report.suite("lab", || {
            programs.lab().run(&environment(Some(built()?), quick))
        });
        report.suite("home", || {
            let peers = peers::environment()?.display().to_string();
            let mut variables = environment(Some(built()?), quick);
            variables.push((peers::VARIABLE, peers));
            programs.home().run(&variables)
        });
    }
    report.suite("desktop", || {
        let mut environment = environment(Some(built()?), quick);
        // Its demo is looked at there.
        let own = std::env::current_exe()?;
        environment.push(("BELLHOP_XTASK", own.display().to_string()));
        programs.desktop().run(&environment)
    });
}

/// The lab's other registrar; where Debian has none for this release, what makes a tree with one.
pub(crate) fn asterisk() -> Package {
    if run::program("asterisk").is_some()
        || !packages::is_debian()
        || packages::is_offered("asterisk")
    {
        Package::new("asterisk", "asterisk", "the lab's other company").with_service("asterisk")
    } else {
        Package::new(
            "mmdebstrap",
            "mmdebstrap",
            "makes a tree with Asterisk, the lab's other company",
        )
    }
}

/// A command that is one check by itself.
fn plain(cargo: &[&str]) -> Fallible<Tally> {
    run::well(&mut run::cargo(cargo)).map(|()| Tally::ONE_PASSED)
}

fn docs() -> Fallible<Tally> {
    run::well(
        run::cargo(&["doc", "--locked", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
    .map(|()| Tally::ONE_PASSED)
}

/// What tests find in their environment: which programs are tested, and how many seeds a simulation runs when it shall be short.
fn environment(built: Option<&Built>, quick: bool) -> Vec<(&'static str, String)> {
    built
        .into_iter()
        .flat_map(Built::variables)
        .chain(quick.then(|| ("BELLHOP_SIM_SEEDS", QUICK_SEEDS.to_owned())))
        .collect()
}
