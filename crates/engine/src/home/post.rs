//! Answers that do not leave at once: held until the store has what they say, or late for who is slowed down.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use bellhop_registrar::{StreamId, WriteSeq};
use bytes::Bytes;

use super::listener::stream::Asked;

/// Answers that may wait for the store; a client whose answer is lost asks again.
const MOST_HELD: usize = 64 * 1024;
/// Answers that may be late.
const MOST_LATE: usize = 4096;

/// Where an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// By this listener.
    Datagram { listener: u64, to: SocketAddr },
    /// On this connection.
    Stream(StreamId),
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Post {
    held: VecDeque<(WriteSeq, Letter)>,
    late: BTreeMap<(Instant, u64), Letter>,
    next: u64,
}

/// An answer and when it may leave besides.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) to: To,
    pub(crate) payload: Bytes,
    /// What it answers on a connection.
    pub(crate) asked: Option<Asked>,
    /// Not before this.
    pub(crate) not_before: Option<Instant>,
}

impl Letter {
    /// With memory of its own: nothing else is held back with it.
    pub(crate) fn detached(self) -> Letter {
        Letter {
            payload: Bytes::copy_from_slice(&self.payload),
            ..self
        }
    }
}

impl Post {
    /// Held until the store has committed this write.
    pub(crate) fn hold(&mut self, until: WriteSeq, letter: Letter) {
        if self.held.len() < MOST_HELD {
            self.held.push_back((until, letter.detached()));
        }
    }

    /// Leaves at its time.
    pub(crate) fn delay(&mut self, at: Instant, letter: Letter) {
        if self.late.len() < MOST_LATE {
            self.next += 1;
            self.late.insert((at, self.next), letter.detached());
        }
    }

    /// What may leave now that the store has this and all before it.
    pub(crate) fn committed(&mut self, seq: WriteSeq) -> Vec<Letter> {
        let mut free = Vec::new();
        // Not in order where an answer waits for an earlier write.
        let mut rest = VecDeque::with_capacity(self.held.len());
        for (until, letter) in self.held.drain(..) {
            if until <= seq {
                free.push(letter);
            } else {
                rest.push_back((until, letter));
            }
        }
        self.held = rest;
        free
    }

    /// What is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Vec<Letter> {
        let mut due = Vec::new();
        while let Some(entry) = self.late.first_entry() {
            if entry.key().0 > now {
                break;
            }
            due.push(entry.remove());
        }
        due
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.late.first_key_value().map(|((at, _), _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn letter(text: &'static str) -> Letter {
        Letter {
            to: To::Stream(StreamId(1)),
            payload: Bytes::from_static(text.as_bytes()),
            asked: None,
            not_before: None,
        }
    }

    fn texts(letters: &[Letter]) -> Vec<&[u8]> {
        letters.iter().map(|it| it.payload.as_ref()).collect()
    }

    #[test]
    fn an_answer_leaves_with_its_write_or_a_later_one() {
        let mut post = Post::default();
        post.hold(WriteSeq(2), letter("b"));
        post.hold(WriteSeq(1), letter("a"));
        post.hold(WriteSeq(3), letter("c"));
        assert!(post.committed(WriteSeq(0)).is_empty());
        assert_eq!(texts(&post.committed(WriteSeq(2))), [b"b", b"a"]);
        assert_eq!(texts(&post.committed(WriteSeq(9))), [b"c"]);
    }

    #[test]
    fn what_is_late_leaves_at_its_time_and_no_more_than_so_many_wait() {
        let now = Instant::now();
        let mut post = Post::default();
        for after in [3, 1, 2] {
            post.delay(now + Duration::from_secs(after), letter("late"));
        }
        assert_eq!(post.poll_timeout(), Some(now + Duration::from_secs(1)));
        assert_eq!(post.handle_timeout(now + Duration::from_secs(2)).len(), 2);
        for _ in 0..2 * MOST_LATE {
            post.delay(now, letter("flood"));
        }
        assert_eq!(post.handle_timeout(now).len(), MOST_LATE - 1);
    }
}
