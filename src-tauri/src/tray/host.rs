//! Whether this desktop has a place for icons, now and later.

/// Calls `changed` with whether it has, once at the beginning and whenever that changes. To be called on the main thread, which then calls back.
#[cfg(target_os = "linux")]
pub(crate) fn watch(changed: impl Fn(bool) + Clone + Send + Sync + 'static) {
    use gtk::gio::{self, BusNameWatcherFlags, BusType};

    /// Whoever shows icons, or speaks for those who do.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";

    let gone = changed.clone();
    // Watched for as long as the process lives. Where there is no session bus, nobody owns the name.
    let _ = gio::bus_watch_name(
        BusType::Session,
        WATCHER,
        BusNameWatcherFlags::NONE,
        move |_, _, _| changed(true),
        move |_, _| gone(false),
    );
}

/// These systems always have.
#[cfg(not(target_os = "linux"))]
pub(crate) fn watch(changed: impl Fn(bool) + Clone + Send + Sync + 'static) {
    changed(true);
}

/// Whether the library is there that shows icons. Tauri takes it for granted, loads it when the icon is made, and panics without it.
#[cfg(target_os = "linux")]
pub(crate) fn has_library() -> bool {
    let hook = std::panic::take_hook();
    // The panic is the answer, and no news for anybody.
    std::panic::set_hook(Box::new(|_| {}));
    let loaded = std::panic::catch_unwind(|| {
        let _ = &*libappindicator_sys::LIB;
    });
    std::panic::set_hook(hook);
    loaded.is_ok()
}

/// It is part of these systems.
#[cfg(not(target_os = "linux"))]
pub(crate) fn has_library() -> bool {
    true
}
