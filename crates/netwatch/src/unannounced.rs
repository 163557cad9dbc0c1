//! A system whose sleep is not told yet.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use crate::sleep::Announced;

/// There is none.
pub(crate) type Lock = Infallible;

/// Nobody announces anything.
pub(crate) struct Announcements;

impl Announcements {
    pub(crate) fn open() -> Announcements {
        Announcements
    }

    #[cfg(test)]
    pub(crate) fn none() -> Announcements {
        Announcements
    }

    pub(crate) async fn next(&mut self) -> Announced {
        pending().await
    }
}

/// Not known.
pub(crate) fn time_asleep() -> Option<Duration> {
    None
}
