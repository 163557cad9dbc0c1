//! A line's password: read when the agent wants it, read again when the place where it is kept says that it changed.
//!
//! A line in waiting takes whatever is found. One that has a password hears of another one only: the same again would have a refused line
//! try the refused password. Only what a person asks for may have the keyring ask to be unlocked.

use std::hash::BuildHasher;
use std::path::Path;
use std::time::{Duration, Instant};

use bellhop_agent::SecretFailure;
use secrecy::ExposeSecret;

use super::Driver;
use crate::secrets::{Answer, LIMIT, Prompt, Read, Reading, Source, Told};

/// The first wait before a keyring that was not there is looked for again; it doubles up to the last. Only where nothing will tell: no
/// session bus, or a locked keyring, since the Secret Service's specification does not have it say that it was unlocked.
const FIRST_LOOK: Duration = Duration::from_secs(5);
const LAST_LOOK: Duration = Duration::from_secs(60);
/// Changes come in bursts: after a look the next one waits so long.
const REST: Duration = Duration::from_millis(500);

/// Who wants a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    /// Nobody; something changed.
    Change,
    /// The agent, to get on.
    Line,
    /// A person, who is there to unlock the keyring.
    Person,
}

/// How reading the password goes.
#[derive(Debug, Default)]
pub(super) struct PasswordReading {
    /// The last outcome that counted, and how many there were: a waiting request knows by it that its own is done.
    pub(super) outcome: Option<Result<(), SecretFailure>>,
    pub(super) reads: u64,
    pub(super) took: Duration,
    /// A person has just asked for what the agent does now.
    pub(super) person_waits: bool,
    /// The fingerprint of the password that the agent has.
    known: Option<u64>,
    under_way: Option<UnderWay>,
    /// Something changed while a look was under way.
    once_more: bool,
    /// When to look again.
    again: Option<Instant>,
    /// When the last look ended.
    looked: Option<Instant>,
    delay: Option<Duration>,
    calls: u64,
}

#[derive(Debug)]
struct UnderWay {
    asked: Asked,
    /// When its silence is told; none once it was.
    limit: Option<Instant>,
    reading: Reading,
}

impl PasswordReading {
    /// The person waits for it, and nobody knows the outcome yet.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.as_ref().is_some_and(|it| it.limit.is_some())
    }

    /// When something is to be done.
    pub(super) fn next_wake(&self) -> Option<Instant> {
        let limit = self.under_way.as_ref().and_then(|it| it.limit);
        limit.into_iter().chain(self.again).min()
    }

    /// Whether another read may begin now; if not, the one under way or a later one does for it.
    fn may_begin(&mut self, now: Instant, asked: Asked) -> bool {
        let rested = self.looked.map_or(now, |at| at + REST);
        match &mut self.under_way {
            None if asked == Asked::Change && now < rested => {
                self.again = Some(self.again.map_or(rested, |at| at.min(rested)));
                false
            }
            None => true,
            Some(_) if asked == Asked::Change => {
                self.once_more = true;
                false
            }
            Some(it) if it.reading.give_up() => true,
            Some(it) => {
                it.asked = it.asked.max(asked);
                it.limit = Some(now + LIMIT);
                self.once_more = true;
                false
            }
        }
    }

    /// Whether an outcome is news to the agent.
    fn is_news(&self, asked: Asked, outcome: Result<u64, SecretFailure>) -> bool {
        match (asked, outcome) {
            (Asked::Line | Asked::Person, _) => true,
            (Asked::Change, Ok(fingerprint)) => self.known != Some(fingerprint),
            (Asked::Change, Err(failure)) => {
                self.known.is_none() && self.outcome != Some(Err(failure))
            }
        }
    }

    /// When to look again, if nothing tells before.
    fn look_again(&mut self, now: Instant, failure: Option<SecretFailure>, watched: bool) {
        let wait = match failure {
            Some(SecretFailure::Unavailable) if !watched => {
                let wait = self
                    .delay
                    .map_or(FIRST_LOOK, |delay| (delay * 2).min(LAST_LOOK));
                self.delay = Some(wait);
                Some(wait)
            }
            Some(SecretFailure::Locked) if self.known.is_none() => Some(LAST_LOOK),
            Some(_) | None => {
                self.delay = None;
                None
            }
        };
        self.again = wait.map(|wait| now + wait);
    }
}

impl Driver {
    /// The agent wants the password.
    pub(super) fn password_wanted(&mut self, now: Instant, number: u32) {
        let Some(line) = self.line_by_number(number) else {
            return;
        };
        // It has forgotten the one it had.
        line.secret.known = None;
        let asked = if line.secret.person_waits {
            Asked::Person
        } else {
            Asked::Line
        };
        self.read_password(now, number, asked);
    }

    /// Begins to read a line's password, or has the read that is under way do for it.
    pub(super) fn read_password(&mut self, now: Instant, number: u32, asked: Asked) {
        let Some(line) = self.lines.iter_mut().find(|line| line.number == number) else {
            return;
        };
        let it = &mut line.secret;
        if !it.may_begin(now, asked) {
            return;
        }
        it.again = None;
        it.once_more = false;
        it.calls += 1;
        let prompt = if asked == Asked::Person {
            Prompt::Allowed
        } else {
            Prompt::Never
        };
        let source = line.settings.secret.clone();
        it.under_way = Some(UnderWay {
            asked,
            limit: Some(now + LIMIT),
            reading: self.secrets.read(number, it.calls, source, prompt),
        });
    }

