//! What Kamailio's log says about requests: the lines that the lab's configuration writes.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

/// What happened to a request at Kamailio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A REGISTER came, with or without credentials, a repeated copy too.
    Arrived,
    /// It was answered 401.
    Challenged,
    /// Its bindings are stored.
    Saved,
    /// An answer to a request that Kamailio relayed to a stored contact passed.
    Answered,
}

/// A line of Kamailio's log that the configuration writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Kamailio's clock.
    pub at: SystemTime,
    /// What happened.
    pub kind: Kind,
    /// Where the packet came from, as the internet sees it.
    pub source: SocketAddr,
    /// The Call-ID of the request.
    pub call_id: String,
    /// The CSeq number of the request.
    pub cseq: u32,
    /// The Contact header of a REGISTER; the status of an answer.
    pub contact: String,
}

impl Event {
    /// A REGISTER that only removes: what is left of an earlier place is cleaned up.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.contact.contains("expires=0")
    }
}

/// The event of a line, if it has one.
pub(super) fn event(line: &str) -> Option<Event> {
    let (_, fields) = line.split_once("lab at=")?;
    let (fields, contact) = fields.split_once(" contact=")?;
    let mut fields = fields.split(' ');
    let at = time(fields.next()?)?;
    let mut field = |name: &str| {
        fields
            .next()?
            .strip_prefix(name)?
            .strip_prefix('=')
            .map(str::to_owned)
    };
    let kind = match field("event")?.as_str() {
        "arrived" => Kind::Arrived,
        "challenged" => Kind::Challenged,
        "saved" => Kind::Saved,
        "answered" => Kind::Answered,
        _ => return None,
    };
    let source = field("source")?.parse().ok()?;
    Some(Event {
        at,
        kind,
        source,
        call_id: field("call_id")?,
        cseq: field("cseq")?.parse().ok()?,
        contact: contact.to_owned(),
    })
}

/// `$TV(Sn)`: seconds and microseconds, not padded.
fn time(text: &str) -> Option<SystemTime> {
    let (seconds, microseconds) = text.split_once('.')?;
    let since = Duration::from_secs(seconds.parse().ok()?)
        + Duration::from_micros(microseconds.parse().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_is_an_event() {
        let line = " 2(68) NOTICE: <script>: lab at=1795467738.051728 event=saved source=198.51.100.6:31320 call_id=a@b cseq=13 \
                    contact=<sip:t@172.20.10.2:56786>;expires=60, <sip:t@192.168.1.23:38175>;expires=0";
        let event = event(line).unwrap();
        assert_eq!(
            event.at,
            SystemTime::UNIX_EPOCH + Duration::from_micros(1_795_467_738_051_728)
        );
        assert_eq!(
            (event.kind, event.cseq, event.call_id.as_str()),
            (Kind::Saved, 13, "a@b")
        );
        assert_eq!(event.source, "198.51.100.6:31320".parse().unwrap());
        assert!(event.removes());
    }

    #[test]
    fn other_lines_are_none() {
        assert_eq!(
            event(" 0(65) INFO: <core> [main.c:3055]: main(): processes (at least): 7"),
            None
        );
    }
}
