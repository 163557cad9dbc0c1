//! What must hold at an Asterisk, however a company set up its lines.

use std::path::Path;

use anyhow::Result;
use bellhop_tests_lab::company::Pbx;
use bellhop_tests_lab::company::asterisk::Habits;
use bellhop_tests_lab::measure::Run;
use bellhop_tests_lab::scenario;
use libtest_mimic::Trial;

use super::{KEEPALIVE, Shared, program, trial};

pub(super) fn trials(report: &Shared) -> Vec<Trial> {
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
            trials.push(trial(report, name, note, move || {
                change(&program()?, Pbx::Asterisk(habits), times)
            }));
        }
    }
    trials
}
