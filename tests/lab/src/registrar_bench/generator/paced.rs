//! Requests that leave at their time, so that one slow answer does not hold back the next request and hide how slow it was.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{AGAIN, Generator, Login};
use crate::registrar_bench::message::Ask;

/// How long answers took.
pub(in crate::registrar_bench) struct Latencies {
    sorted: Vec<Duration>,
}

impl Latencies {
    fn of(mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        Self { sorted: took }
    }

    /// The nearest rank; none of none.
    pub(in crate::registrar_bench) fn percentile(&self, percent: usize) -> Option<Duration> {
        let rank = (self.sorted.len() * percent).div_ceil(100);
        self.sorted.get(rank.checked_sub(1)?).copied()
    }
}

impl Generator {
    /// Refreshes at `rate` requests a second for so long, and says how long each took: from the moment at which it was due until its
    /// answer was seen. The thread looks all the time, so its own waking is in no figure.
    ///
    /// # Errors
    /// When the wire breaks.
    pub(in crate::registrar_bench) fn paced(
        &mut self,
        rate: u32,
        lasting: Duration,
    ) -> Result<Latencies> {
        self.ask = Ask::Bind;
        self.took = Some(Vec::new());
        let gap = Duration::from_secs(1) / rate;
        let (mut due, mut looked) = (Instant::now(), Instant::now());
        let end = due + lasting;
        while due < end || self.under_way > 0 {
            let now = Instant::now();
            // Where every user waits for an answer, what is due stays due.
            while due <= now && due < end && self.begin_next(due) {
                due += gap;
            }
            self.send()?;
            self.receive(Login::AndGoOn)?;
            if now.duration_since(looked) > AGAIN / 2 {
                looked = now;
                self.repeat_what_is_late(now);
            }
        }
        Ok(Latencies::of(self.took.take().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let latencies = Latencies::of((1..=200).rev().map(Duration::from_micros).collect());
        assert_eq!(latencies.percentile(50), Some(Duration::from_micros(100)));
        assert_eq!(latencies.percentile(99), Some(Duration::from_micros(198)));
        assert_eq!(Latencies::of(Vec::new()).percentile(50), None);
    }
}
