//! The phones at home as text. A pure function.

use bellhop_control::snapshot::Home;

use crate::clock::Clock;
use crate::device::table;

/// None where there are none.
pub(super) fn of(home: &Home, clock: Clock) -> Option<String> {
    if home.devices.is_empty() {
        return None;
    }
    if !home.enabled {
        let count = home.devices.len();
        let phones = if count == 1 { "phone" } else { "phones" };
        return Some(format!(
            "Phones at home         off: {count} {phones} in the config, and [home] is not enabled"
        ));
    }
    let mut rows = vec!["Phones at home".to_owned()];
    let table = table(&home.devices, true, clock);
    rows.extend(table.lines().map(|row| format!("  {row}")));
    Some(rows.join("\n"))
}
