//! The person's clock: this moment, and the zone of this place, which a laptop changes.

use bellhop_control::face::Here;
use bellhop_control::timestamp::Timestamp;
use time::UtcOffset;

/// Here and now.
pub(crate) fn here() -> Here {
    Here {
        now: Timestamp::now(),
        offset: offset().unwrap_or(UtcOffset::UTC),
    }
}

/// Asked each time: it changes with the season and with the place. The toolkit's library tells it to any thread.
#[cfg(target_os = "linux")]
fn offset() -> Option<UtcOffset> {
    let now = gtk::glib::DateTime::now_local().ok()?;
    let seconds = now.utc_offset().as_seconds();
    UtcOffset::from_whole_seconds(i32::try_from(seconds).ok()?).ok()
}

#[cfg(not(target_os = "linux"))]
fn offset() -> Option<UtcOffset> {
    UtcOffset::current_local_offset().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_the_one_of_the_system() {
        let told = std::process::Command::new("date")
            .arg("+%z")
            .output()
            .unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        let (hours, minutes, _) = here().offset.as_hms();
        let sign = if hours < 0 || minutes < 0 { '-' } else { '+' };
        let shown = format!("{sign}{:02}{:02}", hours.abs(), minutes.abs());
        assert_eq!(shown, told.trim());
    }
}
