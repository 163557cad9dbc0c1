//! Lines, phones and home networks of the config added, changed and removed, for views and for the command line.
//!
//! Everything is checked before anything is written. Then the password goes into the keyring, then the text into the file, in one step each; where the second
//! is refused the first is taken back. Nothing here runs on the engine's own thread: keyring and file may block.

mod apply;
mod file;
mod home;
mod password_file;
mod plan;
mod refused;
mod work;

pub use apply::{Applied, apply, set_device_password, set_password};
pub use file::ConfigFile;
pub use home::HomeEdit;
pub(crate) use home::has_network;
pub use plan::{Edit, Plan};
pub use refused::Refused;

use bellhop_control::edit;
use bellhop_control::protocol::LineSettings;

/// What the config says of a line.
///
/// # Errors
/// There is no such line, or the config can't be read.
pub fn settings(file: &ConfigFile, line: &str) -> Result<LineSettings, Refused> {
    edit::line_settings(&file.text, &file.name(), line).map_err(|error| Refused::of(error, line))
}
