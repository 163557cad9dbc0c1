//! Windows: what if-watch gives. To come: `NotifyRouteChange2`, `NotifyUnicastIpAddressChange`, names and kinds from `GetAdaptersAddresses`;
//! `PowerRegisterSuspendResumeNotification`.

pub(crate) use crate::portable::{Alarm, Picture, gateway_mac, look, path_to};
pub(crate) use crate::unannounced::{Announcements, Lock, time_asleep};
