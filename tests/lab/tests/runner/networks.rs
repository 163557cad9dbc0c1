//! Networks beside networks: VPNs, interfaces with another name, addresses that are not usable yet; and how soon a change is acted upon.

use std::path::Path;

use bellhop_tests_lab::company::Pbx;
use bellhop_tests_lab::scenario;
use bellhop_tests_lab::wire::Wire;

use super::suite::{Kind, Suite};
use super::{OFTEN, program};

/// The program beside which Bellhop is measured.
const MINIMAL: &str = env!("CARGO_BIN_EXE_bellhop-lab-minimal");

/// Adds the tests.
pub(super) fn add(suite: &mut Suite) {
    suite.add_section(
        "a_register_leaves_soon_after_the_kernels_event_beside_a_minimal_program",
        || scenario::reaction(&program()?, Path::new(MINIMAL), OFTEN)?.text(),
    );
    if Wire::is_possible() {
        let name = "a_vpn_that_comes_and_goes_moves_the_binding";
        suite.add(name, "", Kind::Measures, || {
            scenario::vpn(&program()?, Pbx::default(), 3)
        });
    } else {
        eprintln!("lab: NOT TESTED here: a VPN needs /dev/net/tun");
    }
    if scenario::renames_what_is_up() {
        let name = "an_interface_renamed_while_it_is_up_keeps_the_line";
        let told = "at most one REGISTER; the path is the same, so nothing is timed";
        suite.add(name, told, Kind::Measures, || {
            scenario::rename(&program()?, Pbx::default(), 4)
        });
    } else {
        eprintln!("lab: NOT TESTED here: this kernel renames no interface that is up");
    }
    let name = "an_interface_set_down_renamed_and_set_up_keeps_the_line";
    suite.add(name, "", Kind::Measures, || {
        scenario::rename_down(&program()?, Pbx::default(), 4)
    });
    let name = "ipv4_beside_a_tentative_ipv6_address_is_not_delayed";
    suite.add(name, "", Kind::Measures, || {
        scenario::ipv4_beside_tentative(&program()?, 3)
    });
    let name = "a_registrar_over_ipv6_is_asked_once_the_address_is_usable";
    suite.add(name, "", Kind::Measures, || {
        scenario::ipv6_once_usable(&program()?, 3)
    });
}
