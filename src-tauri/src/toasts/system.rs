//! Notifications of macOS and Windows.

use super::Toast;

/// Shows it; the system may hold that up, but not us.
pub(crate) fn show(toast: Toast) {
    std::thread::spawn(move || {
        let mut notification = notify_rust::Notification::new();
        notification.summary(&toast.title).body(&toast.body);
        // A system that does not let us is no error.
        let _ = notification.show();
    });
}
