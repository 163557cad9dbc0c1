//! Notifications: what is worth one, and how it gets to the screen.

mod policy;
#[cfg_attr(target_os = "linux", path = "freedesktop.rs")]
#[cfg_attr(not(target_os = "linux"), path = "system.rs")]
mod screen;

pub(crate) use policy::{Toast, Toasts};
pub(crate) use screen::show;
