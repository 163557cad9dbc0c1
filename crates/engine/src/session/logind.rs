//! Linux: the session that logind knows, and the session bus. Whichever ends first.

use std::time::Duration;

use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zbus::proxy::PropertyStream;
use zbus::zvariant::OwnedObjectPath;
use zbus::{Connection, MessageStream, Proxy};

const LOGIND: &str = "org.freedesktop.login1";
/// A logind that is not there any more is looked for again so much later.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// A bus that takes longer for an answer counts as one that is not there.
const PATIENCE: Duration = Duration::from_secs(10);

/// The two tasks that watch.
#[derive(Debug)]
pub(super) struct Watch {
    ended: mpsc::UnboundedReceiver<()>,
    tasks: [JoinHandle<()>; 2],
}

impl Watch {
    pub(super) fn begin() -> Watch {
        let (tell, ended) = mpsc::unbounded_channel();
        let tell_too = tell.clone();
        let tasks = [
            tokio::spawn(async move {
                if bus_ends().await {
                    let _ = tell.send(());
                }
            }),
            tokio::spawn(async move {
                if login_ends().await {
                    let _ = tell_too.send(());
                }
            }),
        ];
        Watch { ended, tasks }
    }

    pub(super) async fn ended(&mut self) {
        // Where there was nothing to watch, it never ends.
        if self.ended.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// True when the session bus that there was has ended; false where there is none.
async fn bus_ends() -> bool {
    let Ok(connection) = in_time(Connection::session()).await else {
        return false;
    };
    let mut messages = MessageStream::from(connection);
    while let Some(Ok(_)) = messages.next().await {}
    tracing::info!("the session bus has ended");
    true
}

/// True when logind says that the session has ended; false where it knows of none.
async fn login_ends() -> bool {
    let mut known = false;
    loop {
        match watch_login(&mut known).await {
            Ok(Login::Unknown) => return false,
            Ok(Login::Ended) => {
                tracing::info!("the login has ended");
                return true;
            }
            // The system bus or logind is restarted: the session goes on.
            Err(error) => tracing::debug!(%error, "the login can't be watched"),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

enum Login {
    /// We began in none.
    Unknown,
    Ended,
}

async fn watch_login(known: &mut bool) -> zbus::Result<Login> {
    let connection = in_time(Connection::system()).await?;
    let path = "/org/freedesktop/login1";
    let manager = Proxy::new(&connection, LOGIND, path, "org.freedesktop.login1.Manager").await?;
    // Before the question: an end in between is heard.
    let mut removed = in_time(manager.receive_signal("SessionRemoved")).await?;
    let own = match in_time(own_session(&manager)).await {
        Ok(own) => own,
        Err(zbus::Error::MethodError(..)) if *known => return Ok(Login::Ended),
        Err(zbus::Error::MethodError(..)) => return Ok(Login::Unknown),
        Err(error) => return Err(error),
    };
    let interface = "org.freedesktop.login1.Session";
    let session = Proxy::new(&connection, LOGIND, own.clone(), interface).await?;
    let mut states: PropertyStream<'_, String> = session.receive_property_changed("State").await;
    if !*known && is_closing(&in_time(session.get_property("State")).await?) {
        // The name of an earlier login, left in an environment.
        return Ok(Login::Unknown);
    }
    *known = true;
    loop {
        tokio::select! {
            signal = removed.next() => {
                let signal = signal.ok_or_else(gone)?;
                let (_, path): (String, OwnedObjectPath) = signal.body().deserialize()?;
                if path == own {
                    return Ok(Login::Ended);
                }
            }
            change = states.next() => {
                if is_closing(&change.ok_or_else(gone)?.get().await?) {
                    return Ok(Login::Ended);
                }
            }
        }
    }
}

/// The session is over, and processes of it are left.
fn is_closing(state: &String) -> bool {
    state == "closing"
}

/// The one that the tray began in, which its environment names.
async fn own_session(manager: &Proxy<'_>) -> zbus::Result<OwnedObjectPath> {
    if let Ok(id) = std::env::var("XDG_SESSION_ID") {
        match manager.call("GetSession", &(id,)).await {
            Err(zbus::Error::MethodError(..)) => {}
            found => return found,
        }
    }
    manager
        .call("GetSessionByPID", &(std::process::id(),))
        .await
}

fn gone() -> zbus::Error {
    zbus::Error::Failure("the bus has ended".into())
}

async fn in_time<T>(asked: impl Future<Output = zbus::Result<T>>) -> zbus::Result<T> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answered) => answered,
        Err(_) => Err(zbus::Error::Failure("no answer in time".into())),
    }
}
