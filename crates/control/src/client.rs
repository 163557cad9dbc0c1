//! The view's end of the control socket.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf};
use tokio::time::timeout;

use crate::error::{Code, Error};
use crate::frame::{self, FrameError, FrameReader};
use crate::local::{self, Unreachable};
use crate::protocol::{
    CheckStep, Event, Hello, PATIENCE, PROTOCOL, Reply, Request, StartedBy, ToEngine, ToView,
};
use crate::role::Role;
use crate::state_dir::unusable;

/// For the handshake and for what the engine knows at once.
const PROMPT: Duration = Duration::from_secs(5);
/// Rebind, pause and resume answer within [`PATIENCE`]; the rest is for a busy machine.
const ACTION: Duration = PATIENCE.saturating_add(Duration::from_secs(3));
/// A person may have to unlock the keyring before a password can be stored: the engine gives that a minute.
const KEYRING: Duration = Duration::from_secs(70);
/// A check meets every timeout of SIP once.
const CHECK: Duration = Duration::from_secs(90);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection to a running engine.
pub struct Client {
    reader: FrameReader<ReadHalf<Box<dyn Stream>>>,
    writer: WriteHalf<Box<dyn Stream>>,
    engine: Hello,
    last_id: u64,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to the engine that runs on `state_dir` and exchanges hellos.
    ///
    /// # Errors
    /// [`Code::NoEngine`], [`Code::EngineForeign`], [`Code::WrongVersion`], [`Code::EngineSilent`] or [`Code::EngineLost`].
    pub async fn connect(state_dir: &Path) -> Result<Client, Error> {
        let client = Client::connect_any_version(state_dir).await?;
        if client.engine.protocol == PROTOCOL {
            Ok(client)
        } else {
            Err(Error::new(
                Code::WrongVersion,
                [
                    ("engine", client.engine.version.as_str()),
                    ("own", env!("CARGO_PKG_VERSION")),
                ],
            ))
        }
    }

    /// As [`Client::connect`], but accepts an engine with another protocol: look at [`Client::engine`], and at most ask it to shut down.
    ///
    /// # Errors
    /// As [`Client::connect`], without [`Code::WrongVersion`].
    pub async fn connect_any_version(state_dir: &Path) -> Result<Client, Error> {
        timeout(PROMPT, async {
            let stream: Box<dyn Stream> = Box::new(open(state_dir).await?);
            Client::greet(stream).await
        })
        .await
        .map_err(|_| Error::plain(Code::EngineSilent))?
    }

    async fn greet(stream: Box<dyn Stream>) -> Result<Client, Error> {
        let (reader, mut writer) = tokio::io::split(stream);
        let mut reader = FrameReader::new(reader);
        let hello = Hello::of_this_process(env!("CARGO_PKG_VERSION"), StartedBy::Terminal);
        // An engine that has said its hello and gone is told apart by what it said, so it is read even where nothing can be written any more.
        let _ = frame::write(&mut writer, &ToEngine::Hello(hello)).await;
        match reader.read().await.map_err(lost)? {
            ToView::Hello(engine) => Ok(Client {
                reader,
                writer,
                engine,
                last_id: 0,
            }),
            ToView::Reply { .. } | ToView::Progress { .. } | ToView::Event { .. } => {
                Err(Error::plain(Code::EngineLost))
            }
        }
    }

    /// What the engine said of itself.
    pub fn engine(&self) -> &Hello {
        &self.engine
    }

    /// Asks, and waits for the reply.
    ///
    /// # Errors
    /// [`Code::EngineSilent`] or [`Code::EngineLost`]. A refusal is a [`Reply`], not an error.
    pub async fn request(&mut self, request: Request) -> Result<Reply, Error> {
        self.request_with_progress(request, drop).await
    }

    /// As [`Client::request`], and hands on each step of a check the moment that it is told.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn request_with_progress(
        &mut self,
        request: Request,
        progress: impl FnMut(CheckStep),
    ) -> Result<Reply, Error> {
        timeout(limit(&request), self.exchange(request, progress))
            .await
            .map_err(|_| Error::plain(Code::EngineSilent))?
    }

    async fn exchange(
        &mut self,
        request: Request,
        mut progress: impl FnMut(CheckStep),
    ) -> Result<Reply, Error> {
        self.last_id += 1;
        frame::write(
            &mut self.writer,
            &ToEngine::Request {
                id: self.last_id,
                request,
            },
        )
        .await
        .map_err(lost)?;
        loop {
            match self.reader.read().await.map_err(lost)? {
                ToView::Reply { id, reply } if id == self.last_id => return Ok(reply),
                ToView::Progress { id, step } if id == self.last_id => progress(step),
                // Of a request that ran out of time here.
                ToView::Reply { .. }
                | ToView::Progress { .. }
                | ToView::Hello(_)
                | ToView::Event { .. } => {}
            }
        }
    }

    /// Turns the connection into a stream of events: the snapshot of now, then each change.
    ///
    /// # Errors
    /// As [`Client::request`], and the engine's refusal.
    pub async fn subscribe(mut self) -> Result<Subscription, Error> {
        match self.request(Request::Subscribe).await? {
            Reply::Done => Ok(Subscription { client: self }),
            Reply::Refused { error, .. } => Err(error),
            Reply::Status { .. }
            | Reply::Checked { .. }
            | Reply::LineSettings { .. }
            | Reply::Added { .. }
            | Reply::DeviceAdded { .. }
            | Reply::Provisioning { .. }
            | Reply::Home { .. }
            | Reply::Trace { .. } => Err(Error::plain(Code::EngineLost)),
        }
    }
}

/// How long a request may take.
fn limit(request: &Request) -> Duration {
    match request {
        Request::Rebind { .. }
        | Request::Pause { .. }
        | Request::Resume { .. }
        | Request::ForgetSecret { .. }
        | Request::Reload
        | Request::LineSettings { .. }
        | Request::ForgetDeviceSecret { .. }
        | Request::Provision { .. }
        | Request::HomeHere
        | Request::ForgetHome { .. }
        | Request::Demo => ACTION,
        Request::AddLine { .. }
        | Request::EditLine { .. }
        | Request::RemoveLine { .. }
        | Request::SetPassword { .. }
        | Request::AddDevice { .. }
        | Request::RemoveDevice { .. }
        | Request::SetDevicePassword { .. } => KEYRING,
        Request::Check { .. } => CHECK,
        Request::Status | Request::Subscribe | Request::Trace | Request::Shutdown => PROMPT,
    }
}

/// What the engine tells without being asked again.
#[derive(Debug)]
pub struct Subscription {
    client: Client,
}

impl Subscription {
    /// The next event. Cancel-safe.
    ///
    /// # Errors
    /// [`Code::EngineLost`] when the engine has gone.
    pub async fn next(&mut self) -> Result<Event, Error> {
        loop {
            match self.client.reader.read().await.map_err(lost)? {
                ToView::Event { event } => return Ok(event),
                ToView::Reply { .. } | ToView::Progress { .. } | ToView::Hello(_) => {}
            }
        }
    }
}

async fn open(state_dir: &Path) -> Result<impl Stream + use<>, Error> {
    local::connect(state_dir, Role::Engine)
        .await
        .map_err(|why| match why {
            Unreachable::Absent => Error::plain(Code::NoEngine),
            Unreachable::Foreign => Error::plain(Code::EngineForeign),
            Unreachable::Io(error) => unusable(state_dir, error.to_string()),
        })
}

// What exactly broke is no help to anyone who looks at this side.
fn lost(_: FrameError) -> Error {
    Error::plain(Code::EngineLost)
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
