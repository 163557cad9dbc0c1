//! A password on its way to the engine.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A password. It shows itself to nobody, and its memory is wiped when it goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Longest password, in bytes.
    pub const LONGEST: usize = 1024;

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it can be a password: some text on one line, of a bearable length.
    pub fn is_plausible(&self) -> bool {
        !self.0.is_empty()
            && self.0.len() <= Password::LONGEST
            && !self.0.contains(['\n', '\r', '\0'])
    }
}

impl From<String> for Password {
    fn from(text: String) -> Password {
        Password(Zeroizing::new(text))
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Password {
        text.to_owned().into()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Request;

    #[test]
    fn is_written_as_a_text_and_shows_itself_to_nobody() {
        let request = Request::SetPassword {
            line: "work".into(),
            password: "c4nary".into(),
        };
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(
            json,
            r#"{"ask":"set_password","line":"work","password":"c4nary"}"#
        );
        assert_eq!(serde_json::from_str::<Request>(&json).unwrap(), request);
        assert!(!format!("{request:?}{request:#?}").contains("c4nary"));
    }

    #[test]
    fn what_can_be_no_password_is_none() {
        for text in ["", "two\nlines", "a\0b", &"x".repeat(1025)] {
            assert!(!Password::from(text).is_plausible());
        }
        assert!(Password::from("pass word ").is_plausible());
    }
}
