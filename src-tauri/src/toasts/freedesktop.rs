//! Notifications of freedesktop's specification, asked for without waiting for an answer. A desktop without a server for them is no error.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gtk::gio::{self, BusType, Cancellable, DBusCallFlags, DBusConnection};
use gtk::glib::{self, ToVariant as _, Variant, VariantTy};

use super::Toast;

const SERVER: &str = "org.freedesktop.Notifications";
const OBJECT: &str = "/org/freedesktop/Notifications";
/// As packages call the program's entry and icon.
const PROGRAM: &str = "app.bellhop.Bellhop";
/// A server that was never started may have to be.
const PATIENCE_MS: i32 = 10_000;
/// The server's own time on screen.
const USUAL: i32 = -1;

thread_local! {
    /// What is on the screen about what, so that the newest takes the place of what it outdates.
    static SHOWN: Rc<RefCell<HashMap<String, u32>>> = Rc::default();
}

/// Shows it; called on the main thread, which is not held up.
pub(crate) fn show(toast: Toast) {
    gio::bus_get(BusType::Session, None::<&Cancellable>, move |bus| {
        let Ok(bus) = bus else { return };
        let then = bus.clone();
        call(&bus, "GetCapabilities", None, "(as)", move |answer| {
            let has = answer.and_then(|answer| answer.get::<(Vec<String>,)>());
            let has = has.unwrap_or_default().0;
            notify(&then, toast, has.iter().any(|it| it == "body-markup"));
        });
    });
}

fn notify(bus: &DBusConnection, toast: Toast, markup: bool) {
    // What a registrar says must not be markup of ours.
    let body = if markup {
        glib::markup_escape_text(&toast.body).to_string()
    } else {
        toast.body
    };
    let shown = SHOWN.with(Rc::clone);
    let replaces = shown.borrow().get(&toast.about).copied().unwrap_or(0);
    let hints = HashMap::from([("desktop-entry", PROGRAM.to_variant())]);
    let what = (
        "Bellhop",
        replaces,
        PROGRAM,
        toast.title,
        body,
        Vec::<String>::new(),
        hints,
        USUAL,
    );
    call(
        bus,
        "Notify",
        Some(&what.to_variant()),
        "(u)",
        move |answer| {
            if let Some((id,)) = answer.and_then(|answer| answer.get::<(u32,)>()) {
                shown.borrow_mut().insert(toast.about, id);
            }
        },
    );
}

fn call(
    bus: &DBusConnection,
    method: &str,
    what: Option<&Variant>,
    answer: &str,
    then: impl FnOnce(Option<Variant>) + 'static,
) {
    bus.call(
        Some(SERVER),
        OBJECT,
        SERVER,
        method,
        what,
        VariantTy::new(answer).ok(),
        DBusCallFlags::NONE,
        PATIENCE_MS,
        None::<&Cancellable>,
        move |answer| then(answer.ok()),
    );
}
