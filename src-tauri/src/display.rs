//! Whether there is a desktop to appear on. The toolkit panics where there is none, so it is asked before.

/// Looks for a display that can be used.
///
/// # Errors
/// A sentence, if there is none.
#[cfg(target_os = "linux")]
pub(crate) fn look() -> Result<(), String> {
    let given = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !given("DISPLAY") && !given("WAYLAND_DISPLAY") {
        return Err("there is no display here".into());
    }
    gtk::init().map_err(|_| "the display can't be used".into())
}

/// Every session of these systems has one.
#[cfg(not(target_os = "linux"))]
pub(crate) fn look() -> Result<(), String> {
    Ok(())
}
