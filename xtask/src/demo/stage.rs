//! Where the story plays: networks that a line can move between, and a registrar that is reached from all of them.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::Fallible;
use crate::process::Running;

pub(crate) trait Stage {
    /// Runs `bellhop` where the company is.
    fn company(&self, bellhop: &Path) -> Command;

    /// Where the company's registrar listens.
    fn registrar(&self) -> SocketAddr;

    /// What `bellhop run` has to be told besides its config.
    fn engine_words(&self) -> &'static [&'static str];

    /// Brings up the network that the story begins on and gives the address of the laptop there.
    fn begin(&mut self, engine: &mut Running) -> Fallible<IpAddr>;

    /// Where Bellhop's own clock starts on a change.
    fn alarm(&self) -> &'static str;

    fn moves(&self) -> Vec<Move>;

    /// Does it; gives the instant right before the network changed.
    fn perform(&mut self, change: &Move, engine: &mut Running) -> Fallible<Instant>;
}

/// A change of network.
pub(crate) struct Move {
    pub(crate) title: &'static str,
    /// What is done, as it is shown to the person.
    pub(crate) steps: Vec<String>,
    /// The laptop's address afterwards.
    pub(crate) local: IpAddr,
}
