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

impl LineSettings {
    /// As a person's typing is meant: no spaces around, nothing in a field is no field, and an address without a scheme is a SIP one.
    #[must_use]
    pub fn tidied(self) -> LineSettings {
        let text = |typed: Option<String>| {
            typed
                .map(|typed| typed.trim().to_owned())
                .filter(|typed| !typed.is_empty())
        };
        LineSettings {
            id: text(self.id),
            aor: with_scheme(self.aor.trim()),
            registrar: text(self.registrar).as_deref().map(with_scheme),
            outbound_proxy: text(self.outbound_proxy).as_deref().map(with_scheme),
            auth_username: text(self.auth_username),
            expires: self.expires,
            user_agent: text(self.user_agent),
            password: self.password,
        }
    }
}

/// What has a scheme keeps it, so that one that does not fit is told.
fn with_scheme(address: &str) -> String {
    let lower = address.to_ascii_lowercase();
    let has_one = ["sip:", "sips:", "tel:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme));
    if has_one || lower.contains("://") || address.is_empty() {
        address.to_owned()
    } else {
        format!("sip:{address}")
    }
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
    fn what_is_typed_becomes_what_is_meant() {
        let tidied = LineSettings {
            id: Some("  ".into()),
            aor: " tina@example.com ".into(),
            registrar: Some("pbx.example.com:5070".into()),
            outbound_proxy: Some("SIP:edge".into()),
            auth_username: Some(" tina".into()),
            ..LineSettings::default()
        }
        .tidied();
        assert_eq!(tidied.id, None);
        assert_eq!(tidied.aor, "sip:tina@example.com");
        assert_eq!(
            tidied.registrar.as_deref(),
            Some("sip:pbx.example.com:5070")
        );
        assert_eq!(tidied.outbound_proxy.as_deref(), Some("SIP:edge"));
        assert_eq!(tidied.auth_username.as_deref(), Some("tina"));
        for kept in ["tel:+4930123", "https://example.com", "sips:a@b", ""] {
            assert_eq!(with_scheme(kept), kept);
        }
    }

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
