//! How many in how much time.

use std::time::{Duration, Instant};

/// Lets through `rate` a second and `burst` at once. It is one instant: when it will have been as long quiet as if nothing had come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket(Option<Instant>);

impl Bucket {
    /// Whether one more goes through. A rate of 0 is no limit.
    pub(super) fn take(&mut self, now: Instant, rate: u32, burst: u32) -> bool {
        let Some(interval) = Duration::from_secs(1).checked_div(rate) else {
            return true;
        };
        let start = self.0.map_or(now, |at| at.max(now));
        let room = interval.saturating_mul(burst.saturating_sub(1));
        if start.saturating_duration_since(now) > room {
            return false;
        }
        self.0 = Some(start + interval);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(
        clippy::disallowed_methods,
        reason = "there is no other way to an Instant"
    )]
    fn a_burst_goes_through_and_then_the_rate() {
        let (mut bucket, t0) = (Bucket::default(), Instant::now());
        let through =
            |bucket: &mut Bucket, at: Instant| (0..100).filter(|_| bucket.take(at, 10, 20)).count();
        assert_eq!(through(&mut bucket, t0), 20);
        assert_eq!(through(&mut bucket, t0 + Duration::from_millis(500)), 5);
        assert_eq!(through(&mut bucket, t0 + Duration::from_secs(60)), 20);
        assert!((0..100).all(|_| Bucket::default().take(t0, 0, 0)));
    }
}
