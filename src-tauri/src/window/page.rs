//! The web view: one page, ours, with every other door shut.

use std::time::Duration;

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// Its label, which the capability names.
const LABEL: &str = "window";
/// The page says something long before; a window that never appears would be worse than one that is empty.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the window, out of sight until the page has its first words: nobody sees it white.
pub(super) fn open(app: &AppHandle) -> tauri::Result<()> {
    let tested = cfg!(feature = "automation");
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Bellhop")
        .inner_size(420.0, 640.0)
        .min_inner_size(320.0, 400.0)
        .visible(false)
        .on_navigation(is_the_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .disable_drag_drop_handler()
        .general_autofill_enabled(false)
        .devtools(tested)
        // Nothing of the page is kept on the disk. A driver finds only a page that is not alone like this.
        .incognito(!tested)
        .build()?;
    lean(&window)?;
    let handle = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        reveal(&handle);
    });
    Ok(())
}

/// The page has words: show it, unless it is in sight already.
pub(super) fn reveal(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && !window.is_visible().unwrap_or(false)
    {
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Brings the window to the front. One that is not in sight yet comes by itself.
pub(super) fn present(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && window.is_visible().unwrap_or(false)
    {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// The app's own origin, as each system writes it.
fn is_the_page(url: &Url) -> bool {
    let own = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    own && url.port().is_none() && matches!(url.path(), "" | "/" | "/index.html")
}

/// What the page does not use costs memory, or is a door.
#[cfg(target_os = "linux")]
fn lean(window: &WebviewWindow) -> tauri::Result<()> {
    use std::time::Instant;

    use webkit2gtk::{
        CacheModel, HardwareAccelerationPolicy, SettingsExt as _, WebContextExt as _,
        WebViewExt as _,
    };
    window.with_webview(|platform| {
        let view = platform.inner();
        if let Some(settings) = view.settings() {
            if !cfg!(feature = "automation") {
                // A page of words and lines needs no graphics card, and draws the same with each of them; a third of its memory is this.
                // Only a driver's pictures never come without.
                settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
            }
            settings.set_enable_webgl(false);
            settings.set_enable_webaudio(false);
            settings.set_enable_media(false);
            settings.set_enable_page_cache(false);
            settings.set_enable_html5_database(false);
        }
        if let Some(context) = view.context() {
            context.set_cache_model(CacheModel::DocumentViewer);
        }
        // A page that crashed begins anew and is told everything again; one that does so at once again would for ever.
        let last = std::cell::Cell::new(None::<Instant>);
        view.connect_web_process_terminated(move |view, _| {
            let now = Instant::now();
            if last
                .replace(Some(now))
                .is_none_or(|last| now - last > PATIENCE)
            {
                view.reload();
            }
        });
    })
}

#[cfg(not(target_os = "linux"))]
fn lean(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_page() {
        let is_page = |url: &str| is_the_page(&Url::parse(url).unwrap());
        for own in [
            "tauri://localhost",
            "tauri://localhost/index.html",
            "http://tauri.localhost/",
        ] {
            assert!(is_page(own), "{own}");
        }
        for other in [
            "https://example.com/",
            "http://tauri.localhost:8080/",
            "http://tauri.localhost.example.com/",
            "tauri://evil/",
            "tauri://localhost/other.html",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
            "about:blank",
            "blob:tauri://localhost/x",
        ] {
            assert!(!is_page(other), "{other}");
        }
    }
}
