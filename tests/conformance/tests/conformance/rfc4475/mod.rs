//! RFC 4475, torture test messages. What is asserted is what each message means.

mod section_3_1_1;
mod section_3_1_2;
mod section_3_3;
mod with_a_login;

/// A message bit for bit as the RFC's archive has it.
macro_rules! message {
    ($name:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/data/rfc4475/",
            $name,
            ".dat"
        ))
        .as_slice()
    };
}
use message;
