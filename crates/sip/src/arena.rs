//! Memory that many messages share.

use bytes::{Bytes, BytesMut};

/// Takes in bytes of messages one after the other. Many share a piece of memory, which is used again when none of them is there any more: who holds one
/// back for long is to hold a copy of it ([`Bytes::copy_from_slice`]), or he holds back the piece.
#[derive(Debug)]
pub struct Arena {
    piece: BytesMut,
    size: usize,
}

impl Arena {
    /// One with pieces of `size` bytes.
    #[must_use]
    pub fn with_pieces_of(size: usize) -> Arena {
        Arena {
            piece: BytesMut::with_capacity(size),
            size,
        }
    }

    /// The same bytes. What is long, and would make a piece longer than it should be, has memory of its own.
    pub fn take_in(&mut self, bytes: &[u8]) -> Bytes {
        if bytes.len() > self.size / 4 {
            return Bytes::copy_from_slice(bytes);
        }
        self.piece.extend_from_slice(bytes);
        self.piece.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_in_stays_as_it_is_and_no_piece_grows() {
        let mut arena = Arena::with_pieces_of(64);
        let mut kept = Vec::new();
        for number in 0..200_u8 {
            let bytes = vec![number; usize::from(number) % 40];
            kept.push((arena.take_in(&bytes), bytes));
            assert!(arena.piece.capacity() <= 64);
        }
        assert!(kept.iter().all(|(taken, bytes)| taken == bytes));
    }
}
