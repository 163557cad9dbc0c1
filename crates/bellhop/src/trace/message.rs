//! A traced message as it is written into a capture: well-formed, with or without its body. A pure function.

use bellhop_control::protocol::CUT;

/// Whether bodies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bodies {
    LeftOut,
    Kept,
}

/// What is written of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) payload: String,
    /// It had a body that is not in the payload.
    pub(super) body_left_out: bool,
    /// The trace keeps less of it than was on the wire.
    pub(super) cut: bool,
}

/// Content-Length becomes right for what is written: masking has changed the body's length, or there is none any more. Line ends before the start line are no part of a message
/// (RFC 3261 §7.5) and would hide it from readers that guess. What is not SIP stays as it is, except for what would be a body.
pub(super) fn written(text: &str, bodies: Bodies) -> Written {
    let (kept, cut) = text
        .strip_suffix(CUT)
        .map_or((text, false), |kept| (kept, true));
    let message = kept.trim_start_matches(['\r', '\n']);
    let is_sip = is_sip(message);
    let (head, blank, body) = parts(if is_sip { message } else { kept });
    let shown = match bodies {
        Bodies::Kept => body,
        Bodies::LeftOut => "",
    };
    let payload = if is_sip {
        // A head that was cut ends with its last whole line.
        let (head, blank) = match (blank, head.rfind('\n')) {
            ("", Some(end)) if cut => (head.get(..=end).unwrap_or(head), "\r\n"),
            _ => (head, blank),
        };
        format!("{}{blank}{shown}", with_length(head, shown.len()))
    } else {
        format!("{head}{blank}{shown}")
    };
    Written {
        payload,
        body_left_out: shown.len() < body.len(),
        cut,
    }
}

fn is_sip(message: &str) -> bool {
    let start = message.lines().next().unwrap_or_default();
    start.starts_with("SIP/2.0 ") || start.ends_with(" SIP/2.0")
}

/// Head, empty line, body; the last two are empty where there is no empty line.
fn parts(text: &str) -> (&str, &str, &str) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if matches!(line, "\r\n" | "\n") {
            let (head, _) = text.split_at(start);
            let (_, body) = text.split_at(end);
            return (head, line, body);
        }
        start = end;
    }
    (text, "", "")
}

/// `head` with one Content-Length, in the place and under the name that it had; none where there was none.
fn with_length(head: &str, length: usize) -> String {
    let mut out = String::with_capacity(head.len());
    let (mut within, mut told) = (false, false);
    for line in head.split_inclusive('\n') {
        if !line.starts_with([' ', '\t']) {
            let name = line.split_once(':').map_or("", |(name, _)| name);
            within = ["content-length", "l"]
                .iter()
                .any(|known| name.trim().eq_ignore_ascii_case(known));
            if within && !told {
                told = true;
                out.push_str(&format!("{name}: {length}\r\n"));
            }
        }
        if !within {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "INVITE sip:x SIP/2.0\r\nContent-Type: application/sdp\r\nContent-Length: 129\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\na=crypto:…\r\n";

    fn payload(text: &str, bodies: Bodies) -> String {
        written(text, bodies).payload
    }

    #[test]
    fn a_body_is_left_out_and_its_length_is_nought() {
        assert_eq!(
            written(INVITE, Bodies::LeftOut),
            Written {
                payload: "INVITE sip:x SIP/2.0\r\nContent-Type: application/sdp\r\nContent-Length: 0\r\nCSeq: 1 INVITE\r\n\r\n".into(),
                body_left_out: true,
                cut: false,
            }
        );
    }

    #[test]
    fn a_body_that_is_kept_has_the_length_that_is_written() {
        let whole = written(INVITE, Bodies::Kept);
        assert!(!whole.body_left_out);
        // Bytes: the mask takes three.
        assert!(
            whole.payload.contains("Content-Length: 19\r\n"),
            "{whole:?}"
        );
        assert!(whole.payload.ends_with("\r\n\r\nv=0\r\na=crypto:…\r\n"));
    }

    #[test]
    fn lengths_by_their_short_name_folded_or_twice_become_one() {
        assert_eq!(
            payload(
                "\r\n\r\nSIP/2.0 200 OK\nl :\n 4\nTo: x\nContent-Length: 5\n\nbody",
                Bodies::LeftOut
            ),
            "SIP/2.0 200 OK\nl : 0\r\nTo: x\n\n"
        );
        assert_eq!(
            payload("SIP/2.0 200 OK\r\nTo: x\r\n\r\nbody", Bodies::Kept),
            "SIP/2.0 200 OK\r\nTo: x\r\n\r\nbody"
        );
    }

    #[test]
    fn what_is_not_sip_stays_as_it_was_seen_without_what_follows_an_empty_line() {
        assert_eq!(
            payload("\r\njunk\r\nl: 3", Bodies::Kept),
            "\r\njunk\r\nl: 3"
        );
        assert_eq!(
            written(
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret",
                Bodies::LeftOut
            ),
            Written {
                payload: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n".into(),
                body_left_out: true,
                cut: false,
            }
        );
    }

    #[test]
    fn what_was_cut_ends_well() {
        let head = written(
            &format!("OPTIONS sip:x SIP/2.0\r\nTo: y\r\nSubject: lo{CUT}"),
            Bodies::Kept,
        );
        assert!(head.cut);
        assert_eq!(head.payload, "OPTIONS sip:x SIP/2.0\r\nTo: y\r\n\r\n");
        assert_eq!(
            payload(
                &format!("OPTIONS sip:x SIP/2.0\r\nl: 9000\r\n\r\nbod{CUT}"),
                Bodies::Kept
            ),
            "OPTIONS sip:x SIP/2.0\r\nl: 3\r\n\r\nbod"
        );
    }
}
