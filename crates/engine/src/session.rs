//! The end of the login that the tray's engine began in. Where logind leaves processes running after it, nobody else would end the engine, and the company would
//! go on calling a laptop that nobody is logged in to.
//!
//! An engine that a person or a service manager started is their matter, and the end of the tray alone is no end of the login.

use bellhop_control::protocol::StartedBy;

#[cfg_attr(
    all(
        unix,
        not(any(target_os = "macos", target_os = "ios", target_os = "android"))
    ),
    path = "session/logind.rs"
)]
#[cfg_attr(
    not(all(
        unix,
        not(any(target_os = "macos", target_os = "ios", target_os = "android"))
    )),
    path = "session/native.rs"
)]
mod watch;

/// Watches the login, for an engine that ends with it.
#[derive(Debug)]
pub(crate) struct SessionWatch(Option<watch::Watch>);

impl SessionWatch {
    /// To be called inside the runtime.
    pub(crate) fn for_one_started_by(starter: StartedBy) -> SessionWatch {
        match starter {
            StartedBy::Tray => SessionWatch(Some(watch::Watch::begin())),
            StartedBy::Terminal | StartedBy::Service => SessionWatch(None),
        }
    }

    /// Resolves when the login has ended; for ever pending where that is nobody's business. Cancel-safe.
    pub(crate) async fn ended(&mut self) {
        match &mut self.0 {
            Some(watch) => watch.ended().await,
            None => std::future::pending().await,
        }
    }
}
