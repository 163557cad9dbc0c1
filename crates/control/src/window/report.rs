//! What IT wants to know of a line. It is made of the snapshot, which has no secret.

use serde::Serialize;

use crate::snapshot::{Line, Network, Snapshot};

#[derive(Serialize)]
struct Report<'a> {
    version: &'a str,
    engine: &'a str,
    system: String,
    line: &'a Line,
    network: &'a Network,
}

/// As JSON, for it is copied into tickets and read by programs there.
pub(super) fn of(line: &Line, snapshot: &Snapshot) -> String {
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        engine: &snapshot.version,
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        line,
        network: &snapshot.network,
    };
    serde_json::to_string_pretty(&report).unwrap_or_default()
}
