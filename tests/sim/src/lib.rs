//! Seeded runs in virtual time: the agent and the transaction layer against scripted registrars over a bad network.
//!
//! One [`Run`] is one seed: it draws a registrar's habits, the network's faults and a handful of changes, carries what passes
//! between agent, endpoint and wire as the engine does, and checks on the way and at the end what must hold ([`Broken`] says what
//! did not). Nothing here sleeps and nothing here reads a clock: a run of an hour takes milliseconds.

mod invariants;
mod laptop;
mod registrar;
mod run;
mod wire;

pub use invariants::Broken;
pub use registrar::{Habits, Listing};
pub use run::{Plan, Run, Step};
pub use wire::Faults;
