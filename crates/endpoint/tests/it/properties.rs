//! What holds for every input.

use std::time::Duration;

use bellhop_endpoint::{Endpoint, Event, FlowId, Limits, RequestId, Timers, uas};
use bytes::Bytes;
use proptest::prelude::*;

use crate::lone::{FLOW, LOCAL, Lone, PEER, branch, flow, request, response};
use crate::pair::{base, register};

/// Something that happens to an endpoint.
#[derive(Debug, Clone)]
enum Input {
    Register(u64),
    Abandon(u64),
    Hear {
        source: u8,
        datagram: Vec<u8>,
    },
    /// The flow's remote end answers one of the requests, sent again or over as it may be.
    Answer(prop::sample::Index, u16),
    /// Answers what was asked with that status, if anything was.
    Respond(u16),
    Reopen,
    Wait(u64),
    WakeUp,
}

fn datagram() -> impl Strategy<Value = Vec<u8>> {
    let methods = prop::sample::select(vec![
        "INVITE", "ACK", "CANCEL", "OPTIONS", "BYE", "NOTIFY", "FOO",
    ]);
    let whole = (methods, 0..4_u8, any::<bool>()).prop_map(|(method, branch, cookie)| {
        let cookie = if cookie { "z9hG4bK" } else { "" };
        request(method, &format!("{PEER};rport;branch={cookie}{branch}"))
            .lines()
            .map(str::trim)
            .collect::<Vec<_>>()
            .join("\r\n")
            + "\r\n\r\n"
    });
    let answer = (100..700_u16).prop_map(|status| {
        response(&format!("{status} X"), "z9hG4bKx")
            .lines()
            .map(str::trim)
            .collect::<Vec<_>>()
            .join("\r\n")
            + "\r\n\r\n"
    });
    let text = prop_oneof![3 => whole, 1 => answer].prop_map(String::into_bytes);
    prop_oneof![
        4 => text.clone(),
        2 => (text, prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)).prop_map(|(mut bytes, changes)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        }),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        2 => (0..4_u64).prop_map(Input::Register),
        1 => (0..4_u64).prop_map(Input::Abandon),
        6 => (0..3_u8, datagram()).prop_map(|(source, datagram)| Input::Hear { source, datagram }),
        4 => (any::<prop::sample::Index>(), prop::sample::select(vec![100, 200, 401, 503]))
            .prop_map(|(which, status)| Input::Answer(which, status)),
        3 => prop::sample::select(vec![100, 180, 200, 401, 408, 480, 503]).prop_map(Input::Respond),
        1 => Just(Input::Reopen),
        3 => (0..9_000_u64).prop_map(Input::Wait),
        6 => Just(Input::WakeUp),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn at_the_time_it_asked_for_it_always_makes_progress(inputs in prop::collection::vec(input(), 1..80)) {
        let limits = Limits { server_transactions: 6, server_transactions_per_source: 4, client_transactions: 3, queue: 8 };
        let mut endpoint = Endpoint::new(Timers::default(), [1; 32]).with_limits(limits);
        endpoint.open_flow(FLOW, flow(LOCAL, PEER));
        let mut now = base();
        let mut asked = Vec::new();
        let mut branches: Vec<String> = Vec::new();
        for input in inputs {
            match input {
                Input::Register(id) => drop(endpoint.send_request(now, RequestId(id), FLOW, register())),
                Input::Abandon(id) => endpoint.abandon(RequestId(id)),
                Input::Hear { source, datagram } => {
                    let source = [PEER, "203.0.113.9:5060", "[2001:db8::9]:5060"][usize::from(source)];
                    endpoint.handle_datagram(now, FLOW, source.parse().unwrap(), Bytes::from(datagram));
                }
                Input::Answer(which, status) => if !branches.is_empty() {
                    let text = response(&format!("{status} X"), which.get::<String>(&branches)).replace("\n        ", "\r\n") + "\r\n\r\n";
                    endpoint.handle_datagram(now, FLOW, PEER.parse().unwrap(), Bytes::from(text));
                },
                Input::Respond(status) => if let Some((id, request)) = asked.pop() {
                    let status = bellhop_sip::StatusCode::from(status);
                    endpoint.respond(now, id, bellhop_sip::Response::answering(&request, status));
                },
                Input::Reopen => endpoint.open_flow(FLOW, flow(LOCAL, PEER)),
                Input::Wait(wait) => {
                    now += Duration::from_millis(wait);
                    endpoint.handle_timeout(now);
                    prop_assert!(endpoint.poll_timeout().is_none_or(|next| next > now));
                }
                Input::WakeUp => if let Some(next) = endpoint.poll_timeout() {
                    now = now.max(next);
                    endpoint.handle_timeout(now);
                    prop_assert!(endpoint.poll_timeout().is_none_or(|next| next > now));
                },
            }
            let sent: Vec<_> = std::iter::from_fn(|| endpoint.poll_transmit()).collect();
            prop_assert!(sent.len() <= limits.queue);
            branches.extend(sent.iter().filter(|sent| sent.payload.starts_with(b"REGISTER")).map(|sent| branch(&sent.payload)));
            while let Some(event) = endpoint.poll_event() {
                if let Event::Request { id, request, .. } = event {
                    let _ = uas::answer(&request, "tag");
                    asked.push((id, request));
                }
            }
        }
        // Left alone, it comes to rest.
        let mut steps = 0;
        while let Some(next) = endpoint.poll_timeout() {
            endpoint.handle_timeout(next);
            steps += 1;
            prop_assert!(steps < 1_000);
        }
    }

    #[test]
    fn no_datagram_makes_it_panic_or_answer_more_than_once(datagram in datagram()) {
        let mut lone = Lone::new();
        lone.hear_bytes(FLOW, PEER, datagram.clone());
        lone.hear_bytes(FlowId(9), PEER, datagram);
        prop_assert!(lone.endpoint.counters().sent <= 1);
        prop_assert!(lone.told().len() <= 2);
    }
}
