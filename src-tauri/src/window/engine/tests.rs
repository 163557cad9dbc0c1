use bellhop_control::frame::{self, FrameReader};
use bellhop_control::local::{Listener, Stream};
use bellhop_control::protocol::{Event, Hello, Reply, StartedBy, ToEngine, ToView};
use bellhop_control::role::Role;
use bellhop_control::snapshot::Snapshot;

use super::*;

/// Generous: what is waited for comes, or the test hangs that long and fails.
const LONG: Duration = Duration::from_secs(20);

/// The engine's side of a subscription.
async fn subscribed(listener: &mut Listener) -> Stream {
    let mut view = listener.accept().await.unwrap().unwrap();
    let hello = Hello::of_this_process("9.9.9", StartedBy::Tray);
    frame::write(&mut view, &ToView::Hello(hello))
        .await
        .unwrap();
    let mut reader = FrameReader::new(&mut view);
    reader.read::<ToEngine>().await.unwrap();
    let ToEngine::Request { id, .. } = reader.read().await.unwrap() else {
        panic!("a second hello");
    };
    let reply = Reply::Done;
    frame::write(&mut view, &ToView::Reply { id, reply })
        .await
        .unwrap();
    let snapshot = Box::new(Snapshot::empty("9.9.9"));
    let event = Event::Snapshot { snapshot };
    frame::write(&mut view, &ToView::Event { event })
        .await
        .unwrap();
    view
}

/// The next that differs from the one before.
async fn state(hears: &mut mpsc::Receiver<Input>, before: &EngineState) -> (EngineState, bool) {
    let next = async {
        loop {
            if let Input::Engine(state, snapshot) = hears.recv().await.unwrap()
                && state != *before
            {
                return (state, snapshot.is_some());
            }
        }
    };
    tokio::time::timeout(LONG, next).await.unwrap()
}

#[tokio::test]
async fn an_engine_is_waited_for_heard_missed_and_heard_again() {
    let directory = tempfile::tempdir().unwrap();
    let (hub, mut hears) = mpsc::channel(8);
    tokio::spawn(follow(directory.path().to_owned(), hub));
    let nothing = EngineState::Running { version: "".into() };
    let (starting, _) = state(&mut hears, &nothing).await;
    assert_eq!(starting, EngineState::Starting);

    let mut listener = Listener::open(directory.path(), Role::Engine).unwrap();
    let engine = subscribed(&mut listener).await;
    let (running, with_snapshot) = state(&mut hears, &starting).await;
    let version = "9.9.9".to_owned();
    assert_eq!(running, EngineState::Running { version });
    assert!(with_snapshot);

    drop(engine);
    let (stopped, with_snapshot) = state(&mut hears, &running).await;
    let error = Error::plain(Code::EngineLost);
    assert_eq!(stopped, EngineState::Stopped { error });
    assert!(!with_snapshot);

    let _engine = subscribed(&mut listener).await;
    let (again, with_snapshot) = state(&mut hears, &stopped).await;
    assert_eq!((again, with_snapshot), (running, true));
}

#[test]
fn an_engine_that_is_on_its_way_has_its_time() {
    let starting = EngineState::Starting;
    let lost = EngineState::Stopped {
        error: Error::plain(Code::EngineLost),
    };
    let news = |state: &EngineState, code, waited| is_news(state, &Error::plain(code), waited);
    for code in [Code::NoEngine, Code::WrongVersion] {
        assert!(!news(&starting, code, START / 2));
        assert!(news(&starting, code, START));
        // That it stopped says more than that it is not there.
        assert!(!news(&lost, code, START));
    }
    assert!(news(&starting, Code::EngineForeign, Duration::ZERO));
    assert!(news(&lost, Code::EngineForeign, Duration::ZERO));
}
