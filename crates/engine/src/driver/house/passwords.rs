//! The devices' passwords: read once, and again when the place where they are kept says that it changed. Nobody is asked to unlock anything.

use std::path::Path;
use std::time::{Duration, Instant};

use bellhop_agent::SecretFailure;
use secrecy::{ExposeSecret as _, SecretString};

use crate::secrets::{LIMIT, Prompt, Read, Reading, Secrets, Source};

/// Above the numbers of lines.
const NUMBERS: u32 = 1 << 31;
/// Places that are looked at together.
const AT_ONCE: usize = 32;
/// A keyring that was locked or not there is looked at again so much later, unless it tells before.
const AGAIN: Duration = Duration::from_secs(30);

/// Every place that a device's password is in, once.
#[derive(Debug, Default)]
pub(super) struct Passwords {
    kept: Vec<Kept>,
    calls: u64,
    next: u32,
    /// A password has become another one.
    news: bool,
}

#[derive(Debug)]
struct Kept {
    number: u32,
    source: Source,
    outcome: Option<Result<SecretString, SecretFailure>>,
    wanted: bool,
    /// The read that counts.
    call: u64,
    reading: Option<Reading>,
    /// When its silence counts as an answer.
    limit: Option<Instant>,
    again: Option<Instant>,
}

impl Passwords {
    /// These places are wanted from now on, and no others.
    pub(super) fn want<'a>(&mut self, sources: impl Iterator<Item = &'a Source>) {
        let before = std::mem::take(&mut self.kept);
        let mut by_source: std::collections::HashMap<Source, Kept> = before
            .into_iter()
            .map(|kept| (kept.source.clone(), kept))
            .collect();
        let mut seen = std::collections::HashSet::new();
        for source in sources.filter(|it| seen.insert((*it).clone())) {
            let kept = by_source.remove(source).unwrap_or_else(|| {
                self.next += 1;
                Kept {
                    number: NUMBERS + self.next,
                    source: source.clone(),
                    outcome: None,
                    wanted: true,
                    call: 0,
                    reading: None,
                    limit: None,
                    again: None,
                }
            });
            self.kept.push(kept);
        }
    }

    /// Begins to read what is wanted, a bounded number at once.
    pub(super) fn begin(&mut self, now: Instant, secrets: &Secrets) {
        let under_way = self.kept.iter().filter(|it| it.limit.is_some()).count();
        let free = AT_ONCE.saturating_sub(under_way);
        let wanted = self
            .kept
            .iter_mut()
            .filter(|it| it.wanted && it.limit.is_none());
        for kept in wanted.take(free) {
            self.calls += 1;
            kept.wanted = false;
            kept.again = None;
            kept.call = self.calls;
            kept.limit = Some(now + LIMIT);
            let source = kept.source.clone();
            kept.reading = Some(secrets.read(kept.number, self.calls, source, Prompt::Never));
        }
    }

    pub(super) fn are_being_read(&self) -> bool {
        self.kept.iter().any(|it| it.wanted || it.limit.is_some())
    }

    /// What it came to, if it is one of these; else it is given back.
    pub(super) fn read(&mut self, now: Instant, read: Read) -> Option<Read> {
        if read.line < NUMBERS {
            return Some(read);
        }
        let kept = self
            .kept
            .iter_mut()
            .find(|it| it.number == read.line && it.call == read.call);
        if let Some(kept) = kept {
            kept.reading = None;
            kept.limit = None;
            self.news |= kept.take(now, read.answer.result);
        }
        None
    }

    pub(super) fn look_again(&mut self, concerns: impl Fn(&Source) -> bool) {
        for kept in self.kept.iter_mut().filter(|it| concerns(&it.source)) {
            kept.wanted = true;
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        for kept in &mut self.kept {
            if kept.limit.is_some_and(|at| at <= now) {
                // What comes later still counts.
                kept.limit = None;
                let silence = kept.reading.as_ref().map(Reading::silence);
                if let Some(silence) = silence {
                    self.news |= kept.take(now, Err(silence));
                }
            }
            if kept.again.is_some_and(|at| at <= now) {
                kept.again = None;
                kept.wanted = true;
            }
        }
    }

    pub(super) fn next_wake(&self) -> Option<Instant> {
        self.kept
            .iter()
            .flat_map(|it| [it.limit, it.again])
            .flatten()
            .min()
    }

    /// Whether one became another since the last call.
    pub(super) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// What is kept there, once that is known.
    pub(super) fn of(&self, source: &Source) -> Option<Result<&SecretString, SecretFailure>> {
        let kept = self.kept.iter().find(|it| it.source == *source)?;
        kept.outcome
            .as_ref()
            .map(|it| it.as_ref().map_err(|failure| *failure))
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.kept.iter().filter_map(|it| match &it.source {
            Source::File(path) => Some(path.as_path()),
            Source::Keyring { .. } | Source::Env(_) | Source::Demo => None,
        })
    }
}

impl Kept {
    /// Whether it is news. A password that is no longer to be had stays in use: its device has it still.
    fn take(&mut self, now: Instant, result: Result<SecretString, SecretFailure>) -> bool {
        let waits = matches!(
            result,
            Err(SecretFailure::Locked | SecretFailure::Unavailable)
        );
        if waits && matches!(self.source, Source::Keyring { .. }) {
            self.again = Some(now + AGAIN);
        }
        let is_news = match (&self.outcome, &result) {
            (None, _) | (Some(Err(_)), Ok(_)) => true,
            (Some(Ok(before)), Ok(after)) => before.expose_secret() != after.expose_secret(),
            (Some(Err(before)), Err(after)) => before != after,
            // A file that is being replaced is missing for a moment, and a keyring is locked now and then.
            (Some(Ok(_)), Err(_)) => false,
        };
        if is_news {
            if let Err(failure) = &result {
                tracing::info!(?failure, "a device's password is not to be had");
            }
            self.outcome = Some(result);
        }
        is_news
    }
}
