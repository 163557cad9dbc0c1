//! The bench: how long a change of network takes, Bellhop beside what no client can beat, the floor, and other people's phones.
//!
//! A [`Case`] is one kind of change at one kind of registrar, so and so far away. Every client goes through every case in a lab of the
//! same making, measured by the same two clock readings. First the quick ones, alone on the machine, a change of the floor's and one of
//! Bellhop's in turn; then the phones, which wait for seconds and so can wait side by side.

mod case;
mod client;
mod entrant;
mod grid;
mod json;
mod machine;
mod phones;
mod place;
mod sample;
mod table;

use std::path::Path;
use std::time::Instant;

use bellhop_tests_support::tools;

use crate::peer::Peer;
use crate::wire::Wire;
use entrant::Entrant;

pub use case::{Case, Nonce, Scenario};
pub use client::Client;
pub use grid::Options;
pub use json::json;
pub use machine::{commit, line as machine_line};
pub use sample::{Cell, Sample};
pub use table::markdown;

/// Everything that one run of the bench found.
#[derive(Debug)]
pub struct Findings {
    /// Which Bellhop it was.
    pub program: String,
    /// What was run.
    pub options: Options,
    /// Whether the lab had its wire: without it every round trip is none.
    pub wire: bool,
    /// Each case with what each client did in it.
    pub cells: Vec<Cell>,
    /// Phones that are not installed.
    pub missing: Vec<Peer>,
    /// How long all of it took, in seconds.
    pub seconds: f64,
}

impl Findings {
    fn cell(&self, client: Client, case: Case) -> Option<&Cell> {
        self.cells
            .iter()
            .find(|cell| cell.client == client && cell.case == case)
    }

    /// Everything that is wrong, beyond being slow: Bellhop's and the floor's faults, and what could not be measured.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|peer| {
            let tool = peer.tool();
            format!(
                "{} is missing: apt-get install {}",
                tool.program, tool.package
            )
        });
        missing
            .chain(self.cells.iter().flat_map(Cell::faults))
            .collect()
    }
}

/// Runs all of it for the Bellhop that is `binary` and was made from `program`; `tell` gets a line for each thing that is done. What
/// goes wrong is among the findings.
pub fn run(
    binary: &Path,
    program: &str,
    options: Options,
    tell: &(dyn Fn(&str) + Sync),
) -> Findings {
    let began = Instant::now();
    let wire = Wire::is_possible();
    let cases = options.cases(wire);
    let mut cells = Vec::new();
    for group in cases.chunk_by(may_take_turns) {
        cells.extend(together(group, options.times, binary, tell));
    }
    let (present, missing): (Vec<_>, Vec<_>) = Peer::ALL
        .into_iter()
        .partition(|peer| tools::find(peer.tool().program).is_some());
    cells.extend(phones::cells(&present, &cases, options.phone_times, tell));
    Findings {
        program: program.to_owned(),
        options,
        wire,
        cells,
        missing,
        seconds: began.elapsed().as_secs_f64(),
    }
}

/// Cases whose nonces must grow old between two changes are taken in turns, so that nobody just waits.
fn may_take_turns(one: &Case, other: &Case) -> bool {
    one.nonce == Nonce::Cold && other.nonce == Nonce::Cold && one.scenario == other.scenario
}

/// Takes the floor and Bellhop through some cases, one change after the other, so that the machine's moods meet both.
fn together(cases: &[Case], times: u32, binary: &Path, tell: &dyn Fn(&str)) -> Vec<Cell> {
    let mut entrants: Vec<_> = cases
        .iter()
        .flat_map(|&case| [(Client::Floor, case), (Client::Bellhop, case)])
        .map(|(client, case)| Entrant::new(client, case, binary))
        .collect();
    for _ in 0..times {
        entrants.iter_mut().for_each(Entrant::prepare);
        entrants.iter_mut().for_each(Entrant::change);
    }
    let cells: Vec<_> = entrants.into_iter().map(Entrant::cell).collect();
    for cell in &cells {
        tell(&cell.line());
    }
    cells
}
