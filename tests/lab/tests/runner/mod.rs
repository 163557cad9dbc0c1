//! Prepares outside, runs the scenarios inside, prints the report.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bellhop_tests_lab::company::Pbx;
use bellhop_tests_lab::company::asterisk::{self, Habits, Installed};
use bellhop_tests_lab::measure::Run;
use bellhop_tests_lab::report::{Report, Scenario};
use bellhop_tests_lab::{sandbox, scenario};
use bellhop_tests_support::binary::{self, BINARY_VARIABLE};
use bellhop_tests_support::tools::{self, Tool};
use libtest_mimic::{Arguments, Failed, Trial};

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
/// Why there is no program to test, for the one inside.
const NO_BINARY: &str = "BELLHOP_LAB_NO_BINARY";

const KEEPALIVE: &str = "from the mapping being gone; the limit has the 29 s between keep-alives";

type Shared = Arc<Mutex<Report>>;

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if sandbox::is_inside() {
        return inside(arguments);
    }
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(&Shared::default())).exit_code();
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
    sandbox::run_inside(&[program, asterisk()])
}

/// Where Asterisk is, or why there is none, for the one inside: it has no network to make a tree from.
fn asterisk() -> (&'static str, String) {
    match Installed::find_or_make() {
        Ok((installed, how)) => {
            println!("lab: Asterisk is {how}");
            let root = installed.root().display().to_string();
            (asterisk::ROOT_VARIABLE, root)
        }
        Err(error) => (asterisk::MISSING_VARIABLE, format!("{error:#}")),
    }
}

fn inside(mut arguments: Arguments) -> ExitCode {
    sandbox::follow_outside();
    // Scenarios measure: one at a time.
    arguments.test_threads = Some(1);
    let report = Shared::new(Mutex::new(Report {
        round_trip: scenario::round_trip(),
        scenarios: Vec::new(),
    }));
    let conclusion = libtest_mimic::run(&arguments, trials(&report));
    let report = report.lock().unwrap_or_else(PoisonError::into_inner);
    println!("\n{}", report.text());
    match binary::target_directory().map(|target| target.join("lab/report.md")) {
        Ok(file) if report.write(&file).is_ok() => {
            println!("lab: the report is in {}", file.display());
        }
        _ => eprintln!("lab: the report could not be written"),
    }
    conclusion.exit_code()
}

fn trials(report: &Shared) -> Vec<Trial> {
    let trial = |name: &'static str, note: &'static str, run: fn() -> Result<Vec<Run>>| {
        let report = Arc::clone(report);
        Trial::test(name, move || measured(&report, name, note, run))
    };
    let refresh = "from the registrar being back; the limit has the 10 s that it grants";
    let counting = "30 % loss, and a registrar that takes a nonce count once: copies of what it has taken get a 401";
    let lossy = "30 % of the packets lost each way: copies leave after 0.5, 1, 2, 4 … s";
    let mut trials = vec![
        trial("the_floor_switches_between_two_nats", "", || {
            scenario::floor(20)
        }),
        trial("a_switch_between_two_nats_moves_the_binding", "", || {
            scenario::switch(&program()?, Pbx::default(), 20)
        }),
        trial("a_renumbered_network_moves_the_binding", "", || {
            scenario::renumber(&program()?, Pbx::default(), 3)
        }),
        trial(
            "with_both_networks_up_losing_one_moves_the_binding",
            "",
            || scenario::overlap(&program()?, Pbx::default(), 3),
        ),
        trial(
            "a_lost_carrier_with_the_address_kept_moves_the_binding",
            "",
            || scenario::fade(&program()?, 3),
        ),
        trial("a_carrier_that_comes_back_is_used_at_once", "", || {
            scenario::reappear(&program()?, 3)
        }),
        trial(
            "a_forgotten_nat_mapping_is_noticed_by_the_next_keepalive",
            KEEPALIVE,
            || scenario::nat_drop(&program()?, Pbx::default(), 1),
        ),
        trial(
            "a_link_without_a_route_is_offline_until_the_route_comes",
            "",
            || scenario::no_route(&program()?, 3),
        ),
        trial(
            "a_restarted_registrar_has_the_binding_with_the_next_refresh",
            refresh,
            || scenario::registrar_restart(&program()?, 3),
        ),
        trial("a_switch_under_loss_moves_the_binding", lossy, || {
            scenario::loss(&program()?, 3, false)
        }),
        trial(
            "a_refused_late_copy_under_loss_is_no_wrong_password",
            counting,
            || scenario::loss(&program()?, 6, true),
        ),
    ];
    trials.extend(at_asterisk(report));
    trials
}

/// What must hold at an Asterisk, however a company set up its lines.
fn at_asterisk(report: &Shared) -> Vec<Trial> {
    type Change = fn(&Path, Pbx, u32) -> Result<Vec<Run>>;
    let changes: [(&str, &'static str, Change, u32); 3] = [
        ("a_switch", "", scenario::switch, 6),
        ("a_renumbered_network", "", scenario::renumber, 3),
        ("losing_one_of_two_networks", "", scenario::overlap, 3),
    ];
    let forgotten: (_, _, Change, _) = ("a_forgotten_mapping", KEEPALIVE, scenario::nat_drop, 1);
    let setups = [
        (1, true, "that_replaces_the_only_contact"),
        (1, false, "that_refuses_a_second_contact"),
        (5, true, "that_replaces_above_five_contacts"),
        (5, false, "that_refuses_above_five_contacts"),
    ];
    let mut trials = Vec::new();
    for (max_contacts, remove_existing, what_it_does) in setups {
        let habits = Habits {
            max_contacts,
            remove_existing,
        };
        // It takes half a minute: once is enough, where most must be cleaned up.
        let rare = (max_contacts > 1 && !remove_existing).then_some(forgotten);
        for (what, note, change, times) in changes.into_iter().chain(rare) {
            let name = format!("{what}_moves_the_binding_at_an_asterisk_{what_it_does}");
            let report = Arc::clone(report);
            trials.push(Trial::test(name.clone(), move || {
                let run = || change(&program()?, Pbx::Asterisk(habits), times);
                measured(&report, &name, note, run)
            }));
        }
    }
    trials
}

fn measured(
    report: &Shared,
    name: &str,
    note: &'static str,
    run: impl FnOnce() -> Result<Vec<Run>>,
) -> Result<(), Failed> {
    let runs = run().map_err(|error| format!("{error:#}"))?;
    let faults: Vec<_> = runs.iter().flat_map(|run| run.faults.clone()).collect();
    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
    report.scenarios.push(Scenario {
        name: name.to_owned(),
        note,
        runs,
    });
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n").into())
    }
}

fn program() -> Result<PathBuf> {
    match env::var(NO_BINARY) {
        Ok(why) => anyhow::bail!(why),
        Err(_) => binary::bellhop(),
    }
}
