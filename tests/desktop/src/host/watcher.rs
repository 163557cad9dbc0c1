//! `org.kde.StatusNotifierWatcher`: where icons are announced.

use std::sync::PoisonError;
use std::time::Instant;

use zbus::interface;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;

use super::{Items, Registered};

pub(super) struct Watcher {
    pub(super) items: Items,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &self,
        service: &str,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        let sender = header.sender().map(ToString::to_string);
        // A path of the sender's, or a name with the usual path.
        let (owner, path) = if service.starts_with('/') {
            (sender.unwrap_or_default(), service.to_owned())
        } else {
            (service.to_owned(), "/StatusNotifierItem".to_owned())
        };
        let at = Instant::now();
        self.items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Registered { owner, path, at });
        Self::status_notifier_item_registered(&emitter, service).await?;
        Ok(())
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        let name = |item: &Registered| format!("{}{}", item.owner, item.path);
        items.iter().map(name).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    /// An icon came.
    #[zbus(signal)]
    async fn status_notifier_item_registered(
        emitter: &SignalEmitter<'_>,
        service: &str,
    ) -> zbus::Result<()>;

    /// There is a place for icons now.
    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
