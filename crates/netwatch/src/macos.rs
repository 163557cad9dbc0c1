//! macOS: what if-watch gives. To come: `State:/Network/Global/IPv4` and `IPv6` of the dynamic store, names and kinds of interfaces;
//! `IORegisterForSystemPower`.

pub(crate) use crate::portable::{Alarm, Picture, gateway_mac, look, path_to};
pub(crate) use crate::unannounced::{Announcements, Lock, time_asleep};
