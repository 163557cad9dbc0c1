//! if-watch as an alarm: it rings when an address came or went, on every system. What it says of the address is not believed.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use if_watch::tokio::IfWatcher;

/// What one ring drains at most, so that a flood cannot hold the task for ever; the rest rings again.
pub(crate) const DRAIN: usize = 4096;

/// A watcher that fails as often as this without having told anything is not opened again: it would ring for ever.
const ATTEMPTS: u32 = 3;

/// if-watch's watcher; silent after it failed, until reopened.
#[derive(Default)]
pub(crate) struct AddressAlarm {
    failures: u32,
    /// The mutex is never locked: it makes the watch `Sync`, which if-watch is not on every system.
    watcher: Option<Mutex<IfWatcher>>,
}

impl AddressAlarm {
    /// Opens it where it is not open.
    pub(crate) fn reopen(&mut self) -> io::Result<()> {
        if self.watcher.is_none() {
            if self.failures >= ATTEMPTS {
                return Err(io::Error::other("if-watch fails whenever it is opened"));
            }
            self.watcher = Some(Mutex::new(IfWatcher::new()?));
        }
        Ok(())
    }

    /// Whether it rang, or just failed; drained up to now.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        let watcher = watcher.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut rang = false;
        let mut quiet = false;
        for _ in 0..DRAIN {
            match watcher.poll_if_event(cx) {
                // Twice: on Windows an event between its check and its registration of the wake-up is seen only by the next check.
                Poll::Pending if quiet => break,
                Poll::Pending => quiet = true,
                Poll::Ready(Ok(_event)) => {
                    rang = true;
                    self.failures = 0;
                }
                Poll::Ready(Err(error)) => {
                    tracing::debug!(%error, "if-watch ended");
                    self.watcher = None;
                    self.failures += 1;
                    return true;
                }
            }
        }
        rang
    }
}
