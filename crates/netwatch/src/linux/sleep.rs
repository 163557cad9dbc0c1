//! Linux: logind's PrepareForSleep with a delay lock, and the difference of two clocks.

use std::os::fd::OwnedFd;
use std::time::Duration;

use futures::StreamExt;
use nix::time::{ClockId, clock_gettime};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zbus::zvariant;

use crate::sleep::Announced;

/// logind lets the machine sleep when the last copy of it is closed.
pub(crate) type Lock = OwnedFd;

/// A bus or a logind that is not there is looked for again so much later.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// A bus that takes longer for an answer counts as one that is not there.
const PATIENCE: Duration = Duration::from_secs(10);

/// What logind announces. A task of its own holds the connection, so that nothing is lost when nobody listens for a moment.
pub(crate) struct Announcements {
    announced: mpsc::UnboundedReceiver<Announced>,
    task: Option<JoinHandle<()>>,
}

impl Announcements {
    pub(crate) fn open() -> Announcements {
        let (sender, announced) = mpsc::unbounded_channel();
        Announcements {
            announced,
            task: Some(tokio::spawn(listen(sender))),
        }
    }

    /// Nobody announces anything.
    #[cfg(test)]
    pub(crate) fn none() -> Announcements {
        Announcements {
            announced: mpsc::unbounded_channel().1,
            task: None,
        }
    }

    /// Cancel-safe.
    pub(crate) async fn next(&mut self) -> Announced {
        match self.announced.recv().await {
            Some(announced) => announced,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Announcements {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// How long the machine has slept since it was started: what the clock that counts sleep is ahead of the one that does not.
pub(crate) fn time_asleep() -> Option<Duration> {
    let read = |clock| clock_gettime(clock).ok().map(Duration::from);
    // In this order an interruption between the two makes the difference smaller, never larger.
    let with_sleep = read(ClockId::CLOCK_BOOTTIME)?;
    Some(with_sleep.saturating_sub(read(ClockId::CLOCK_MONOTONIC)?))
}

async fn listen(announced: mpsc::UnboundedSender<Announced>) {
    loop {
        if let Err(error) = listen_once(&announced).await {
            tracing::debug!(%error, "nobody announces that the machine sleeps");
        }
        // Whoever announced a sleep can't announce its end any more. Told awake, a machine that was not asleep loses nothing.
        if announced.send(Announced::Wake).is_err() {
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn listen_once(announced: &mpsc::UnboundedSender<Announced>) -> zbus::Result<()> {
    let connect = async {
        let connection = zbus::Connection::system().await?;
        let logind = zbus::Proxy::new(
            &connection,
            "org.freedesktop.login1",
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
        )
        .await?;
        // Listened to before there is a lock: a sleep that begins in between is heard.
        let signals = logind.receive_signal("PrepareForSleep").await?;
        Ok::<_, zbus::Error>((logind, signals))
    };
    let (logind, mut signals) = in_time(connect).await?;
    let mut lock = take_lock(&logind).await;
    while let Some(signal) = signals.next().await {
        let begins: bool = signal.body().deserialize()?;
        if begins {
            let _ = announced.send(Announced::Sleep(lock.take()));
        } else {
            let _ = announced.send(Announced::Wake);
            lock = take_lock(&logind).await;
        }
    }
    Ok(())
}

/// Without one, as where the policy gives none to a session that is not at the screen, sleep is announced nevertheless.
async fn take_lock(logind: &zbus::Proxy<'_>) -> Option<Lock> {
    let words = (
        "sleep",
        "Bellhop",
        "The company is told that this phone sleeps",
        "delay",
    );
    match in_time(logind.call::<_, _, zvariant::OwnedFd>("Inhibit", &words)).await {
        Ok(lock) => Some(lock.into()),
        Err(error) => {
            tracing::debug!(%error, "sleep can't be delayed");
            None
        }
    }
}

async fn in_time<T>(asked: impl Future<Output = zbus::Result<T>>) -> zbus::Result<T> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answered) => answered,
        Err(_) => Err(zbus::Error::Failure("no answer in time".into())),
    }
}
