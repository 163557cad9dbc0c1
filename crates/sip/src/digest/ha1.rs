//! What a server keeps in place of a password: H(A1).

use std::fmt;

use super::Algorithm;
use super::algorithm::{Hash, Hex};

/// H(A1) of one login in one algorithm (RFC 7616 §3.4.2). It is as good as the password for this realm: never shown, never logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ha1(Hash);

impl Ha1 {
    /// Of a login in `realm`, which is as between the quotes on the wire. `None` where we cannot compute it, and for a key for each session, which
    /// there is no keeping.
    #[must_use]
    pub fn new(algorithm: &Algorithm, username: &str, realm: &str, password: &str) -> Option<Ha1> {
        if algorithm.per_session() {
            return None;
        }
        algorithm
            .digest(&[username.as_bytes(), realm.as_bytes(), password.as_bytes()])
            .map(Ha1)
    }

    /// One that no password is behind, of random bytes: what an unknown user is checked against, at the same cost.
    #[must_use]
    pub fn decoy(random: [u8; 32]) -> Ha1 {
        Ha1(random)
    }

    pub(super) fn hex(&self, algorithm: &Algorithm) -> Option<Hex> {
        algorithm.hex(&self.0)
    }
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ha1(redacted)")
    }
}
