//! The Date header.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::macros::format_description;

/// The last date that was written: many answers leave in a second.
#[derive(Debug, Default)]
pub(crate) struct SipDate {
    second: Duration,
    text: String,
}

impl SipDate {
    /// RFC 3261 §20.17: always GMT, in the fixed form of RFC 1123.
    pub(crate) fn at(&mut self, wall: SystemTime) -> &str {
        let since = wall
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let second = Duration::from_secs(since.as_secs());
        if self.text.is_empty() || second != self.second {
            let form = format_description!(
                "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
            );
            self.text = OffsetDateTime::from(SystemTime::UNIX_EPOCH + second)
                .format(form)
                .unwrap_or_default();
            self.second = second;
        }
        &self.text
    }
}
