//! The question before Bellhop ends, which nobody must answer to go on: the menu and the engine do not wait for it.

use std::sync::atomic::{AtomicBool, Ordering};

use bellhop_control::catalogue::text;

static ASKING: AtomicBool = AtomicBool::new(false);

/// Asks whether to quit, and calls `quit` if so. On the main thread; returns at once.
pub(crate) fn ask(quit: impl Fn() + Send + 'static) {
    // One question is enough.
    if ASKING.swap(true, Ordering::Relaxed) {
        return;
    }
    show(move |yes| {
        ASKING.store(false, Ordering::Relaxed);
        if yes {
            quit();
        }
    });
}

#[cfg(target_os = "linux")]
fn show(answered: impl Fn(bool) + 'static) {
    use gtk::prelude::{DialogExt as _, GtkWindowExt as _, MessageDialogExt as _};
    use gtk::{ButtonsType, DialogFlags, MessageDialog, MessageType, ResponseType, Window};

    let dialog = MessageDialog::new(
        None::<&Window>,
        DialogFlags::empty(),
        MessageType::Question,
        ButtonsType::None,
        &text("quit-question", &[]),
    );
    dialog.set_secondary_text(Some(&text("quit-what", &[])));
    dialog.set_title(&text("quit-title", &[]));
    dialog.add_button(&text("quit-stay", &[]), ResponseType::Cancel);
    dialog.add_button(&text("quit-go", &[]), ResponseType::Accept);
    dialog.set_default_response(ResponseType::Accept);
    dialog.connect_response(move |dialog, response| {
        if response != ResponseType::DeleteEvent {
            dialog.close();
            answered(response == ResponseType::Accept);
        } else if ASKING.load(Ordering::Relaxed) {
            answered(false);
        }
    });
    dialog.present();
}

#[cfg(not(target_os = "linux"))]
fn show(answered: impl Fn(bool) + Send + 'static) {
    use rfd::{AsyncMessageDialog, MessageButtons, MessageDialogResult};

    let go = text("quit-go", &[]);
    let dialog = AsyncMessageDialog::new()
        .set_title(text("quit-question", &[]))
        .set_description(text("quit-what", &[]))
        .set_buttons(MessageButtons::OkCancelCustom(
            go.clone(),
            text("quit-stay", &[]),
        ))
        .show();
    tauri::async_runtime::spawn(async move {
        let answer = dialog.await;
        answered(answer == MessageDialogResult::Ok || answer == MessageDialogResult::Custom(go));
    });
}
