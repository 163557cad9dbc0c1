//! The engine: the tokio shell around the sans-IO machines. It alone opens SIP sockets, the keyring and the store, and it owns all state.
//!
//! [`run`] is `bellhop run`; [`check`] is `bellhop check` where no engine runs. Inside, one driver on a current-thread runtime owns
//! everything; views reach it through the control socket and see one snapshot. What blocks (keyring, disk, log) has threads of its own.
//!
//! It never says an address, a user or a nonce in a log above DEBUG, and never a secret anywhere.

mod clock;
mod config;
mod control_server;
pub mod demo_registrar;
mod driver;
mod engine;
mod failed;
mod files;
mod home;
pub mod lines;
mod logs;
mod net;
mod provisioning;
mod said;
pub mod secrets;
mod session;
mod store;
mod trace;
mod view;

pub use clock::Clocks;
pub use engine::{Options, check, run};
pub use failed::Failed;
pub use net::networks::NetworkSource;
