//! The lab: a laptop with two uplinks behind two NATs, an internet, and a company with a real registrar (Kamailio or Asterisk).
//!
//! ```text
//!            wlan0 ┌──────┐ 198.51.100.2
//!          ┌───────┤ natA ├───────┐
//! ┌────────┤       └──────┘    ┌──┴───┐   the wire    ┌─────────┐
//! │ laptop │                   │ inet ├───────────────┤ company │ 203.0.113.10: registrar
//! └────────┤       ┌──────┐    └──┬───┘ delay, loss   └─────────┘
//!          └───────┤ natB ├───────┘
//!             eth0 └──────┘ 198.51.101.2
//! ```
//!
//! Every host is a network namespace. All of it lives in namespaces of the test's own ([`sandbox`]), so the machine's network is
//! untouched, several labs run side by side, and nothing is left behind, however the test ends.
//!
//! Two clock readings make a measurement, both of one machine's `CLOCK_REALTIME`: T0, when a netlink listener in the laptop hears that
//! the network became usable ([`kernel`]), and T1, the registrar's own clock when it has stored the binding ([`company`]). What a scenario asserts
//! it reads at the registrar, never only from Bellhop.
#![cfg(target_os = "linux")]

pub mod bench;
pub mod call;
pub mod capture;
pub mod company;
pub mod digest;
pub mod floor;
pub mod ipv6;
pub mod kernel;
pub mod laptop;
pub mod measure;
pub mod namespace;
pub mod nat;
pub mod peer;
pub mod priority;
pub mod process;
pub mod registrar_bench;
pub mod report;
pub mod sandbox;
pub mod scenario;
pub mod stage;
pub mod subject;
pub mod topology;
pub mod verbs;
pub mod vpn;
pub mod wire;
