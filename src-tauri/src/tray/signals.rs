//! What the operating system ends the tray with: the end of the session among them, so that lines are unregistered.

/// SIGTERM, SIGINT and SIGHUP.
pub(super) struct Signals {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl Signals {
    /// One that can't be heard ends the process as it always would.
    #[cfg(unix)]
    pub(super) fn new() -> Signals {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::terminate(),
            SignalKind::interrupt(),
            SignalKind::hangup(),
        ];
        let signals = kinds.into_iter().filter_map(|kind| signal(kind).ok());
        Signals {
            signals: signals.collect(),
        }
    }

    /// Cancel-safe.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let came = |signal: &mut tokio::signal::unix::Signal| {
                matches!(signal.poll_recv(context), std::task::Poll::Ready(Some(())))
            };
            // All are asked, so that each wakes us.
            if self
                .signals
                .iter_mut()
                .map(came)
                .fold(false, |any, one| any | one)
            {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> Signals {
        Signals {}
    }

    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
