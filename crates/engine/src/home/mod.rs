//! The home: registrar and location service for the devices there, with their listeners and their store.
//!
//! [`Home`] is the handle of a thread with a runtime of its own, so that a flood at home never delays a line. In go the settings with the passwords, the
//! machine's networks and its sleep; out comes the newest [`View`]. [`desk`] says how it works inside.

mod announcement;
mod desk;
mod gateway;
mod keepalive;
mod listener;
mod listeners;
mod networks;
mod post;
mod provisioning;
mod store;
mod view;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use bellhop_netwatch::Networks;
use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clocks;
use crate::config::HomeSettings;
use crate::provisioning::Offers;
use desk::Desk;
pub(crate) use view::View;

/// What the desk is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// These settings hold from now on. Told back when the listeners are open or refused.
    Configure(Box<Configuration>, Option<oneshot::Sender<()>>),
    /// The machine's networks are these now, or a route has changed that they don't show.
    Networks(Networks),
    /// The machine is about to sleep.
    Sleep,
    /// It has woken.
    Wake,
}

/// Settings with what they need from elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    pub(crate) settings: HomeSettings,
    /// By device, as far as they are known. A device without one keeps its bindings and can't log in.
    pub(crate) passwords: HashMap<String, SecretString>,
}

/// See the module. Dropped, it closes the listeners, writes what is to be kept and ends.
#[derive(Debug)]
pub(crate) struct Home {
    commands: Option<mpsc::UnboundedSender<Command>>,
    view: watch::Receiver<Arc<View>>,
    thread: Option<JoinHandle<()>>,
}

impl Home {
    /// Starts the thread; it keeps the store in `directory`, and gives phones in a home network what is on offer.
    ///
    /// # Errors
    /// No thread is to be had.
    pub(crate) fn start(
        directory: PathBuf,
        clocks: Clocks,
        offers: Arc<Offers>,
    ) -> io::Result<Home> {
        let (commands, queue) = mpsc::unbounded_channel();
        let (publish, view) = watch::channel(Arc::new(View::default()));
        let thread = thread::Builder::new()
            .name("bellhop-home".into())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                match runtime {
                    Ok(runtime) => runtime.block_on(async {
                        match Desk::open(directory, clocks, offers, queue, publish) {
                            Ok(desk) => desk.run().await,
                            Err(error) => tracing::warn!(%error, "the home can't begin"),
                        }
                    }),
                    Err(error) => tracing::warn!(%error, "the home has no runtime"),
                }
            })?;
        Ok(Home {
            commands: Some(commands),
            view,
            thread: Some(thread),
        })
    }

    pub(crate) fn command(&self, command: Command) {
        if let Some(commands) = &self.commands {
            let _ = commands.send(command);
        }
    }

    /// Resolves when there is another view. Cancel-safe.
    pub(crate) async fn changed(&mut self) {
        if self.view.changed().await.is_err() {
            // It has ended, and what it said last stays.
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.borrow())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
