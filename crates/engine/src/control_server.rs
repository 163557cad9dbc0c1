//! The control socket: views connect, greet, ask, and may subscribe.
//!
//! Each connection is a task with bounded buffers of its own: a view that floods or does not read holds up nobody else.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bellhop_control::error::{Code, Error};
use bellhop_control::frame::{self, FrameError, FrameReader};
use bellhop_control::local::Listener;
use bellhop_control::protocol::{
    CheckStep, Event, Hello, PROTOCOL, Reply, Request, StartedBy, ToEngine, ToView,
};
use bellhop_control::role::Role;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::driver::{Ask, Handle};

/// A tray, a window, some `status --watch`: more views than this are a mistake or an attack.
const MAX_CONNECTIONS: usize = 32;
/// A view that does not greet, or does not read, is let go.
const PATIENCE: Duration = Duration::from_secs(10);
/// So long may the last replies take when the engine ends.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// The open socket. [`ControlServer::close`] ends it.
#[derive(Debug)]
pub(crate) struct ControlServer {
    stop: CancellationToken,
    connections: TaskTracker,
}

impl ControlServer {
    /// Opens the socket in a directory that is private and whose lock is held: whatever lies in its place is stale.
    ///
    /// # Errors
    /// It can't be opened there.
    pub(crate) fn open(
        directory: &Path,
        started_by: StartedBy,
        handle: Handle,
    ) -> io::Result<ControlServer> {
        let listener = Listener::open(directory, Role::Engine)?;
        let stop = CancellationToken::new();
        let connections = TaskTracker::new();
        connections.spawn(accept(
            listener,
            started_by,
            handle,
            stop.clone(),
            connections.clone(),
        ));
        Ok(ControlServer { stop, connections })
    }

    /// Lets replies that are being written go out, then closes all connections.
    pub(crate) async fn close(self) {
        self.stop.cancel();
        self.connections.close();
        let _ = timeout(LAST_WORDS, self.connections.wait()).await;
    }
}

async fn accept(
    mut listener: Listener,
    started_by: StartedBy,
    handle: Handle,
    stop: CancellationToken,
    connections: TaskTracker,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(Some(stream)) => stream,
                Ok(None) => {
                    tracing::warn!("another user tried to reach the control socket");
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "a view could not connect");
                    tokio::time::sleep(LAST_WORDS).await;
                    continue;
                }
            },
            () = stop.cancelled() => return,
        };
        // One too many is closed at once; it says "the engine ended the connection".
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            continue;
        };
        let (handle, stop) = (handle.clone(), stop.clone());
        connections.spawn(async move {
            if let Err(error) = Connection::serve(stream, started_by, handle, stop).await {
                tracing::debug!(%error, "a view's connection ended");
            }
            drop(place);
        });
    }
}

struct Connection<R, W> {
    reader: FrameReader<R>,
    writer: W,
    handle: Handle,
    /// The view speaks another protocol: all it may ask for is the end.
    stranger: Option<Hello>,
}

