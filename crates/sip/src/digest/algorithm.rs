//! What can be hashed, and over what: the `algorithm` and `qop` parameters. A later algorithm is an arm here and in [`Algorithm::hash`].

use std::fmt;
use std::fmt::Write as _;

use md5::Digest;

use crate::Text;

/// The `algorithm` parameter; its names compare case-insensitively.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5, also meant where the parameter is absent (RFC 7616 §3.3).
    Md5,
    /// SHA-256 (RFC 8760).
    Sha256,
    /// One that we cannot compute.
    Other(Text),
}

impl Algorithm {
    /// The algorithm of that name.
    pub fn named(name: &str) -> Algorithm {
        match name {
            _ if name.eq_ignore_ascii_case("MD5") => Algorithm::Md5,
            _ if name.eq_ignore_ascii_case("SHA-256") => Algorithm::Sha256,
            _ => Algorithm::Other(Text::from(name)),
        }
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Other(name) => name,
        }
    }

    /// Whether we can compute it.
    pub fn supported(&self) -> bool {
        self.strength() > 0
    }

    /// Greater is better; 0 cannot be computed.
    pub(super) fn strength(&self) -> u8 {
        match self {
            Algorithm::Sha256 => 2,
            Algorithm::Md5 => 1,
            Algorithm::Other(_) => 0,
        }
    }

    /// Lower-case hex of the hash of `parts` joined by colons; `None` where we cannot compute it.
    pub(super) fn hash(&self, parts: &[&str]) -> Option<String> {
        match self {
            Algorithm::Md5 => Some(joined::<md5::Md5>(parts)),
            Algorithm::Sha256 => Some(joined::<sha2::Sha256>(parts)),
            Algorithm::Other(_) => None,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One quality of protection; its names compare case-insensitively.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Qop {
    /// The request line and the nonce count are hashed.
    Auth,
    /// The body too. Recognised, not yet answered.
    AuthInt,
    /// Anything else.
    Other(Text),
}

impl Qop {
    /// The one of that name.
    pub fn named(name: &str) -> Qop {
        match name {
            _ if name.eq_ignore_ascii_case("auth") => Qop::Auth,
            _ if name.eq_ignore_ascii_case("auth-int") => Qop::AuthInt,
            _ => Qop::Other(Text::from(name)),
        }
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Qop::Auth => "auth",
            Qop::AuthInt => "auth-int",
            Qop::Other(name) => name,
        }
    }

    /// The list in a challenge: `auth,auth-int`.
    pub(super) fn list(value: &str) -> Vec<Qop> {
        value
            .split(',')
            .map(str::trim)
            .filter(|q| !q.is_empty())
            .map(Qop::named)
            .collect()
    }
}

impl fmt::Display for Qop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn joined<D: Digest>(parts: &[&str]) -> String {
    let mut hash = D::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            hash.update(b":");
        }
        hash.update(part.as_bytes());
    }
    hash.finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
