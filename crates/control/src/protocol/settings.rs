//! A line as a form shows it: what the config says, and where its password is. Never the password.

use serde::{Deserialize, Serialize};

/// What a `[[line]]` table says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LineSettings {
    /// The id, if the config has one and does not leave it to the AOR.
    #[serde(default)]
    pub id: Option<String>,
    /// The address-of-record. One without a scheme gets `sip:`.
    pub aor: String,
    /// Where to register, if not at the AOR's domain. One without a scheme gets `sip:`.
    #[serde(default)]
    pub registrar: Option<String>,
    /// Where to send instead. One without a scheme gets `sip:`.
    #[serde(default)]
    pub outbound_proxy: Option<String>,
    /// Who logs in, if not the AOR's user.
    #[serde(default)]
    pub auth_username: Option<String>,
    /// Seconds to ask for.
    #[serde(default)]
    pub expires: Option<u32>,
    /// What to say as User-Agent.
    #[serde(default)]
    pub user_agent: Option<String>,
    /// Where the password is.
    #[serde(default)]
    pub password: PasswordPlace,
}

/// Where a line's password is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PasswordPlace {
    /// In this account's keyring.
    #[default]
    Keyring,
    /// In a file.
    File {
        /// As the config names it; what is relative is relative to the config.
        path: String,
    },
    /// In an environment variable of the engine.
    Env {
        /// Its name.
        variable: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_alone_is_enough() {
        let settings: LineSettings =
            serde_json::from_str(r#"{"aor":"sip:tina@example.com"}"#).unwrap();
        assert_eq!(settings.password, PasswordPlace::Keyring);
        let place = PasswordPlace::File {
            path: "secret".into(),
        };
        assert_eq!(
            serde_json::to_string(&place).unwrap(),
            r#"{"in":"file","path":"secret"}"#
        );
    }
}
