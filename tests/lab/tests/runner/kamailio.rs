//! What must hold at a Kamailio, and the floor beside it.

use anyhow::Result;
use bellhop_tests_lab::company::Pbx;
use bellhop_tests_lab::measure::Run;
use bellhop_tests_lab::scenario;
use libtest_mimic::Trial;

use super::{KEEPALIVE, Shared, program, trial};

pub(super) fn trials(report: &Shared) -> Vec<Trial> {
    let trial = |name: &'static str, note: &'static str, run: fn() -> Result<Vec<Run>>| {
        trial(report, name, note, run)
    };
    let refresh = "from the registrar being back; the limit has the 10 s that it grants";
    let counting = "30 % loss, and a registrar that takes a nonce count once: copies of what it has taken get a 401";
    let lossy = "30 % of the packets lost each way: copies leave after 0.5, 1, 2, 4 … s";
    vec![
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
    ]
}
