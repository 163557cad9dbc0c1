//! All that engine and views share: what the engine knows ([`snapshot`]), what can be asked of it ([`protocol`], [`frame`], [`client`]), how a config file is
//! written ([`config`], [`edit`]), what is typed into a phone ([`device`]), where things lie ([`places`]), and the words for all of it ([`error`], [`notice`], [`face`]).
//!
//! It knows nothing of SIP and decides nothing: a view that depends on this crate alone can show all there is to show.

pub mod catalogue;
pub mod client;
pub mod config;
pub mod device;
#[cfg(test)]
mod documented;
pub mod edit;
pub mod error;
pub mod face;
pub mod frame;
pub mod local;
pub mod notice;
pub mod places;
pub mod protocol;
pub mod role;
pub mod snapshot;
pub mod state_dir;
pub mod timestamp;
#[cfg(test)]
mod typescript;
pub mod window;
