//! When to try again.

use std::time::Duration;

use rand::RngExt;

/// The first wait is at most this long.
const BASE: Duration = Duration::from_secs(2);
/// No wait of our own choice is longer.
const CAP: Duration = Duration::from_secs(300);
/// No wait is shorter: a jitter near zero would be no wait at all.
const FLOOR: Duration = Duration::from_millis(500);
/// A Retry-After is obeyed up to this. A network change or the person ends it earlier.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(3600);

/// Exponential backoff with full jitter: a thousand laptops that lost the same registrar come back spread out.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait after one more failure.
    pub(crate) fn fail(
        &mut self,
        retry_after: Option<Duration>,
        rng: &mut impl rand::Rng,
    ) -> Duration {
        let ceiling = BASE
            .saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX))
            .min(CAP);
        self.failures = (self.failures + 1).min(16);
        let jittered = ceiling.mul_f64(rng.random::<f64>()).max(FLOOR);
        match retry_after {
            Some(asked) => asked.min(RETRY_AFTER_CAP) + jittered.min(BASE),
            None => jittered,
        }
    }

    /// It worked, or the network is another one.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn waits_grow_to_the_cap_and_are_spread_over_the_whole_range() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let mut late: Vec<Duration> = Vec::new();
        for _ in 0..200 {
            let mut backoff = Backoff::default();
            assert!(backoff.fail(None, &mut rng) <= BASE);
            for _ in 0..12 {
                backoff.fail(None, &mut rng);
            }
            late.push(backoff.fail(None, &mut rng));
        }
        assert!(late.iter().all(|wait| *wait <= CAP && *wait >= FLOOR));
        assert!(
            late.iter().any(|wait| *wait < CAP / 4) && late.iter().any(|wait| *wait > CAP * 3 / 4)
        );
    }

    #[test]
    fn retry_after_is_obeyed_but_not_for_ever() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let wait = Backoff::default().fail(Some(Duration::from_secs(20)), &mut rng);
        assert!(wait >= Duration::from_secs(20) && wait <= Duration::from_secs(22));
        let wait = Backoff::default().fail(Some(Duration::from_secs(1_000_000)), &mut rng);
        assert!(wait <= RETRY_AFTER_CAP + BASE);
    }
}
