use tokio::net::{UnixListener, UnixStream};

use super::*;
use crate::places;
use crate::snapshot::Snapshot;

/// An engine that accepts one view, greets with `protocol` and then does what `then` says.
fn engine<F, Fut>(state_dir: &Path, protocol: u32, then: F) -> tokio::task::JoinHandle<()>
where
    F: FnOnce(
            FrameReader<tokio::net::unix::OwnedReadHalf>,
            tokio::net::unix::OwnedWriteHalf,
        ) -> Fut
        + Send
        + 'static,
    Fut: Future<Output = ()> + Send,
{
    let listener = UnixListener::bind(places::socket(state_dir)).unwrap();
    tokio::spawn(async move {
        let (stream, _): (UnixStream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut reader = FrameReader::new(reader);
        assert!(matches!(
            reader.read::<ToEngine>().await.unwrap(),
            ToEngine::Hello(_)
        ));
        let hello = Hello {
            protocol,
            version: "9.9.9".into(),
            pid: 1,
            started_by: StartedBy::Terminal,
        };
        frame::write(&mut writer, &ToView::Hello(hello))
            .await
            .unwrap();
        then(reader, writer).await;
    })
}

#[tokio::test]
async fn no_engine_is_said_for_no_directory_no_socket_and_a_dead_socket() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        Client::connect(&dir.path().join("none"))
            .await
            .unwrap_err()
            .code,
        Code::NoEngine
    );
    assert_eq!(
        Client::connect(dir.path()).await.unwrap_err().code,
        Code::NoEngine
    );
    drop(UnixListener::bind(places::socket(dir.path())).unwrap());
    assert_eq!(
        Client::connect(dir.path()).await.unwrap_err().code,
        Code::NoEngine
    );
}

#[tokio::test]
async fn another_protocol_is_told_with_both_versions() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), PROTOCOL + 1, |_, _| async {});
    let error = Client::connect(dir.path()).await.unwrap_err();
    assert_eq!(error.code, Code::WrongVersion);
    assert!(error.message.contains("9.9.9"), "{error}");
    engine.await.unwrap();
}

#[tokio::test]
async fn the_reply_is_found_among_events_and_late_replies() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), PROTOCOL, |mut reader, mut writer| async move {
        let ToEngine::Request {
            id,
            request: Request::Status,
        } = reader.read().await.unwrap()
        else {
            panic!("not what was asked")
        };
        let snapshot = Box::new(Snapshot::empty("1"));
        frame::write(
            &mut writer,
            &ToView::Event {
                event: Event::Snapshot {
                    snapshot: snapshot.clone(),
                },
            },
        )
        .await
        .unwrap();
        frame::write(
            &mut writer,
            &ToView::Reply {
                id: id + 100,
                reply: Reply::Done,
            },
        )
        .await
        .unwrap();
        frame::write(
            &mut writer,
            &ToView::Reply {
                id,
                reply: Reply::Status { snapshot },
            },
        )
        .await
        .unwrap();
    });
    let mut client = Client::connect(dir.path()).await.unwrap();
    assert!(matches!(
        client.request(Request::Status).await.unwrap(),
        Reply::Status { .. }
    ));
    engine.await.unwrap();
    assert_eq!(
        client.request(Request::Status).await.unwrap_err().code,
        Code::EngineLost
    );
}

#[tokio::test]
async fn a_subscription_gives_events_until_the_engine_goes() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), PROTOCOL, |mut reader, mut writer| async move {
        let ToEngine::Request { id, .. } = reader.read().await.unwrap() else {
            panic!("no request")
        };
        frame::write(
            &mut writer,
            &ToView::Reply {
                id,
                reply: Reply::Done,
            },
        )
        .await
        .unwrap();
        let snapshot = Box::new(Snapshot::empty("1"));
        frame::write(
            &mut writer,
            &ToView::Event {
                event: Event::Snapshot { snapshot },
            },
        )
        .await
        .unwrap();
    });
    let mut subscription = Client::connect(dir.path())
        .await
        .unwrap()
        .subscribe()
        .await
        .unwrap();
    assert!(matches!(
        subscription.next().await.unwrap(),
        Event::Snapshot { .. }
    ));
    assert_eq!(
        subscription.next().await.unwrap_err().code,
        Code::EngineLost
    );
    engine.await.unwrap();
}

#[tokio::test]
async fn a_peer_that_talks_nonsense_is_lost_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(places::socket(dir.path())).unwrap();
    let engine = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
    });
    assert_eq!(
        Client::connect(dir.path()).await.unwrap_err().code,
        Code::EngineLost
    );
    engine.await.unwrap();
}
