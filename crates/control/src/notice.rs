//! What is worth a toast: it happened, it is over, and it is part of no state.

use serde::{Deserialize, Serialize};

use crate::catalogue;
use crate::error::{Code, Error};

/// Something that the person may want to hear of once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
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
            Notice::Rejected { error, .. } if error.code == Code::RegisteredElsewhere => {
                catalogue::text("notice-elsewhere", &[("why", &error.message)])
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

    fn samples() -> Vec<Notice> {
        let again = |from: Option<&str>| Notice::RegisteredAgain {
            line: "work".into(),
            took_ms: 41,
            from: from.map(str::to_owned),
            to: Some("hotspot".into()),
        };
        let rejected = |error| Notice::Rejected {
            line: "work".into(),
            error,
        };
        vec![
            again(Some("Wi-Fi")),
            again(Some("hotspot")),
            Notice::MissedCall {
                line: "work".into(),
                from: "sip:tom@example.com".into(),
            },
            rejected(Error::new(Code::PasswordRefused, [("user", "tina")])),
            rejected(Error::plain(Code::RegisteredElsewhere)),
        ]
    }

    #[test]
    fn says_what_happened_in_one_sentence() {
        let sentences: Vec<String> = samples().iter().map(Notice::sentence).collect();
        assert_eq!(
            sentences,
            [
                "Registered again in 41 ms (Wi-Fi → hotspot)",
                "Registered again in 41 ms",
                "Missed call from sip:tom@example.com",
                "You can't be called: the company refused the password for tina",
                "Registered elsewhere only: another phone took this number",
            ]
        );
    }

    #[test]
    fn the_documented_notices_are_the_notices() {
        let rows: Vec<String> = samples()
            .iter()
            .map(|notice| {
                let json = serde_json::to_value(notice).unwrap();
                let name = json.get("notice").unwrap().as_str().unwrap().to_owned();
                format!("| `{name}` | {} |", notice.sentence())
            })
            .collect();
        assert_eq!(crate::documented::rows("Notices"), rows);
    }
}
