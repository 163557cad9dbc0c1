//! The icons: one SVG source each under `icons/`, and every picture that is made of it.
//!
//! A bell, drawn once. What changes with the state is its silhouette first and its colour second, so that the tray is read without colours too.

mod container;
mod drawing;
mod pictures;

use std::path::{Path, PathBuf};

pub use drawing::{Drawing, Picture};
pub use pictures::{File, all};

/// The states that the tray shows.
pub const STATES: [&str; 4] = ["reachable", "working", "unreachable", "paused"];

/// Whatever went wrong, as a sentence.
pub type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// Where sources and pictures lie.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../icons")
}
