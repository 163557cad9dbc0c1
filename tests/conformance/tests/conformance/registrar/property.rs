//! The contract of the doors, whatever comes in.

use proptest::prelude::*;

use bellhop_registrar::StreamId;

use crate::desk::{Desk, Phone, at_home, by_stream, challenges};

#[derive(Clone, Debug)]
enum Step {
    Bind {
        host: u8,
        instance: Option<u8>,
        expires: u32,
    },
    Clear,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..9u8, prop::option::of(0..3u8), prop_oneof![Just(0), 60..7300u32]).prop_map(|(host, instance, expires)| Step::Bind { host, instance, expires }),
        1 => Just(Step::Clear),
        2 => (0..4000u64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn at_poll_timeout_handle_timeout_always_makes_progress(steps in prop::collection::vec(step(), 1..40)) {
        let mut desk = Desk::with(|config| config.max_contacts = 4);
        let mut tina = Phone::tina("a");
        for step in steps {
            let lines = match step {
                Step::Bind { host, instance, expires } => {
                    let instance = instance.map(|i| format!(";+sip.instance=\"<urn:x:{i}>\"")).unwrap_or_default();
                    format!("Contact: <sip:t@198.51.100.{host}>;expires={expires}{instance}\r\n")
                }
                Step::Clear => "Contact: *\r\nExpires: 0\r\n".to_owned(),
                Step::Wait(seconds) => {
                    desk.wait(seconds);
                    continue;
                }
            };
            prop_assert_eq!(tina.register(&mut desk, &lines).status.code(), 200);
            prop_assert!(desk.registrar.bindings("tina").count() <= 4);
        }
        let mut turns = 0;
        while let Some(due) = desk.registrar.poll_timeout() {
            desk.registrar.handle_timeout(due);
            prop_assert!(desk.registrar.poll_timeout().is_none_or(|next| next > due));
            turns += 1;
        }
        prop_assert!(turns <= 5);
        prop_assert_eq!(desk.registrar.bindings("tina").count(), 0);
    }

    #[test]
    fn no_header_value_makes_it_fall_over(name in "Contact|Expires|Authorization|Require|To|Call-ID|CSeq|Content-Length", value in "[ -~]{0,60}") {
        let mut desk = Desk::new();
        let mut tina = Phone::tina("a");
        let mut request = tina.request("");
        let name: bellhop_sip::HeaderName = name.parse().unwrap();
        request.headers.push(name, value.as_str());
        let refusal = desk.send(&request);
        if refusal.status.code() == 401 && !challenges(&refusal).is_empty() {
            tina.answer(&mut request, &refusal, 1);
            let _ = desk.send(&request);
        }
    }

    /// Bytes changed, left out and doubled in a request that would be granted.
    #[test]
    fn no_bytes_make_it_fall_over_or_remember_strangers(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..12), stream in prop::option::of(0..2u64)) {
        let mut desk = Desk::new();
        let mut tina = Phone::tina("a");
        let refusal = desk.send(&tina.request(""));
        let mut good = tina.request("Contact: <sip:t@198.51.100.7>;q=0.5;+sip.instance=\"<urn:x:1>\";reg-id=1\r\nPath: <sip:p@h;lr;ob>\r\nSupported: path, outbound\r\n");
        tina.answer(&mut good, &refusal, 1);
        let mut bytes = good.to_bytes().to_vec();
        for (at, byte, kind) in edits {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, bytes[at]),
            }
        }
        let arrival = stream.map_or_else(at_home, by_stream);
        let answer = desk.receive(&arrival, bytes.into());
        prop_assert!(answer.is_none_or(|answer| (200..600).contains(&answer.status)));
        prop_assert!(desk.registrar.bindings("tina").count() <= 1);
        for stream in 0..2 {
            desk.registrar.handle_stream_closed(desk.now, StreamId(stream));
        }
        desk.wait(8000);
        desk.registrar.handle_timeout(desk.now);
        prop_assert_eq!(desk.registrar.bound().count(), 0);
        prop_assert_eq!(desk.registrar.poll_timeout(), None);
    }

    /// Whatever is stored can be anything after an accident.
    #[test]
    fn no_record_makes_it_fall_over(record in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut desk = Desk::new();
        let wall = desk.wall();
        prop_assert!(desk.registrar.restore(desk.now, wall, "tina", &record).is_err());
    }
}
