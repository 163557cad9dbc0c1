//! The bench: how long a change of network takes, Bellhop beside what no client can beat, the floor, and other people's phones.
//!
//! A [`Case`] is one kind of change at one kind of registrar, so and so far away. Every client goes through every case in a lab of the
//! same making, measured by the same two clock readings. First the quick ones, alone on the machine and the floor right before Bellhop;
//! then the phones, which wait for seconds and so can wait side by side.

mod case;
mod client;
mod grid;
mod json;
mod machine;
mod phones;
mod place;
mod sample;
mod table;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::peer::Peer;
use crate::wire::Wire;

pub use case::{Case, Nonce, Scenario};
pub use client::Client;
pub use grid::Options;
pub use json::json;
pub use sample::{Cell, Sample};
pub use table::markdown;

/// Everything that one run of the bench found.
#[derive(Debug)]
pub struct Findings {
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

/// Runs all of it; `tell` gets a line for each thing that is done.
///
/// # Errors
/// Where nothing can be measured at all. What goes wrong in one case is among the findings.
pub fn run(binary: &Path, options: Options, tell: &(dyn Fn(&str) + Sync)) -> Result<Findings> {
    let began = Instant::now();
    let wire = Wire::is_possible();
    let cases = options.cases(wire);
    let mut cells = Vec::new();
    for &case in &cases {
        for client in [Client::Floor, Client::Bellhop] {
            let cell = client::cell(client, case, options.times, binary);
            tell(&cell.line());
            cells.push(cell);
        }
    }
    let (present, missing): (Vec<_>, Vec<_>) = Peer::ALL
        .into_iter()
        .partition(|peer| bellhop_tests_support::tools::find(peer.tool().program).is_some());
    cells.extend(phones::cells(&present, &cases, options.phone_times, tell));
    Ok(Findings {
        options,
        wire,
        cells,
        missing,
        seconds: began.elapsed().as_secs_f64(),
    })
}
