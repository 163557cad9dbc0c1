//! The engine, seen from the tray: started, adopted, heard, brought back and ended.

mod link;
mod process;
mod supervisor;
mod version;

pub(crate) use link::{Link, News, ask};
pub(crate) use process::Place;
pub(crate) use supervisor::Standing;
