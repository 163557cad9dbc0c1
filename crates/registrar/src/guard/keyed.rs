//! A hasher for what strangers choose.

use std::hash::{BuildHasher, DefaultHasher, Hasher as _};

/// The standard hasher, with a key of ours in place of the system's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed(pub(super) u64);

impl BuildHasher for Keyed {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.0);
        hasher
    }
}
