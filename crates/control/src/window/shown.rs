//! A snapshot fit for a page: wherever a name comes from, it can't turn or hide the text around it.

use serde_json::Value;

use crate::catalogue;
use crate::snapshot::Snapshot;

/// All texts of `snapshot`, [`catalogue::plain`]. Every one of them, those of later versions as well: hence by way of JSON.
pub(super) fn plain(snapshot: &Snapshot) -> Snapshot {
    let mut json = match serde_json::to_value(snapshot) {
        Ok(json) => json,
        Err(_) => return Snapshot::empty(&snapshot.version),
    };
    make_plain(&mut json);
    serde_json::from_value(json).unwrap_or_else(|_| Snapshot::empty(&snapshot.version))
}

fn make_plain(value: &mut Value) {
    match value {
        Value::String(text) => *text = catalogue::plain(text),
        Value::Array(values) => values.iter_mut().for_each(make_plain),
        Value::Object(members) => members.values_mut().for_each(make_plain),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
