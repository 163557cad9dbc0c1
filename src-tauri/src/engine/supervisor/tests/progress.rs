//! Whatever comes, it goes on.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Event {
    Hello(u32, StartedBy),
    Unreachable(Code),
    Started,
    Ready,
    NotStarted,
    Exit(Option<i32>),
    Lost,
    ShutDown,
    StartNow,
    Quit,
    Passes(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let starter = prop_oneof![
        Just(StartedBy::Terminal),
        Just(StartedBy::Service),
        Just(StartedBy::Tray)
    ];
    prop_oneof![
        (1u32..4, starter).prop_map(|(protocol, by)| Event::Hello(protocol, by)),
        prop_oneof![Just(Code::NoEngine), Just(Code::EngineSilent)].prop_map(Event::Unreachable),
        Just(Event::Started),
        Just(Event::Ready),
        Just(Event::NotStarted),
        prop_oneof![Just(None), Just(Some(0)), Just(Some(2))].prop_map(Event::Exit),
        Just(Event::Lost),
        Just(Event::ShutDown),
        Just(Event::StartNow),
        Just(Event::Quit),
        (0u64..40).prop_map(Event::Passes),
    ]
}

proptest! {
    #[test]
    fn a_timeout_always_makes_progress(events in proptest::collection::vec(event(), 0..40)) {
        let mut stage = Stage::new();
        for event in events {
            let now = stage.now;
            match event {
                Event::Hello(protocol, by) => stage.it.handle_hello(hello(protocol, "0.1.0", by), now),
                Event::Unreachable(code) => stage.it.handle_unreachable(&Error::plain(code), now),
                Event::Started => stage.it.handle_started(),
                Event::Ready => stage.it.handle_ready(),
                Event::NotStarted => stage.it.handle_not_started("gone".into(), now),
                Event::Exit(code) => stage.it.handle_exit(Exit { code, said: None }, now),
                Event::Lost => stage.it.handle_lost(now),
                Event::ShutDown => stage.it.handle_shut_down(now),
                Event::StartNow => stage.it.handle_start_now(),
                Event::Quit => stage.it.handle_quit(now),
                Event::Passes(seconds) => stage.passes(Duration::from_secs(seconds)),
            }
            while stage.it.poll_effect().is_some() {}
            if let Some(until) = stage.it.poll_timeout() {
                stage.now = stage.now.max(until);
                stage.it.handle_timeout(stage.now);
                prop_assert!(stage.it.poll_timeout().is_none_or(|next| next > until), "{:?}", stage.it);
                while stage.it.poll_effect().is_some() {}
            }
        }
    }
}
