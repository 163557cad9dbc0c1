//! The door to the machine's sleep, the same on every operating system.
//!
//! Two tellers: the operating system's announcement, which comes early enough to say goodbye, and the time that the machine has spent
//! asleep, which tells of a sleep that nobody announced. A wake is told once, whichever sees it first.

use std::fmt;
use std::time::Duration;

use crate::os;

/// Less is the jitter of two clocks read one after the other.
const SLEPT: Duration = Duration::from_secs(2);
/// So often the time asleep is looked at where nothing else happens.
const LOOK: Duration = Duration::from_secs(10);

/// What the machine is about to do, or has done.
#[derive(Debug)]
pub enum Sleep {
    /// It is about to sleep, and waits for the lock to be dropped, though not for long: logind gives five seconds by default.
    GoingToSleep(DelayLock),
    /// It is awake again, or did not fall asleep after all.
    Woke,
}

/// Holds the sleep up until it is dropped. Empty where the system gave none: then the machine may sleep at any moment.
#[derive(Debug)]
pub struct DelayLock(
    #[cfg_attr(target_os = "linux", expect(dead_code, reason = "held, not used"))] Option<os::Lock>,
);

/// An announcement as the operating system gives it.
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "nothing announces it there yet")
)]
pub(crate) enum Announced {
    Sleep(Option<os::Lock>),
    Wake,
}

/// Where the machine is, as far as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Awake,
    Going,
}

/// How long the machine has slept since it was started; `None` where that can't be told.
#[must_use]
pub fn time_asleep() -> Option<Duration> {
    os::time_asleep()
}

/// Watches the machine's sleep. A system that announces nothing is no error: then there are only wakes, told late.
pub struct SleepWatch {
    announcements: os::Announcements,
    clock: fn() -> Option<Duration>,
    rest: Rest,
    /// The time spent asleep, as read last.
    asleep: Option<Duration>,
}

impl SleepWatch {
    /// Starts to watch. Must be called inside a tokio runtime with I/O and time enabled.
    #[must_use]
    pub fn new() -> SleepWatch {
        SleepWatch::with_clock(time_asleep)
    }

    /// The same with other readings than those of [`time_asleep`].
    #[must_use]
    pub fn with_clock(clock: fn() -> Option<Duration>) -> SleepWatch {
        SleepWatch::with(os::Announcements::open(), clock)
    }

    fn with(announcements: os::Announcements, clock: fn() -> Option<Duration>) -> SleepWatch {
        SleepWatch {
            announcements,
            clock,
            rest: Rest::Awake,
            asleep: clock(),
        }
    }

    /// Resolves when the machine is about to sleep, or has woken. Cancel-safe.
    pub async fn next(&mut self) -> Sleep {
        loop {
            let announced = tokio::select! {
                biased;
                announced = self.announcements.next() => Some(announced),
                () = tokio::time::sleep(LOOK) => None,
            };
            let told = match announced {
                Some(announced) => self.announced(announced),
                None => self.has_slept().then_some(Sleep::Woke),
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    /// Whether the machine has slept since it was last told awake; true once for each sleep. Costs two readings of clocks: whoever acts
    /// upon instants asks first, since they stood still meanwhile.
    pub fn has_slept(&mut self) -> bool {
        let slept = self.look();
        if slept {
            self.rest = Rest::Awake;
        }
        slept
    }

    fn announced(&mut self, announced: Announced) -> Option<Sleep> {
        match (announced, self.rest) {
            (Announced::Sleep(lock), _) => {
                self.rest = Rest::Going;
                Some(Sleep::GoingToSleep(DelayLock(lock)))
            }
            (Announced::Wake, Rest::Going) => {
                self.rest = Rest::Awake;
                self.look();
                Some(Sleep::Woke)
            }
            (Announced::Wake, Rest::Awake) => self.look().then_some(Sleep::Woke),
        }
    }

    /// Whether the time asleep has grown; the reading is the next one's measure. It never shrinks: one that does was disturbed.
    fn look(&mut self) -> bool {
        let before = self.asleep;
        self.asleep = before.max((self.clock)());
        match (before, self.asleep) {
            (Some(before), Some(now)) => now.saturating_sub(before) > SLEPT,
            _ => false,
        }
    }
}

impl Default for SleepWatch {
    fn default() -> SleepWatch {
        SleepWatch::new()
    }
}

impl fmt::Debug for SleepWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SleepWatch")
            .field("rest", &self.rest)
            .field("asleep", &self.asleep)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static ASLEEP: Cell<Option<Duration>> = const { Cell::new(Some(Duration::from_secs(100))) };
    }

    fn watch() -> SleepWatch {
        SleepWatch::with(os::Announcements::none(), || ASLEEP.get())
    }

    fn sleep(seconds: f64) {
        ASLEEP.set(
            ASLEEP
                .get()
                .map(|asleep| asleep + Duration::from_secs_f64(seconds)),
        );
    }

    fn wakes(told: Option<&Sleep>) -> bool {
        matches!(told, Some(Sleep::Woke))
    }

    #[test]
    fn a_sleep_that_nobody_announced_is_told_once() {
        let mut watch = watch();
        assert!(!watch.has_slept());
        sleep(1.9);
        assert!(!watch.has_slept(), "jitter");
        sleep(3600.0);
        assert!(watch.has_slept());
        assert!(!watch.has_slept());
        assert!(watch.announced(Announced::Wake).is_none(), "said already");
    }

    #[test]
    fn an_announced_sleep_ends_once_whoever_sees_it_first() {
        let mut watch = watch();
        for clock_first in [false, true] {
            let told = watch.announced(Announced::Sleep(None));
            assert!(matches!(told, Some(Sleep::GoingToSleep(_))));
            assert!(!watch.has_slept(), "not asleep yet");
            sleep(60.0);
            if clock_first {
                assert!(watch.has_slept());
                assert!(watch.announced(Announced::Wake).is_none());
            } else {
                assert!(wakes(watch.announced(Announced::Wake).as_ref()));
                assert!(!watch.has_slept());
            }
        }
    }

    #[test]
    fn a_sleep_that_was_called_off_ends_too() {
        let mut watch = watch();
        watch.announced(Announced::Sleep(None));
        assert!(wakes(watch.announced(Announced::Wake).as_ref()));
        assert!(watch.announced(Announced::Wake).is_none());
    }

    #[test]
    fn a_reading_that_was_disturbed_tells_nothing() {
        let mut watch = watch();
        for disturbed in [Some(Duration::ZERO), None] {
            let before = ASLEEP.replace(disturbed);
            assert!(!watch.has_slept());
            ASLEEP.set(before);
            assert!(!watch.has_slept(), "the next one is as before");
        }
        sleep(3.0);
        assert!(watch.has_slept());
    }

    #[test]
    fn without_a_clock_only_announcements_count() {
        ASLEEP.set(None);
        let mut watch = watch();
        assert!(!watch.has_slept());
        assert!(watch.announced(Announced::Wake).is_none());
        watch.announced(Announced::Sleep(None));
        assert!(wakes(watch.announced(Announced::Wake).as_ref()));
    }

    #[test]
    fn the_system_s_own_clock_is_read() {
        assert_eq!(time_asleep().is_some(), cfg!(target_os = "linux"));
    }
}
