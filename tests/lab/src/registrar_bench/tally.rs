//! What became of the requests.

use std::collections::BTreeMap;
use std::ops::Sub;

/// Counts of one stretch of the bench.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// 200s to what was asked.
    pub(super) successes: u64,
    /// 401s to requests without credentials, or with a nonce whose time was over.
    pub(super) challenges: u64,
    /// Requests that were sent again because no answer had come.
    pub(super) repeats: u64,
    /// Everything else that was answered, by status; 401 where it followed another one, 0 for a 200 that lists no
    /// binding, 65535 for what is no answer.
    pub(super) refusals: BTreeMap<u16, u64>,
}

impl Tally {
    pub(super) fn refuse(&mut self, status: u16) {
        *self.refusals.entry(status).or_default() += 1;
    }

    /// What should not have been, in words.
    pub(super) fn faults(&self) -> Vec<String> {
        self.refusals
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(status, count)| match *status {
                0 => format!("{count} answers with 200 did not list the binding"),
                u16::MAX => format!("{count} messages that are no answers"),
                status => format!("{count} answers with {status}"),
            })
            .collect()
    }
}

impl Sub<&Tally> for &Tally {
    type Output = Tally;

    fn sub(self, earlier: &Tally) -> Tally {
        let before = |status| earlier.refusals.get(status).copied().unwrap_or(0);
        Tally {
            successes: self.successes - earlier.successes,
            challenges: self.challenges - earlier.challenges,
            repeats: self.repeats - earlier.repeats,
            refusals: self
                .refusals
                .iter()
                .map(|(status, count)| (*status, count - before(status)))
                .collect(),
        }
    }
}
