//! What a check looks at, and what it finds.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// One step of `check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckStep {
    /// Id of the line; absent for steps of the whole.
    pub line: Option<String>,
    /// What was looked at.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What was found, for IT.
    pub detail: Option<String>,
    /// Why it does not hold.
    pub error: Option<Error>,
}

/// What came of one step of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It may hold, and cannot be shown from here: many registrars answer a request to the own number themselves.
    Unproven,
    /// It does not hold.
    Fails,
}

impl Outcome {
    /// Holds or fails.
    #[must_use]
    pub fn of(ok: bool) -> Self {
        if ok { Self::Holds } else { Self::Fails }
    }
}

/// What `check` looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Step {
    /// The config file.
    Config,
    /// The password is at hand.
    Secret,
    /// The registrar has an address.
    Dns,
    /// Its certificate is good.
    Tls,
    /// It takes the password and stores the binding.
    Login,
    /// Calls arrive.
    Callable,
}
