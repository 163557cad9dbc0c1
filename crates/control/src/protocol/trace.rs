//! The SIP messages that came and went, as views get them.

use serde::{Deserialize, Serialize};

use crate::frame::MAX_FRAME;
use crate::timestamp::Timestamp;

/// Ends a traced message that is longer than the trace keeps.
pub const CUT: &str = "\n… cut …";

/// A SIP message that came or went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TraceEntry {
    /// When.
    pub at: Timestamp,
    /// Microseconds past `at`, 0 to 999.
    #[serde(default)]
    pub micros: u16,
    /// Id of the line.
    pub line: String,
    /// The path that it took.
    pub flow: TraceFlow,
    /// Whether it came or went.
    pub direction: Direction,
    /// Why nobody was given it.
    pub dropped: Option<String>,
    /// The message with its credentials masked; it ends with [`CUT`] if that is not all of it.
    pub text: String,
}

/// The path of a traced message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TraceFlow {
    /// Name of the interface.
    pub interface: String,
    /// Our `ip:port`.
    pub local: String,
    /// The other `ip:port`.
    pub remote: String,
}

/// Whether a message came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Direction {
    /// From the network.
    In,
    /// To the network.
    Out,
}

/// The newest entries whose reply fits into a frame.
pub fn newest_that_fit(entries: Vec<TraceEntry>) -> Vec<TraceEntry> {
    const ROOM: usize = MAX_FRAME - 1024;
    let mut size = 0_usize;
    let fitting = entries
        .iter()
        .rev()
        .take_while(|entry| {
            // One that can't be written counts as one that does not fit.
            size = size
                .saturating_add(serde_json::to_vec(entry).map_or(MAX_FRAME, |json| json.len() + 1));
            size <= ROOM
        })
        .count();
    let skipped = entries.len().saturating_sub(fitting);
    entries.into_iter().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Reply;

    #[test]
    fn a_long_trace_keeps_its_newest_end() {
        let entry = |n: usize| TraceEntry {
            at: Timestamp::now(),
            micros: 0,
            line: n.to_string(),
            flow: TraceFlow {
                interface: "eth0".into(),
                local: "192.0.2.1:5060".into(),
                remote: "192.0.2.2:5060".into(),
            },
            direction: Direction::Out,
            dropped: None,
            text: "x".repeat(1000),
        };
        let kept = newest_that_fit((0..2000).map(entry).collect());
        assert!(kept.len() > 500 && kept.len() < 1100, "{}", kept.len());
        assert_eq!(kept.last().unwrap().line, "1999");
        assert!(
            serde_json::to_vec(&Reply::Trace { entries: kept })
                .unwrap()
                .len()
                <= MAX_FRAME
        );
        assert_eq!(newest_that_fit(vec![entry(1)]).len(), 1);
    }
}
