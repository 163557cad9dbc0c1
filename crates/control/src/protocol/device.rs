//! A phone at home as a form shows it. Never its password.

use serde::{Deserialize, Serialize};

use super::PasswordPlace;

/// What a `[[device]]` table says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeviceSettings {
    /// What to call it.
    pub name: String,
    /// What the others dial; the next free one from 101 if there is none.
    #[serde(default)]
    pub extension: Option<String>,
    /// Where its password is; the environment is no place for it.
    #[serde(default)]
    pub password: PasswordPlace,
    /// The one digest that it is held to: `SHA-256` or `MD5`.
    #[serde(default)]
    pub digest: Option<String>,
}

impl DeviceSettings {
    /// As a person's typing is meant: no spaces around, and nothing in a field is no field.
    #[must_use]
    pub fn tidied(self) -> DeviceSettings {
        let text = |typed: Option<String>| {
            typed
                .map(|typed| typed.trim().to_owned())
                .filter(|typed| !typed.is_empty())
        };
        DeviceSettings {
            name: self.name.trim().to_owned(),
            extension: text(self.extension),
            password: self.password,
            digest: text(self.digest),
        }
    }
}