impl<S: AsyncRead + AsyncWrite + Send> Connection<tokio::io::ReadHalf<S>, tokio::io::WriteHalf<S>> {
    async fn serve(
        stream: S,
        started_by: StartedBy,
        handle: Handle,
        stop: CancellationToken,
    ) -> Result<(), FrameError> {
        let (reader, mut writer) = tokio::io::split(stream);
        let mut reader = FrameReader::new(reader);
        let greeting = ToView::Hello(Hello::of_this_process(
            env!("CARGO_PKG_VERSION"),
            started_by,
        ));
        write(&mut writer, &greeting).await?;
        let hello = match timeout(PATIENCE, reader.read())
            .await
            .map_err(|_| FrameError::Ended)??
        {
            ToEngine::Hello(hello) => hello,
            ToEngine::Request { .. } => return Err(FrameError::Ended),
        };
        let stranger = (hello.protocol != PROTOCOL).then_some(hello);
        Connection {
            reader,
            writer,
            handle,
            stranger,
        }
        .converse(stop)
        .await
    }
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Connection<R, W> {
    async fn converse(mut self, stop: CancellationToken) -> Result<(), FrameError> {
        loop {
            let message = tokio::select! {
                message = self.reader.read() => message?,
                () = stop.cancelled() => return Ok(()),
            };
            let ToEngine::Request { id, request } = message else {
                return Err(FrameError::Ended);
            };
            let subscribes = request == Request::Subscribe;
            let reply = self.reply_with_progress(id, request).await?;
            let subscribed = subscribes && reply == Reply::Done;
            write(&mut self.writer, &ToView::Reply { id, reply }).await?;
            if subscribed {
                return self.tell(stop).await;
            }
        }
    }

    /// Each step of a check goes out the moment that it is known.
    async fn reply_with_progress(
        &mut self,
        id: u64,
        request: Request,
    ) -> Result<Reply, FrameError> {
        let (progress, mut steps) = mpsc::unbounded_channel();
        let writer = &mut self.writer;
        let reply = Self::reply(&self.handle, self.stranger.as_ref(), request, progress);
        tokio::pin!(reply);
        loop {
            tokio::select! {
                biased;
                Some(step) = steps.recv() => {
                    write(writer, &ToView::Progress { id, step }).await?;
                }
                reply = &mut reply => {
                    // What was told in the same turn comes before it.
                    while let Ok(step) = steps.try_recv() {
                        write(writer, &ToView::Progress { id, step }).await?;
                    }
                    return Ok(reply);
                }
            }
        }
    }

    async fn reply(
        handle: &Handle,
        stranger: Option<&Hello>,
        request: Request,
        progress: mpsc::UnboundedSender<CheckStep>,
    ) -> Reply {
        if let Some(stranger) = stranger
            && request != Request::Shutdown
        {
            let versions = [
                ("engine", env!("CARGO_PKG_VERSION")),
                ("own", stranger.version.as_str()),
            ];
            return Reply::refused(Error::new(Code::WrongVersion, versions));
        }
        let (reply, replied) = oneshot::channel();
        let stopping = || Reply::refused(Error::plain(Code::EngineStopping));
        let ask = Ask {
            request,
            reply,
            progress: Some(progress),
        };
        match handle.asks.send(ask).await {
            Ok(()) => replied.await.unwrap_or_else(|_| stopping()),
            Err(_) => stopping(),
        }
    }

    /// The snapshot now and after each change, and notices. What came between two writes is skipped: the newest is the truth.
    async fn tell(mut self, stop: CancellationToken) -> Result<(), FrameError> {
        let mut notices = self.handle.notices.subscribe();
        let mut snapshots = self.handle.snapshot.clone();
        snapshots.mark_changed();
        loop {
            let event = tokio::select! {
                changed = snapshots.changed() => match changed {
                    Ok(()) => Event::Snapshot { snapshot: Box::new((**snapshots.borrow_and_update()).clone()) },
                    Err(_) => return Ok(()),
                },
                notice = notices.recv() => match notice {
                    Ok(notice) => Event::Notice { notice },
                    Err(broadcast::error::RecvError::Lagged(_)) => continue,
                    Err(broadcast::error::RecvError::Closed) => return Ok(()),
                },
                // A subscriber says no more; reading only tells when it has gone.
                gone = self.reader.read::<ToEngine>() => match gone {
                    Ok(_) => continue,
                    Err(error) => return Err(error),
                },
                () = stop.cancelled() => return Ok(()),
            };
            write(&mut self.writer, &ToView::Event { event }).await?;
        }
    }
}

async fn write<W: AsyncWrite + Unpin>(writer: &mut W, message: &ToView) -> Result<(), FrameError> {
    timeout(PATIENCE, frame::write(writer, message))
        .await
        .map_err(|_| FrameError::Ended)?
}
