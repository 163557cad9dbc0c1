//! What networks the machine has, and the instant that changes.
//!
//! [`Watch`] keeps a picture of the interfaces, addresses and routes of this machine. [`Watch::changed`] resolves on the leading edge of
//! a change: there is no settle timer, only repeats that arrive while the picture is being taken are coalesced. An event of the operating
//! system is the alarm, never the truth: whatever it says, everything is enumerated anew, so that events that were lost, doubled or
//! misleading do no harm. [`Watch::path_to`] asks where packets to a host leave this machine, [`gateway_mac`] which machine the gateway is.
//!
//! [`SleepWatch`] tells when the machine is about to sleep and that it has woken.
//!
//! It needs no privilege, works inside a network namespace, sends nothing and changes nothing.
//!
//! ```no_run
//! # async fn example(registrar: std::net::IpAddr) -> std::io::Result<()> {
//! let mut watch = bellhop_netwatch::Watch::new().await?;
//! loop {
//!     let path = watch.path_to(registrar).await?;
//!     println!("online: {}, by {path:?}", watch.networks().online());
//!     watch.changed().await?;
//! }
//! # }
//! ```

mod address_alarm;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod neighbour;
mod networks;
mod path;
#[cfg(any(target_os = "macos", target_os = "windows"))]
mod portable;
mod sleep;
#[cfg(any(target_os = "macos", target_os = "windows"))]
mod unannounced;
mod watch;
#[cfg(target_os = "windows")]
mod windows;

#[cfg(target_os = "linux")]
use linux as os;
#[cfg(target_os = "macos")]
use macos as os;
#[cfg(target_os = "windows")]
use windows as os;

pub use neighbour::{Neighbour, gateway_mac};
pub use networks::{Interface, InterfaceKind, Networks};
pub use path::Path;
pub use sleep::{DelayLock, Sleep, SleepWatch, time_asleep};
pub use watch::Watch;
