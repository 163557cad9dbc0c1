//! The side that asks.

use std::path::Path;

use bellhop_control::frame::{self, FrameError, FrameReader};
use bellhop_control::local;
use bellhop_control::role::Role;
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf};

use super::{Answer, Ask, Standing};

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

struct Connection {
    reader: FrameReader<ReadHalf<Box<dyn Stream>>>,
    /// What is closed says that nobody listens any more.
    _writer: WriteHalf<Box<dyn Stream>>,
}

/// Hands `what` to whoever has `role`. The caller limits the time.
///
/// # Errors
/// Nobody has it, or whoever has it went away or made no sense.
pub(crate) async fn ask(role: Role, state_dir: &Path, what: &Ask) -> Result<(), FrameError> {
    let mut connection = asked(role, state_dir, what).await?;
    match connection.reader.read().await? {
        Answer::Done => Ok(()),
        Answer::Standing(_) => Err(FrameError::Ended),
    }
}

/// Begins to watch the tray. The caller limits the time.
///
/// # Errors
/// As [`ask`].
pub(crate) async fn watch(state_dir: &Path) -> Result<Watched, FrameError> {
    let connection = asked(Role::Tray, state_dir, &Ask::Watch).await?;
    Ok(Watched { connection })
}

/// The tray, watched.
pub(crate) struct Watched {
    connection: Connection,
}

impl Watched {
    /// How it stands: now, and each time that this changes. Cancel-safe.
    ///
    /// # Errors
    /// The tray has gone.
    pub(crate) async fn next(&mut self) -> Result<Standing, FrameError> {
        match self.connection.reader.read().await? {
            Answer::Standing(standing) => Ok(standing),
            Answer::Done => Err(FrameError::Ended),
        }
    }
}

async fn asked(role: Role, state_dir: &Path, what: &Ask) -> Result<Connection, FrameError> {
    let stream = local::connect(state_dir, role).await;
    let stream: Box<dyn Stream> = Box::new(stream.map_err(std::io::Error::other)?);
    let (reader, mut writer) = tokio::io::split(stream);
    frame::write(&mut writer, what).await?;
    Ok(Connection {
        reader: FrameReader::new(reader),
        _writer: writer,
    })
}
