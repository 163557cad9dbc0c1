//! How long something still takes, in words that change at known moments: a view that stands still says so no more often than they do.

use std::time::Duration;

const SECOND: u64 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

/// "12 s", "5 min", "3 h": whole units, so that it changes at most once a second.
pub fn countdown(left: Duration) -> String {
    let (count, unit) = counted(left);
    let name = match unit {
        SECOND => "s",
        MINUTE => "min",
        _ => "h",
    };
    format!("{count} {name}")
}

/// How long [`countdown`] says what it says now; none if nothing is left.
pub fn until_other_words(left: Duration) -> Option<Duration> {
    if left.is_zero() {
        return None;
    }
    let (count, unit) = counted(left);
    // The last second that says it has the next words after it; a unit ends where the smaller one begins, too.
    let last = (unit * count - unit / 2).saturating_sub(1);
    let next = match unit {
        SECOND => count - 1,
        MINUTE => last.max(2 * MINUTE - 1),
        _ => last.max(2 * HOUR - 1),
    };
    Some(left.saturating_sub(Duration::from_secs(next)))
}

/// Seconds are counted up to their end, so that "1 s" is the last thing said; the rest is rounded.
fn counted(left: Duration) -> (u64, u64) {
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let unit = match seconds {
        0..120 => SECOND,
        120..7200 => MINUTE,
        _ => HOUR,
    };
    ((seconds + unit / 2) / unit, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_people_count_down() {
        for (ms, words) in [
            (0, "0 s"),
            (1, "1 s"),
            (1000, "1 s"),
            (8_400, "9 s"),
            (119_000, "119 s"),
            (119_001, "2 min"),
            (3_120_000, "52 min"),
            (7_200_000, "2 h"),
        ] {
            assert_eq!(countdown(Duration::from_millis(ms)), words, "{ms}");
        }
    }

    #[test]
    fn the_words_stay_until_the_moment_told_and_change_at_it() {
        for ms in [
            1, 999, 1000, 1001, 8_400, 119_000, 119_001, 120_000, 149_000, 149_001, 150_000,
            3_120_000, 7_199_000, 7_199_001, 7_200_000, 9_001_000, 86_400_000,
        ] {
            let left = Duration::from_millis(ms);
            let stays = until_other_words(left).unwrap();
            let before = stays.saturating_sub(Duration::from_millis(1));
            assert_eq!(
                countdown(left.saturating_sub(before)),
                countdown(left),
                "{ms}"
            );
            assert_ne!(
                countdown(left.saturating_sub(stays)),
                countdown(left),
                "{ms}"
            );
        }
        assert_eq!(until_other_words(Duration::ZERO), None);
    }
}
