//! What Asterisk's log says: every SIP message that passed, with its time.

use std::net::SocketAddr;
use std::time::SystemTime;

use crate::company::event::{Event, Kind, time};

/// The events of a log. A REGISTER counts as saved when its 200 leaves, which is right after the binding was stored.
pub(super) fn events(log: &str) -> Vec<Event> {
    let mut found = Vec::new();
    for entry in log.split("\n[") {
        let Some(message) = Message::read(entry) else {
            continue;
        };
        if let Some(event) = message.event(&found) {
            found.push(event);
        }
    }
    found
}

/// One SIP message that passed.
struct Message<'a> {
    at: SystemTime,
    received: bool,
    peer: SocketAddr,
    text: &'a str,
}

impl<'a> Message<'a> {
    /// Reads an entry of the log, which begins with its time and ends where the next one begins.
    fn read(entry: &'a str) -> Option<Self> {
        let (head, text) = entry.split_once('\n')?;
        let (at, head) = head.trim_start_matches('[').split_once(']')?;
        let (_, passed) = head.split_once("<--- ")?;
        let (_, peer) = passed.split_once("UDP:")?;
        Some(Self {
            at: time(at)?,
            received: passed.starts_with("Received "),
            peer: peer.split(' ').next()?.parse().ok()?,
            text,
        })
    }

    /// What it means; an answer to a REGISTER has the Contact of the request, which is among `earlier`.
    fn event(&self, earlier: &[Event]) -> Option<Event> {
        let (number, method) = self.value("CSeq")?.split_once(' ')?;
        let status = self
            .text
            .strip_prefix("SIP/2.0 ")
            .and_then(|rest| rest.split(' ').next());
        let kind = match (self.received, method, status) {
            (true, "REGISTER", None) => Kind::Arrived,
            (false, "REGISTER", Some("401")) => Kind::Challenged,
            (false, "REGISTER", Some("403")) => Kind::Refused,
            (false, "REGISTER", Some("200")) => Kind::Saved,
            (true, "INVITE", Some(status)) if !status.starts_with('1') => Kind::Answered,
            _ => return None,
        };
        let (call_id, cseq) = (self.value("Call-ID")?, number.parse().ok()?);
        let request = earlier.iter().rev().find(|event| {
            event.kind == Kind::Arrived && event.call_id == call_id && event.cseq == cseq
        });
        let contact = match (kind, request) {
            (Kind::Arrived, _) => self.values("Contact").collect::<Vec<_>>().join(", "),
            (Kind::Answered, _) => status?.to_owned(),
            (_, request) => request?.contact.clone(),
        };
        Some(Event {
            at: self.at,
            kind,
            source: self.peer,
            call_id: call_id.to_owned(),
            cseq,
            contact,
        })
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        self.values(name).next()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let headers = self.text.lines().take_while(|line| !line.is_empty());
        headers.filter_map(move |line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "[1795472212.630264] VERBOSE[24042] asterisk.c: Remote UNIX connection
[1795472212.658763] VERBOSE[24062] res_pjsip_logger.c: <--- Received SIP request (249 bytes) from UDP:198.51.100.2:37191 --->
REGISTER sip:203.0.113.10 SIP/2.0
Call-ID: abc
CSeq: 2 REGISTER
Contact: <sip:tina@192.168.1.23:555>
Contact: <sip:tina@172.20.10.2:556>;expires=0

[1795472212.661536] VERBOSE[24057] res_pjsip_logger.c: <--- Transmitting SIP response (346 bytes) to UDP:198.51.100.2:37191 --->
SIP/2.0 200 OK
Call-ID: abc
CSeq: 2 REGISTER
Contact: <sip:tina@192.168.1.23:555>;expires=59

[1795472212.831697] VERBOSE[24057] res_pjsip_logger.c: <--- Transmitting SIP request (881 bytes) to UDP:198.51.100.2:37191 --->
INVITE sip:tina@198.51.100.2:37191 SIP/2.0
Call-ID: ee2
CSeq: 24675 INVITE

[1795472212.900001] VERBOSE[24057] res_pjsip_logger.c: <--- Received SIP response (300 bytes) from UDP:198.51.100.2:37191 --->
SIP/2.0 480 Temporarily Unavailable
Call-ID: ee2
CSeq: 24675 INVITE
";

    #[test]
    fn messages_of_the_log_are_events() {
        let found = events(LOG);
        let kinds: Vec<_> = found.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [Kind::Arrived, Kind::Saved, Kind::Answered]);
        assert!(found.iter().take(2).all(Event::removes));
        assert!(
            found
                .iter()
                .all(|event| event.source == "198.51.100.2:37191".parse().unwrap())
        );
        let last = found.last().unwrap();
        assert_eq!((last.contact.as_str(), last.cseq), ("480", 24675));
        assert_eq!(
            last.at,
            SystemTime::UNIX_EPOCH + std::time::Duration::from_micros(1_795_472_212_900_001)
        );
    }

    #[test]
    fn an_answer_to_what_never_came_is_none() {
        let answer = LOG.split_once("[1795472212.661536]").unwrap().1;
        let kinds: Vec<_> = events(&format!("[1795472212.661536]{answer}"))
            .iter()
            .map(|event| event.kind)
            .collect();
        assert_eq!(kinds, [Kind::Answered]);
    }
}
