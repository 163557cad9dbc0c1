//! SIP as a language: message, URI, header, digest. No state, no time, no I/O.

pub mod digest;
mod method;
mod text;

pub use self::method::Method;
pub use self::text::Text;
pub use rsip::{StatusCode, Transport};