    pub(super) fn secret_told(&mut self, now: Instant, told: Told) {
        match told {
            Told::Read(read) => {
                if let Some(read) = self.house_password_read(now, read) {
                    self.password_read(now, read);
                }
            }
            Told::KeyringChanged => {
                self.house_look_again(now, |source| matches!(source, Source::Keyring { .. }));
                self.look_again(now, |source| matches!(source, Source::Keyring { .. }));
            }
        }
    }

    /// A file may hold another password.
    pub(super) fn password_file_changed(&mut self, now: Instant, file: &Path) {
        self.house_look_again(
            now,
            |source| matches!(source, Source::File(path) if path == file),
        );
        self.look_again(
            now,
            |source| matches!(source, Source::File(path) if path == file),
        );
    }

    fn look_again(&mut self, now: Instant, concerns: impl Fn(&Source) -> bool) {
        let numbers: Vec<u32> = self
            .lines
            .iter()
            .filter(|line| line.end.is_none() && concerns(&line.settings.secret))
            .map(|line| line.number)
            .collect();
        for number in numbers {
            self.read_password(now, number, Asked::Change);
        }
    }

    fn password_read(&mut self, now: Instant, read: Read) {
        let Read {
            line: number,
            call,
            answer: Answer { result, watched },
            took,
        } = read;
        let fingerprint = match &result {
            Ok(password) => Ok(self.fingerprints.hash_one(password.expose_secret())),
            Err(failure) => Err(*failure),
        };
        let Some(line) = self.line_by_number(number) else {
            return;
        };
        let it = &mut line.secret;
        if it.calls != call {
            return;
        }
        let Some(UnderWay { asked, .. }) = it.under_way.take() else {
            return;
        };
        it.looked = Some(now);
        let is_news = it.is_news(asked, fingerprint);
        it.known = fingerprint.ok().or(it.known);
        it.look_again(now, fingerprint.err(), watched);
        if std::mem::take(&mut it.once_more) {
            it.again = Some(now + REST);
        }
        if is_news {
            it.outcome = Some(fingerprint.map(|_| ()));
            it.reads += 1;
            it.took = took;
            if let Err(failure) = fingerprint {
                tracing::info!(line = number, ?failure, "no password");
            }
            line.agent.handle_secret(now, result);
        }
    }

    pub(super) fn password_timeouts(&mut self, now: Instant) {
        for line in &mut self.lines {
            if let Some(it) = &mut line.secret.under_way
                && it.limit.is_some_and(|at| at <= now)
            {
                it.limit = None;
                let (failure, asked) = (it.reading.silence(), it.asked);
                // What was only looked at again is as it was.
                if line.secret.is_news(asked, Err(failure)) {
                    tracing::info!(line = line.number, ?failure, "no password yet");
                    line.secret.outcome = Some(Err(failure));
                    line.secret.reads += 1;
                    line.secret.took = LIMIT;
                    line.agent.handle_secret(now, Err(failure));
                }
            }
        }
        let due: Vec<u32> = self
            .lines
            .iter_mut()
            .filter(|line| line.secret.again.is_some_and(|at| at <= now))
            .map(|line| {
                line.secret.again = None;
                line.number
            })
            .collect();
        for number in due {
            self.read_password(now, number, Asked::Change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_that_is_not_there_is_looked_for_ever_more_rarely_and_what_tells_itself_not_at_all() {
        let now = Instant::now();
        let mut reading = PasswordReading::default();
        let mut waits = Vec::new();
        for _ in 0..6 {
            reading.look_again(now, Some(SecretFailure::Unavailable), false);
            waits.push(reading.again.unwrap().duration_since(now).as_secs());
        }
        assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
        for failure in [
            SecretFailure::Missing,
            SecretFailure::Unavailable,
            SecretFailure::Unreadable,
        ] {
            reading.look_again(now, Some(failure), true);
            assert_eq!(reading.again, None, "{failure:?}");
        }
        reading.look_again(now, Some(SecretFailure::Locked), true);
        assert_eq!(reading.again, Some(now + LAST_LOOK));
        reading.look_again(now, None, true);
        assert_eq!(reading.again, None);
        reading.look_again(now, Some(SecretFailure::Unavailable), false);
        assert_eq!(reading.again, Some(now + FIRST_LOOK));
    }

    #[test]
    fn changes_right_after_a_look_are_one_look_later() {
        let now = Instant::now();
        let mut reading = PasswordReading {
            looked: Some(now),
            ..PasswordReading::default()
        };
        for _ in 0..100 {
            assert!(!reading.may_begin(now, Asked::Change));
        }
        assert_eq!(reading.next_wake(), Some(now + REST));
        assert!(
            reading.may_begin(now, Asked::Person),
            "who clicks does not wait"
        );
        assert!(reading.may_begin(now + REST, Asked::Change));
    }

    #[test]
    fn a_line_that_has_a_password_hears_of_another_one_only() {
        let reading = PasswordReading {
            known: Some(1),
            ..PasswordReading::default()
        };
        assert!(!reading.is_news(Asked::Change, Ok(1)));
        assert!(reading.is_news(Asked::Change, Ok(2)));
        assert!(!reading.is_news(Asked::Change, Err(SecretFailure::Locked)));
        assert!(reading.is_news(Asked::Person, Ok(1)));
        let waiting = PasswordReading {
            outcome: Some(Err(SecretFailure::Locked)),
            ..PasswordReading::default()
        };
        assert!(waiting.is_news(Asked::Change, Ok(1)));
        assert!(!waiting.is_news(Asked::Change, Err(SecretFailure::Locked)));
        assert!(waiting.is_news(Asked::Change, Err(SecretFailure::Missing)));
    }
}
