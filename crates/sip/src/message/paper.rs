//! The memory that responses are written on.

use bytes::{Bytes, BytesMut};

/// Bytes of responses that share a piece of memory.
const SHARED: usize = 16 * 1024;

/// What a server writes its responses on, one after the other: many share a piece of memory, which is used again when none of them is there any more. A
/// response that stays long keeps some 16 KiB in use.
#[derive(Debug)]
pub struct Paper {
    /// The response that is being written.
    pub(super) draft: Vec<u8>,
    shared: BytesMut,
}

impl Paper {
    /// Empty.
    #[must_use]
    pub fn new() -> Paper {
        Paper {
            draft: Vec::with_capacity(1024),
            shared: BytesMut::with_capacity(SHARED),
        }
    }

    pub(super) fn fair_copy(&mut self) -> Bytes {
        self.shared.extend_from_slice(&self.draft);
        self.shared.split().freeze()
    }
}

impl Default for Paper {
    fn default() -> Paper {
        Paper::new()
    }
}
