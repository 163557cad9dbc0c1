//! Lines added, edited, removed and checked over the control socket, as the window does it: a real keyring on a private bus, a registrar that is not Bellhop's, a config on disk.
//! A missing program is a failure, not a skip.

#![cfg(target_os = "linux")]

mod adding;
mod checking;
mod demo;
mod desk;
mod editing;
mod hostile;
