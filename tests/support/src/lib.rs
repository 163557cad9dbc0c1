//! What the test packages share: the built binary, the programs that the tests need, a registrar of a few lines, a login with a real keyring.
//!
//! Nothing here knows how Bellhop works inside: it is started from outside, like a person or a script would.

pub mod binary;
pub mod engine;
#[cfg(target_os = "linux")]
pub mod keyring;
pub mod log_layer;
pub mod logs;
pub mod peer;
pub mod registrar;
#[cfg(target_os = "linux")]
pub mod session;
pub mod sip_text;
pub mod started;
pub mod tools;
