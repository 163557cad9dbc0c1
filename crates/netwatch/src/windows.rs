//! Windows: what if-watch gives. To come: `NotifyRouteChange2`, `NotifyUnicastIpAddressChange`, names and kinds from `GetAdaptersAddresses`.

pub(crate) use crate::portable::{Alarm, Picture, look, path_to};
