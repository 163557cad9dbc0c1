//! Whatever comes in whatever order: no panic, wake-ups make progress, and nothing leaves that must not.

use std::time::Duration;

use bellhop_agent::{Command, LineState, Network};
use bellhop_sip::Method;
use proptest::prelude::*;

use crate::desk::{CHALLENGE, Desk};

#[derive(Clone, Debug)]
enum Input {
    Networks(Vec<u8>),
    Unresolved,
    Password,
    Command(Command),
    Answer(u16, usize, usize),
    Silence(usize),
    Pass(u64),
    FlowsFail(bool),
}

/// What an answer may carry besides its status.
const HEADERS: &[&[(&str, &str)]] = &[
    &[],
    &[("WWW-Authenticate", CHALLENGE)],
    &[(
        "WWW-Authenticate",
        "Digest realm=\"company.test\", nonce=\"n2\", qop=\"auth\", stale=true",
    )],
    &[(
        "WWW-Authenticate",
        "Digest realm=\"thief.test\", nonce=\"n3\"",
    )],
    &[("Proxy-Authenticate", CHALLENGE)],
    &[("Min-Expires", "900")],
    &[("Retry-After", "7"), ("Min-Expires", "4294967295")],
    &[("Contact", "*")],
    &[
        ("Contact", "<sip:tina@192.0.2.9>;expires=0"),
        ("Expires", "nonsense"),
    ],
    &[("Contact", "<sip:tina@192.0.2.9>;expires=1, <<>>, \"")],
    &[(
        "Contact",
        "<sip:x@10.1.0.2:40001>;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000001>\";expires=4294967295",
    )],
];

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        4 => proptest::collection::vec(1_u8..4, 0..3).prop_map(Input::Networks),
        1 => Just(Input::Unresolved),
        2 => Just(Input::Password),
        2 => prop_oneof![
            Just(Command::Rebind),
            Just(Command::Pause),
            Just(Command::Resume),
            Just(Command::Sleep),
            Just(Command::Wake),
            Just(Command::SelfTest),
            Just(Command::Quit),
        ].prop_map(Input::Command),
        8 => (
            prop_oneof![Just(200_u16), Just(401), Just(407), Just(423), Just(403), Just(503), 100_u16..700],
            0..HEADERS.len(),
            0_usize..4,
        ).prop_map(|(status, headers, back)| Input::Answer(status, headers, back)),
        2 => (0_usize..4).prop_map(Input::Silence),
        4 => (0_u64..4_000_000).prop_map(Input::Pass),
        1 => any::<bool>().prop_map(Input::FlowsFail),
    ]
}

proptest! {
    #[test]
    fn any_input_in_any_order_is_survived(inputs in proptest::collection::vec(input(), 0..60)) {
        let mut desk = Desk::bare();
        let mut offline = true;
        for input in inputs {
            let before = desk.sent.len();
            match input {
                Input::Networks(networks) => {
                    offline = networks.is_empty();
                    desk.network(&networks);
                }
                Input::Unresolved => {
                    offline = true;
                    desk.see(Network::Unresolved { why: "no such name".into() });
                }
                Input::Password => desk.password(),
                Input::Command(command) => desk.command(command),
                Input::Answer(status, headers, back) => {
                    if let Some(sent) = desk.sent.iter().rev().nth(back).cloned() {
                        desk.answer_to(&sent, status, HEADERS[headers]);
                    }
                }
                Input::Silence(back) => {
                    if let Some(sent) = desk.sent.iter().rev().nth(back).cloned() {
                        desk.silence_of(sent.id);
                    }
                }
                Input::Pass(ms) => desk.pass(Duration::from_millis(ms)),
                Input::FlowsFail(fail) => desk.refuse_flows = fail,
            }
            let new = &desk.sent[before..];
            prop_assert!(!offline || new.is_empty(), "sent while offline");
            for sent in new {
                prop_assert!(!sent.contacts().iter().any(|contact| contact.contains('*')));
                if sent.request.method == Method::Register {
                    prop_assert!(!sent.contacts().is_empty());
                }
                let thief = sent.authorization().is_some_and(|answer| answer.contains("thief"));
                prop_assert!(!thief || desk.saved.iter().any(|saved| saved.realm.as_deref() == Some("thief.test")));
            }
            if let Some(at) = desk.agent.poll_timeout() {
                let mut probe = at;
                desk.now = desk.now.max(at);
                desk.timeout();
                while let Some(next) = desk.agent.poll_timeout().filter(|next| *next <= desk.now) {
                    prop_assert!(next > probe, "a wake-up made no progress");
                    probe = next;
                    desk.timeout();
                }
            }
            let view = desk.view();
            prop_assert!(view.state != LineState::Registered || !view.flows.is_empty());
            prop_assert!(view.verified <= (view.state == LineState::Registered));
        }
    }
}
