//! What is worth a toast: it happened, it is over, and it is part of no state.

use serde::{Deserialize, Serialize};

use crate::catalogue;
use crate::error::Error;

/// Something that the person may want to hear of once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// The binding follows the laptop.
    RegisteredAgain {
        /// Id of the line.
        line: String,
        /// From the change to the 200, in milliseconds.
        took_ms: u64,
        /// Network before, as people call it.
        from: Option<String>,
        /// Network now.
        to: Option<String>,
    },
    /// A call came that no phone could take.
    MissedCall {
        /// Id of the line.
        line: String,
        /// Who called, as the INVITE's From says.
        from: String,
    },
    /// The registrar said no, finally.
    Rejected {
        /// Id of the line.
        line: String,
        /// Why.
        error: Error,
    },
}

impl Notice {
    /// Id of the line that it concerns.
    pub fn line(&self) -> &str {
        match self {
            Notice::RegisteredAgain { line, .. }
            | Notice::MissedCall { line, .. }
            | Notice::Rejected { line, .. } => line,
        }
    }

    /// One English sentence of the catalogue.
    pub fn sentence(&self) -> String {
        match self {
            Notice::RegisteredAgain {
                took_ms, from, to, ..
            } => {
                let took = crate::face::duration(std::time::Duration::from_millis(*took_ms));
                match (from, to) {
                    (Some(from), Some(to)) if from != to => catalogue::text(
                        "notice-registered_again_moved",
                        &[("took", &took), ("from", from), ("to", to)],
                    ),
                    (_, _) => catalogue::text("notice-registered_again", &[("took", &took)]),
                }
            }
            Notice::MissedCall { from, .. } => {
                catalogue::text("notice-missed_call", &[("from", from)])
            }
            Notice::Rejected { error, .. } => {
                catalogue::text("notice-rejected", &[("why", &error.message)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_happened_in_one_sentence() {
        let moved = Notice::RegisteredAgain {
            line: "work".into(),
            took_ms: 41,
            from: Some("Wi-Fi".into()),
            to: Some("hotspot".into()),
        };
        assert_eq!(
            moved.sentence(),
            "Registered again in 41 ms (Wi-Fi → hotspot)"
        );
        let same = Notice::RegisteredAgain {
            line: "work".into(),
            took_ms: 1234,
            from: None,
            to: Some("eth0".into()),
        };
        assert_eq!(same.sentence(), "Registered again in 1.2 s");
        let missed = Notice::MissedCall {
            line: "work".into(),
            from: "sip:tom@example.com".into(),
        };
        assert_eq!(missed.sentence(), "Missed call from sip:tom@example.com");
    }
}
