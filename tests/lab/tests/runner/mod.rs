//! Prepares outside, runs the scenarios inside, prints the report.

mod asterisk;
mod changes;
mod kamailio;
mod networks;
mod suite;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use bellhop_tests_lab::company::Pbx;
use bellhop_tests_lab::company::asterisk::{Installed, MISSING_VARIABLE, ROOT_VARIABLE};
use bellhop_tests_lab::report::SHORT;
use bellhop_tests_lab::{sandbox, scenario};
use bellhop_tests_support::binary::{self, BINARY_VARIABLE};
use bellhop_tests_support::tools::{self, Tool};
use libtest_mimic::Arguments;

use suite::{Kind, Suite};

const TOOLS: [Tool; 5] = [
    Tool {
        program: "ip",
        package: "iproute2",
    },
    Tool {
        program: "nft",
        package: "nftables",
    },
    Tool {
        program: "kamailio",
        package: "kamailio",
    },
    Tool {
        program: "kamcmd",
        package: "kamailio",
    },
    Tool {
        program: "unshare",
        package: "util-linux",
    },
];
/// Enough for a 95th percentile.
const OFTEN: u32 = 20;
/// Why there is no program to test, for the one inside.
const NO_BINARY: &str = "BELLHOP_LAB_NO_BINARY";

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if sandbox::is_inside() {
        return inside(arguments);
    }
    if arguments.list {
        return suite().list(&arguments);
    }
    match outside() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn outside() -> Result<ExitCode> {
    tools::require(&TOOLS)?;
    let program = match binary::bellhop() {
        Ok(path) => (BINARY_VARIABLE, path.display().to_string()),
        Err(error) => (NO_BINARY, format!("{error:#}")),
    };
    sandbox::run_inside(&[program, where_asterisk_is()])
}

/// Where Asterisk is, or why there is none, for the one inside: it has no network to make a tree from.
fn where_asterisk_is() -> (&'static str, String) {
    match Installed::find_or_make() {
        Ok((installed, how)) => {
            println!("lab: Asterisk is {how}");
            let root = installed.root().display().to_string();
            (ROOT_VARIABLE, root)
        }
        Err(error) => (MISSING_VARIABLE, format!("{error:#}")),
    }
}

fn inside(arguments: Arguments) -> ExitCode {
    sandbox::follow_outside();
    if scenario::round_trip().is_zero() {
        println!("lab: {SHORT}");
    }
    let (well, report) = suite().run(arguments);
    println!("\n{}", report.text());
    match binary::target_directory().map(|target| target.join("lab/report.md")) {
        Ok(file) if report.write(&file).is_ok() => {
            println!("lab: the report is in {}", file.display());
        }
        _ => eprintln!("lab: the report could not be written"),
    }
    if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Every scenario. Modules add their own.
fn suite() -> Suite {
    let mut suite = Suite::default();
    let floor = "the_floor_switches_between_two_nats";
    suite.add(floor, "", Kind::Measures, || scenario::floor(OFTEN));
    let beside = "bellhop_switches_between_two_nats_as_often_as_the_floor";
    suite.add(beside, "", Kind::Measures, || {
        scenario::switch(&program()?, Pbx::default(), OFTEN)
    });
    let ipv6 = "a_switch_between_two_networks_with_ipv6_moves_the_binding_at_a_kamailio";
    suite.add(ipv6, "", Kind::Measures, || {
        scenario::switch_ipv6(&program()?, kamailio::with_ipv6(), 3)
    });
    let rivals = "of_two_agents_at_an_asterisk_that_replaces_the_only_contact_one_gives_way";
    let told = "from the newer one being there to the older one saying so";
    suite.add(rivals, told, Kind::WaitsLong, || {
        scenario::rivals(&program()?)
    });
    let forgotten =
        "a_registrar_that_forgot_is_found_out_by_asking_before_any_refresh_at_a_kamailio";
    let asked = "from the registrar being back; the limit has the 116 s between two questions";
    suite.add(forgotten, asked, Kind::WaitsLong, || {
        scenario::restart_forgetting_unrefreshed(&program()?, Pbx::default(), 1)
    });
    changes::add(&mut suite);
    networks::add(&mut suite);
    suite
}

fn program() -> Result<PathBuf> {
    match env::var(NO_BINARY) {
        Ok(why) => anyhow::bail!(why),
        Err(_) => binary::bellhop(),
    }
}
