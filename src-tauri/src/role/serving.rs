//! The side that is asked.

use std::sync::Arc;
use std::time::Duration;

use bellhop_control::frame::{self, FrameError, FrameReader};
use bellhop_control::local::Stream;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{Answer, Ask, Held, Standing};

/// One that says nothing, or does not read, is let go.
const PATIENCE: Duration = Duration::from_secs(5);
/// More at once are a mistake or an attack.
const MAX_CONNECTIONS: usize = 16;
/// The system has no connection to give; it may have one later.
const PAUSE: Duration = Duration::from_millis(200);

/// A role that answers. [`Serving::close`] gives it up.
#[derive(Debug)]
pub(crate) struct Serving {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Held {
    /// Answers from now on, and hands all but [`Ask::Watch`] to `on_ask`, which must not block. `standing` is what [`Ask::Watch`] hears.
    pub(crate) fn serve(
        self,
        standing: watch::Receiver<Standing>,
        on_ask: impl Fn(Ask) + Send + Sync + 'static,
    ) -> Serving {
        let (stop, stopped) = oneshot::channel();
        let serve = async move {
            tokio::select! {
                () = accept(self, standing, Arc::new(on_ask)) => {}
                _ = stopped => {}
            }
        };
        let ended = tauri::async_runtime::handle().inner().spawn(serve);
        Serving { stop, ended }
    }
}

impl Serving {
    /// Gives the role up: after this another process can take it. Not to be called from within the runtime.
    pub(crate) fn close(self) {
        let _ = self.stop.send(());
        // A timer can only be made within the runtime.
        tauri::async_runtime::block_on(async {
            let _ = timeout(PAUSE, self.ended).await;
        });
    }
}

async fn accept(
    mut held: Held,
    standing: watch::Receiver<Standing>,
    on_ask: Arc<impl Fn(Ask) + Send + Sync + 'static>,
) {
    let Some(listener) = &mut held.listener else {
        return std::future::pending().await;
    };
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let stream = match listener.accept().await {
            Ok(Some(stream)) => stream,
            Ok(None) => continue,
            Err(_) => {
                sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            continue;
        };
        let (standing, on_ask) = (standing.clone(), Arc::clone(&on_ask));
        tokio::spawn(async move {
            // Whoever asked and went away is nobody's loss.
            let _ = answer(stream, standing, &*on_ask).await;
            drop(place);
        });
    }
}

async fn answer(
    stream: Stream,
    mut standing: watch::Receiver<Standing>,
    on_ask: &(impl Fn(Ask) + Send + Sync),
) -> Result<(), FrameError> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = FrameReader::new(reader);
    let ask: Ask = timeout(PATIENCE, reader.read())
        .await
        .map_err(|_| FrameError::Ended)??;
    if ask != Ask::Watch {
        on_ask(ask);
        return write(&mut writer, &Answer::Done).await;
    }
    loop {
        let now = standing.borrow_and_update().clone();
        write(&mut writer, &Answer::Standing(now)).await?;
        tokio::select! {
            changed = standing.changed() => changed.map_err(|_| FrameError::Ended)?,
            // One that watches says no more; reading only tells when it has gone.
            gone = gone(&mut reader) => return gone,
        }
    }
}

async fn gone<R: AsyncRead + Unpin>(reader: &mut FrameReader<R>) -> Result<(), FrameError> {
    loop {
        reader.read::<serde_json::Value>().await?;
    }
}

async fn write<W: AsyncWrite + Unpin>(writer: &mut W, answer: &Answer) -> Result<(), FrameError> {
    timeout(PATIENCE, frame::write(writer, answer))
        .await
        .map_err(|_| FrameError::Ended)?
}
