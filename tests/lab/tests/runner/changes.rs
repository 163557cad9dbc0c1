//! Every change of network at every registrar.

use std::env;
use std::path::Path;

use anyhow::Result;
use bellhop_tests_lab::company::Pbx;
use bellhop_tests_lab::measure::Run;
use bellhop_tests_lab::scenario;

use super::suite::{Kind, Suite};
use super::{asterisk, kamailio, program};

/// Names the environment variable that says how often each change happens in each lab: for figures, not for every day.
const TIMES_VARIABLE: &str = "BELLHOP_LAB_TIMES";

/// A registrar, set up in one of the ways that companies do.
pub(super) struct Company {
    /// In the name of a test.
    pub(super) name: &'static str,
    pub(super) pbx: Pbx,
}

type Scenario = fn(&Path, Pbx, u32) -> Result<Vec<Run>>;

/// A change and what must come of it.
struct Change {
    name: &'static str,
    note: &'static str,
    kind: Kind,
    scenario: Scenario,
    times: u32,
}

impl Change {
    const fn new(name: &'static str, scenario: Scenario, times: u32) -> Self {
        Self {
            name,
            note: "",
            kind: Kind::Measures,
            scenario,
            times,
        }
    }

    const fn noted(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    const fn waiting(mut self) -> Self {
        self.kind = Kind::Waits;
        self
    }
}

const CHANGES: [Change; 9] = [
    Change::new(
        "a_switch_between_two_nats_moves_the_binding",
        scenario::switch,
        3,
    ),
    Change::new(
        "a_renumbered_network_moves_the_binding",
        scenario::renumber,
        2,
    ),
    Change::new(
        "losing_one_of_two_networks_moves_the_binding",
        scenario::overlap,
        2,
    ),
    Change::new(
        "a_lost_carrier_with_the_address_kept_moves_the_binding",
        scenario::fade,
        2,
    ),
    Change::new(
        "a_carrier_that_comes_back_is_used_at_once",
        scenario::reappear,
        2,
    ),
    Change::new(
        "a_link_without_a_route_is_offline_until_the_route_comes",
        scenario::no_route,
        2,
    ),
    Change::new("a_switch_under_loss_moves_the_binding", scenario::loss, 2)
        .noted("30 % of the packets lost each way: copies leave late"),
    Change::new(
        "a_forgotten_nat_mapping_is_noticed_by_the_next_keepalive",
        scenario::nat_drop,
        1,
    )
    .noted("from the mapping being gone; the limit has the 29 s between keep-alives")
    .waiting(),
    Change::new(
        "a_registrar_that_restarts_and_forgets_has_the_binding_with_the_next_refresh",
        scenario::restart_forgetting,
        2,
    )
    .noted("from the registrar being back; the limit has the 10 s that it grants")
    .waiting(),
];

/// Only Asterisk keeps anything.
const KEPT: Change = Change::new(
    "a_registrar_that_restarts_and_keeps_its_contacts_calls_at_once",
    scenario::restart_keeping,
    2,
)
.noted("from the registrar being back to the answer to its call; the limit is a round trip")
.waiting();

/// Adds one test for every change at every company.
pub(super) fn add(suite: &mut Suite) {
    let companies = kamailio::companies()
        .into_iter()
        .chain(asterisk::companies());
    for company in companies {
        let kept = matches!(company.pbx, Pbx::Asterisk(_)).then_some(&KEPT);
        for change in CHANGES.iter().chain(kept) {
            let (name, pbx) = (format!("{}_at_{}", change.name, company.name), company.pbx);
            let (scenario, times) = (change.scenario, times(change.times));
            suite.add(name, change.note, change.kind, move || {
                scenario(&program()?, pbx, times?)
            });
        }
    }
}

/// So often, unless the person says otherwise.
fn times(usual: u32) -> Result<u32> {
    use anyhow::Context as _;
    match env::var(TIMES_VARIABLE) {
        Ok(text) => text
            .parse()
            .with_context(|| format!("{TIMES_VARIABLE}={text} is no number")),
        Err(_) => Ok(usual),
    }
}
