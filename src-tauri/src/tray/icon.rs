//! The four silhouettes, as the tray takes them.

use bellhop_control::face::Reach;
use tauri::image::Image;
use tauri::include_image;

/// The picture for `reach`.
#[cfg(not(target_os = "macos"))]
pub(crate) fn icon(reach: Reach) -> Image<'static> {
    match reach {
        Reach::Reachable => include_image!("../icons/tray/reachable.png"),
        Reach::Working => include_image!("../icons/tray/working.png"),
        Reach::Unreachable => include_image!("../icons/tray/unreachable.png"),
        Reach::Paused => include_image!("../icons/tray/paused.png"),
    }
}

/// The picture for `reach`, in the system's own colour.
#[cfg(target_os = "macos")]
pub(crate) fn icon(reach: Reach) -> Image<'static> {
    match reach {
        Reach::Reachable => include_image!("../icons/tray/reachable-template@2x.png"),
        Reach::Working => include_image!("../icons/tray/working-template@2x.png"),
        Reach::Unreachable => include_image!("../icons/tray/unreachable-template@2x.png"),
        Reach::Paused => include_image!("../icons/tray/paused-template@2x.png"),
    }
}
