//! Where responses are written.

use bytes::Bytes;

use crate::Arena;

/// Bytes of responses that share a piece of memory.
const PIECE: usize = 16 * 1024;

/// What a server writes its responses into, one after the other. Those that are short share memory, as [`Arena`] has it.
#[derive(Debug)]
pub struct ResponseBuffer {
    /// The response that is being written.
    pub(super) draft: Vec<u8>,
    arena: Arena,
}

impl ResponseBuffer {
    /// Empty.
    #[must_use]
    pub fn new() -> ResponseBuffer {
        ResponseBuffer {
            draft: Vec::with_capacity(1024),
            arena: Arena::with_pieces_of(PIECE),
        }
    }

    pub(super) fn freeze(&mut self) -> Bytes {
        self.arena.take_in(&self.draft)
    }
}

impl Default for ResponseBuffer {
    fn default() -> ResponseBuffer {
        ResponseBuffer::new()
    }
}
