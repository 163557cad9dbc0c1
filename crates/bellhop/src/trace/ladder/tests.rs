use super::*;

fn entry(ms: u32, local: &str, direction: Direction, text: &str) -> TraceEntry {
    TraceEntry {
        at: Timestamp::parse(&format!(
            "2026-11-23T14:02:{:02}.{:03}Z",
            ms / 1000,
            ms % 1000
        ))
        .unwrap(),
        micros: 0,
        line: "work".into(),
        flow: TraceFlow {
            interface: "wlan0".into(),
            local: local.into(),
            remote: "203.0.113.1:5060".into(),
        },
        direction,
        dropped: None,
        text: text.into(),
    }
}

const REGISTER: &str = "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.23:40112\r\nCSeq: 1 REGISTER\r\n\r\n";
const CHALLENGE: &str = "SIP/2.0 401 Unauthorized\r\ncseq : 1 REGISTER\r\n\r\n";

#[test]
fn is_drawn_message_by_message() {
    let (old, new) = ("192.168.1.23:40112", "10.0.0.7:51000");
    let mut garbage = entry(700, old, Direction::In, "\u{1}\u{2}junk");
    garbage.dropped = Some("not SIP".into());
    let entries = [
        entry(123, old, Direction::Out, REGISTER),
        entry(623, old, Direction::Out, REGISTER),
        entry(664, old, Direction::In, CHALLENGE),
        garbage,
        entry(
            9123,
            new,
            Direction::Out,
            "REGISTER sip:example.com SIP/2.0\r\nCSeq: 2 REGISTER\r\n\r\n",
        ),
        entry(
            9164,
            new,
            Direction::In,
            "SIP/2.0 200 OK\r\nCSeq: 2 REGISTER\r\n\r\n",
        ),
    ];
    let expected = "\
work · wlan0 · 14:02:00.123
          192.168.1.23:40112                                  203.0.113.1:5060
   0.000  ├─ REGISTER sip:example.com · 1 ──────────────────────────────────▶┤
   0.500  ├─ REGISTER sip:example.com · 1 (again) ──────────────────────────▶┤
   0.541  ├◀───────────────────────────────── 401 Unauthorized · 1 REGISTER ─┤
   0.577  ├◀──────────────────────────────────────────────────────── ··junk ─┤  ✗ not SIP

work · wlan0 · 14:02:09.123
          10.0.0.7:51000                                      203.0.113.1:5060
   9.000  ├─ REGISTER sip:example.com · 2 ──────────────────────────────────▶┤
   9.041  ├◀─────────────────────────────────────────── 200 OK · 2 REGISTER ─┤";
    let drawn = of(&entries, Clock::at(Timestamp::now()));
    assert_eq!(drawn, expected, "\n{drawn}");
}

#[test]
fn a_long_or_hostile_start_line_keeps_the_posts_in_place() {
    let long = format!("INVITE sip:{}@example.com SIP/2.0\r\n\r\n", "x".repeat(400));
    let drawn = of(
        &[
            entry(0, "10.0.0.7:1", Direction::In, &long),
            entry(1, "10.0.0.7:1", Direction::In, ""),
            entry(2, "10.0.0.7:1", Direction::In, "\u{1b}[2Jx"),
        ],
        Clock::at(Timestamp::now()),
    );
    assert!(!drawn.contains('\u{1b}'));
    let widths: Vec<usize> = drawn
        .lines()
        .filter(|row| row.contains('├'))
        .map(|row| row.chars().count())
        .collect();
    assert_eq!(widths, [MARGIN + WIDTH + 2; 3], "{drawn}");
}
