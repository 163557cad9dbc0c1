//! Whether this desktop has a place for icons, now and later.

/// Calls `changed` with whether it has, once at the beginning and whenever that changes. To be called on the main thread, which then calls back.
#[cfg(target_os = "linux")]
pub(crate) fn watch(changed: impl Fn(bool) + Clone + 'static) {
    use gtk::gio::{self, BusType, Cancellable, DBusConnection};

    // gio's own watch of names would do, but panics where there is no bus.
    gio::bus_get(
        BusType::Session,
        None::<&Cancellable>,
        move |bus: Result<DBusConnection, _>| match bus {
            Ok(bus) => watch_on(&bus, changed),
            Err(_) => changed(false),
        },
    );
}

#[cfg(target_os = "linux")]
fn watch_on(bus: &gtk::gio::DBusConnection, changed: impl Fn(bool) + Clone + 'static) {
    use gtk::gio::{Cancellable, DBusCallFlags, DBusSignalFlags};
    use gtk::glib::{ToVariant as _, VariantTy};

    const BUS: &str = "org.freedesktop.DBus";
    const OBJECT: &str = "/org/freedesktop/DBus";
    /// Whoever shows icons, or speaks for those who do.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATIENCE_MS: i32 = 10_000;

    let owner = changed.clone();
    // For as long as the process lives. Subscribed before the question, or a change in between would be missed.
    let _ = bus.signal_subscribe(
        Some(BUS),
        Some(BUS),
        Some("NameOwnerChanged"),
        Some(OBJECT),
        Some(WATCHER),
        DBusSignalFlags::NONE,
        move |_, _, _, _, _, names| {
            if let Some((_, _, now)) = names.get::<(String, String, String)>() {
                owner(!now.is_empty());
            }
        },
    );
    bus.call(
        Some(BUS),
        OBJECT,
        BUS,
        "NameHasOwner",
        Some(&(WATCHER,).to_variant()),
        VariantTy::new("(b)").ok(),
        DBusCallFlags::NONE,
        PATIENCE_MS,
        None::<&Cancellable>,
        move |answer| {
            let owned = answer.ok().and_then(|answer| answer.get::<(bool,)>());
            changed(owned.is_some_and(|(owned,)| owned));
        },
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
