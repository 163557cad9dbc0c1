//! What a proof vouches for besides the password: H(A2).

use std::fmt;

use super::algorithm::Hex;

/// H(A2) of a request (RFC 7616 §3.4.3): of its method, its URI and, with qop `auth-int`, its body. It is no secret, and the same for all who ask the same.
#[derive(Clone, Copy)]
pub struct Ha2(pub(super) Hex);

impl fmt::Debug for Ha2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ha2({})", self.0.as_str())
    }
}
