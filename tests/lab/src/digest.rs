//! Digest with MD5 and qop=auth (RFC 2617 §3.2.2), of the lab's own: the floor must not depend on what is measured.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};

/// A challenge of the registrar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    nonce: String,
}

impl Challenge {
    /// Reads the `WWW-Authenticate` of a 401, if it has one.
    #[must_use]
    pub fn of(answer: &str) -> Option<Self> {
        let line = answer
            .lines()
            .find_map(|line| line.strip_prefix("WWW-Authenticate: Digest "))?;
        let parameter = |name: &str| {
            Some(
                line.split_once(&format!("{name}=\""))?
                    .1
                    .split('"')
                    .next()?
                    .to_owned(),
            )
        };
        Some(Self {
            realm: parameter("realm")?,
            nonce: parameter("nonce")?,
        })
    }

    /// The `Authorization` header line for a REGISTER, without line end. `count` is the nonce count: 1 for the first use.
    #[must_use]
    pub fn answer(&self, user: &str, password: &str, uri: &str, count: u32) -> String {
        let Self { realm, nonce } = self;
        let secret = hash(&format!("{user}:{realm}:{password}"));
        let response = hash(&format!(
            "{secret}:{nonce}:{count:08x}:c:auth:{}",
            hash(&format!("REGISTER:{uri}"))
        ));
        format!(
            "Authorization: Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\", algorithm=MD5, qop=auth, nc={count:08x}, cnonce=\"c\""
        )
    }
}

fn hash(text: &str) -> String {
    Md5::digest(text)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nonce_of_a_401_is_answered() {
        let told = "SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n/+=\", qop=\"auth\"\r\n\r\n";
        let challenge = Challenge::of(told).unwrap();
        assert_eq!(
            challenge,
            Challenge {
                realm: "r".into(),
                nonce: "n/+=".into()
            }
        );
        assert!(
            challenge
                .answer("u", "p", "sip:r", 10)
                .contains("nc=0000000a")
        );
    }

    #[test]
    fn hashes_are_written_in_hex() {
        assert_eq!(hash("abc"), "900150983cd24fb0d6963f7d28e17f72");
    }
}
