//! Whether there is a desktop to appear on. The toolkit panics where there is none, so it is asked before.

#[cfg(target_os = "linux")]
use bellhop_control::catalogue::text;

/// Looks for a display that can be used.
///
/// # Errors
/// A sentence, if there is none.
#[cfg(target_os = "linux")]
pub(crate) fn look() -> Result<(), String> {
    let given = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(display) = given("WAYLAND_DISPLAY").or_else(|| given("DISPLAY")) else {
        return Err(text("start-no_display", &[]));
    };
    gtk::init().map_err(|_| text("start-display_unusable", &[("display", &display)]))
}

/// Every session of these systems has one.
#[cfg(not(target_os = "linux"))]
pub(crate) fn look() -> Result<(), String> {
    Ok(())
}
