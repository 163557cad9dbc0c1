//! Digest authentication (RFC 3261 §22, RFC 7616, RFC 8760): challenges, credentials, and the arithmetic between them.
//!
//! What is quoted on the wire (`realm`, `nonce`, `opaque`, `uri`, `cnonce`) is kept as it stood between the quotes, escapes included: it is echoed
//! and hashed exactly so, which is what `unq()` of RFC 7616 §3.4 means to the registrars in the field. [`unescaped`] makes it readable. The one
//! exception is `username`, which is the person's own: it is kept plain, hashed plain and escaped when written.
//!
//! ```
//! use bellhop_sip::{Method, digest};
//!
//! let offered = digest::Challenge::parse_all(r#"Digest realm="example.com", nonce="dGVzdA==", qop="auth", algorithm=SHA-256"#);
//! let best = digest::strongest(offered.into_iter().flatten()).unwrap();
//! let secret = digest::Secret { username: "tina", password: "demo" };
//! let answer = digest::answer(&best, &secret, &Method::Register, "sip:example.com", 1, "0a4f113b").unwrap();
//! assert!(digest::verify(&answer, &secret, &Method::Register));
//! ```

mod algorithm;
mod challenge;
mod credentials;
mod cursor;
mod glance;
mod ha1;
mod ha2;
mod info;
mod lexer;
mod response;
#[cfg(test)]
mod tests;
mod write;

pub use self::algorithm::{Algorithm, Qop};
pub use self::challenge::{Challenge, strongest};
pub use self::credentials::Credentials;
pub use self::glance::CredentialsRef;
pub use self::ha1::Ha1;
pub use self::ha2::Ha2;
pub use self::info::AuthenticationInfo;
pub use self::lexer::AuthParam;
pub use self::response::{Secret, Session, Subject, answer, answer_for, verify, verify_for};
pub use self::write::{escaped, unescaped};

use crate::Text;

/// Why a challenge or credentials could not be read. Carries no value from the wire, only parameter names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The header speaks another scheme than Digest.
    #[error("not the Digest scheme")]
    OtherScheme,
    /// A parameter that the scheme requires is absent.
    #[error("no {0} parameter")]
    Missing(&'static str),
    /// The same parameter twice: two readers could take different ones.
    #[error("duplicate {0} parameter")]
    Duplicate(Text),
    /// A parameter whose value cannot be what it should be.
    #[error("bad {0} parameter")]
    Invalid(&'static str),
    /// Not a comma-separated list of `name=value`.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// More parameters or challenges than anyone sends.
    #[error("too many parameters")]
    TooMany,
}
