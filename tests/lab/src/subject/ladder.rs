//! What `bellhop trace` prints: a ladder per flow, the laptop on the left.

use std::net::SocketAddr;

/// The laptop's address of the flow on which a request came in last.
pub(super) fn came_in(ladder: &str, method: &str, cseq: u32) -> Option<SocketAddr> {
    let (start, end) = (format!("{method} "), format!(" · {cseq}"));
    let mut local = None;
    let mut found = None;
    for line in ladder.lines() {
        local = posts(line).or(local);
        if arriving(line).is_some_and(|label| label.starts_with(&start) && label.ends_with(&end)) {
            found = local;
        }
    }
    found
}

/// Of the line above a ladder, which names both ends.
fn posts(line: &str) -> Option<SocketAddr> {
    let mut ends = line.split_whitespace().map(str::parse);
    match (ends.next()?, ends.next()?, ends.next()) {
        (Ok(local), Ok::<SocketAddr, _>(_), None) => Some(local),
        _ => None,
    }
}

/// What a message from right to left is called. One that the engine dropped has its reason behind the post.
fn arriving(line: &str) -> Option<&str> {
    let shaft = line.split_once("├◀")?.1;
    let label = shaft.strip_suffix(" ─┤")?;
    Some(label.trim_start_matches('─').trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LADDER: &str = "work · wlan0 · 14:02:05.123
          192.168.1.23:40112                                  203.0.113.10:5060
   0.000  ├─ REGISTER sip:example.com · 1 ──────────────────────────────────▶┤
   0.010  ├─ OPTIONS sip:example.com · 1001 ────────────────────────────────▶┤
   0.041  ├◀────────────────────────────────── 200 OK · 1001 OPTIONS ─┤
   0.050  ├◀──────────────── OPTIONS sip:abc@192.168.1.23:40112;ob · 1001 ─┤  ✗ not ours

work · eth0 · 14:02:06.123
          172.20.10.2:40113                                   203.0.113.10:5060
   1.000  ├◀──────────────── OPTIONS sip:abc@172.20.10.2:40113;ob · 1002 ─┤
   1.001  ├─ 200 OK · 1002 OPTIONS ─────────────────────────────────────────▶┤";

    #[test]
    fn a_request_that_came_in_is_found_with_its_flow() {
        let local = "172.20.10.2:40113".parse().unwrap();
        assert_eq!(came_in(LADDER, "OPTIONS", 1002), Some(local));
    }

    #[test]
    fn what_was_sent_answered_or_dropped_did_not_come_in() {
        assert_eq!(came_in(LADDER, "OPTIONS", 1001), None);
        assert_eq!(came_in(LADDER, "INVITE", 1002), None);
        assert_eq!(came_in(LADDER, "REGISTER", 1), None);
    }
}
