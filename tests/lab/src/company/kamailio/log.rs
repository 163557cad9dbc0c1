//! What Kamailio's log says about requests: the lines that the lab's configuration writes.

use std::net::SocketAddr;

use crate::company::event::{Event, Kind, time};

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
    let source = source(&field("source")?)?;
    Some(Event {
        at,
        kind,
        source,
        call_id: field("call_id")?,
        cseq: field("cseq")?.parse().ok()?,
        contact: contact.to_owned(),
    })
}

/// Address and port. Kamailio writes no brackets around an IPv6 address here.
fn source(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.rsplit_once(':')?;
    let address = address.trim_start_matches('[').trim_end_matches(']');
    Some(SocketAddr::new(address.parse().ok()?, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

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
    fn a_source_over_ipv6_is_read_with_and_without_brackets() {
        let expected = "[2001:db8::23]:5062".parse().ok();
        assert_eq!(source("[2001:db8::23]:5062"), expected);
        assert_eq!(source("2001:db8::23:5062"), expected);
        assert_eq!(source("2001:db8::23"), None);
    }

    #[test]
    fn other_lines_are_none() {
        assert_eq!(
            event(" 0(65) INFO: <core> [main.c:3055]: main(): processes (at least): 7"),
            None
        );
    }
}
