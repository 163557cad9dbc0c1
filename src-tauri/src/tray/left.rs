//! How long until something, in words that seldom change: whoever shows them wakes only when they do.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// A stretch of time that reads the same until [`Left::changes_in`] has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// "50 min"; none under the smallest step.
    pub(crate) words: Option<String>,
    /// When the words change, seen from now; never at the end.
    pub(crate) changes_in: Option<Duration>,
}

impl Left {
    /// In minutes, rounded down: single ones under ten, then steps of five, then hours.
    pub(crate) fn in_minutes(left: Duration) -> Left {
        let seconds = left.as_secs();
        let step = match seconds {
            ..MINUTE => return Left::NONE,
            MINUTE..600 => MINUTE,
            600..7200 => 5 * MINUTE,
            _ => HOUR,
        };
        let shown = Duration::from_secs(seconds - seconds % step);
        Left {
            words: Some(match shown.as_secs() {
                seconds @ ..7200 => format!("{} min", seconds / MINUTE),
                seconds => format!("{} h", seconds / HOUR),
            }),
            // The millisecond is what brings `left` below `shown`.
            changes_in: Some(left.saturating_sub(shown) + Duration::from_millis(1)),
        }
    }

    /// In seconds, rounded up: single ones up to ten, then steps of five. A wait of 30 s is called so from its first moment on, and "0 s" is never said.
    pub(crate) fn in_seconds(left: Duration) -> Left {
        let begun = u64::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
        let step = match begun {
            0 => return Left::NONE,
            1..=10 => 1,
            _ => 5,
        };
        let shown = begun.div_ceil(step) * step;
        Left {
            words: Some(format!("{shown} s")),
            changes_in: Some(left.saturating_sub(Duration::from_secs(shown - step))),
        }
    }

    const NONE: Left = Left {
        words: None,
        changes_in: None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_rounded_down_to_what_is_certain() {
        let words = |seconds| Left::in_minutes(Duration::from_secs(seconds)).words;
        assert_eq!(words(59), None);
        assert_eq!(words(60).as_deref(), Some("1 min"));
        assert_eq!(words(599).as_deref(), Some("9 min"));
        assert_eq!(words(3599).as_deref(), Some("55 min"));
        assert_eq!(words(7199).as_deref(), Some("115 min"));
        assert_eq!(words(3 * HOUR + 1).as_deref(), Some("3 h"));
    }

    #[test]
    fn the_words_change_when_it_says_so_and_not_before() {
        let mut left = Duration::from_secs(3 * HOUR);
        let mut changes = 0;
        while let Some(after) = Left::in_minutes(left).changes_in {
            let words = Left::in_minutes(left).words;
            let before = left.saturating_sub(after - Duration::from_millis(1));
            assert_eq!(Left::in_minutes(before).words, words);
            left = left.saturating_sub(after);
            assert_ne!(Left::in_minutes(left).words, words);
            changes += 1;
        }
        // Two hours in steps of five minutes, ten single ones, one hour in one step.
        assert_eq!(changes, 1 + 1 + 22 + 9);
    }

    #[test]
    fn the_seconds_change_when_it_says_so() {
        let mut left = Duration::from_millis(29_500);
        let mut said = Vec::new();
        while let Left {
            words: Some(words),
            changes_in: Some(after),
        } = Left::in_seconds(left)
        {
            said.push(words);
            left = left.saturating_sub(after);
        }
        let all = "30 s,25 s,20 s,15 s,10 s,9 s,8 s,7 s,6 s,5 s,4 s,3 s,2 s,1 s";
        assert_eq!(said.join(","), all);
    }

    #[test]
    fn seconds_are_counted_singly_at_the_end_only() {
        let words = |ms| Left::in_seconds(Duration::from_millis(ms)).words;
        assert_eq!(words(30_000).as_deref(), Some("30 s"));
        assert_eq!(words(29_001).as_deref(), Some("30 s"));
        assert_eq!(words(25_001).as_deref(), Some("30 s"));
        assert_eq!(words(25_000).as_deref(), Some("25 s"));
        assert_eq!(words(9_001).as_deref(), Some("10 s"));
        assert_eq!(words(1).as_deref(), Some("1 s"));
        assert_eq!(words(0), None);
    }
}
