//! The newest SIP messages, masked when they are put in: what is not kept can't leak.

mod mask;

use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

use bellhop_control::protocol::{Direction, TraceEntry, TraceFlow};

/// Enough for some hours of one line, or for a storm's last minute.
const KEPT: usize = 500;

/// The ring.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    entries: VecDeque<TraceEntry>,
}

impl Trace {
    /// Remembers a message. Keep-alives (nothing but line ends) are not messages.
    pub(crate) fn record(
        &mut self,
        at: SystemTime,
        line: &str,
        flow: TraceFlow,
        direction: Direction,
        message: &[u8],
    ) {
        if message.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return;
        }
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(TraceEntry {
            at: at.into(),
            micros: micros(at),
            line: line.to_owned(),
            flow,
            direction,
            dropped: None,
            text: mask::masked(message),
        });
    }

    /// The message that came in last at `local` from `remote` was given to nobody.
    pub(crate) fn mark_dropped(&mut self, local: &str, remote: &str, why: String) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| {
            entry.direction == Direction::In
                && entry.flow.local == local
                && entry.flow.remote == remote
        }) {
            entry.dropped = Some(why);
        }
    }

    /// All that is kept, oldest first.
    pub(crate) fn entries(&self) -> Vec<TraceEntry> {
        self.entries.iter().cloned().collect()
    }
}

/// What a timestamp leaves out.
fn micros(at: SystemTime) -> u16 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u16::try_from(since.subsec_micros() % 1000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow() -> TraceFlow {
        TraceFlow {
            interface: "eth0".into(),
            local: "192.0.2.1:40000".into(),
            remote: "192.0.2.2:5060".into(),
        }
    }

    #[test]
    fn the_oldest_goes_when_the_ring_is_full() {
        let mut trace = Trace::default();
        for n in 0..KEPT + 10 {
            trace.record(
                SystemTime::now(),
                "work",
                flow(),
                Direction::Out,
                format!("OPTIONS {n}").as_bytes(),
            );
        }
        assert_eq!(trace.entries().len(), KEPT);
        assert_eq!(trace.entries()[0].text, "OPTIONS 10");
    }

    #[test]
    fn times_are_kept_to_the_microsecond() {
        let mut trace = Trace::default();
        let at = UNIX_EPOCH + std::time::Duration::from_nanos(1_700_000_000_123_456_789);
        trace.record(at, "work", flow(), Direction::Out, b"OPTIONS");
        let entry = &trace.entries()[0];
        assert_eq!(entry.at.to_string(), "2023-11-14T22:13:20.123Z");
        assert_eq!(entry.micros, 456);
    }

    #[test]
    fn keep_alives_are_left_out_and_a_dropped_message_is_marked() {
        let mut trace = Trace::default();
        trace.record(
            SystemTime::now(),
            "work",
            flow(),
            Direction::In,
            b"\r\n\r\n",
        );
        trace.record(SystemTime::now(), "work", flow(), Direction::In, b"junk");
        trace.record(
            SystemTime::now(),
            "work",
            flow(),
            Direction::Out,
            b"REGISTER",
        );
        trace.mark_dropped("192.0.2.1:40000", "192.0.2.2:5060", "not SIP".into());
        // Another flow of the same registrar has no message here.
        trace.mark_dropped("192.0.2.1:40001", "192.0.2.2:5060", "late".into());
        let entries = trace.entries();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].dropped.as_deref(), Some("not SIP"));
        assert_eq!(entries[1].dropped, None);
    }
}
