//! The least that a Tauri tray can be: an icon and a menu that says nothing. What Bellhop's tray costs is measured beside it.

use tauri::menu::{Menu, MenuItem};
use tauri::tray::TrayIconBuilder;

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            let line = MenuItem::new(app, "Nothing", false, None::<&str>)?;
            let menu = Menu::with_items(app, &[&line])?;
            TrayIconBuilder::new()
                .icon(tauri::include_image!("../icons/tray/reachable.png"))
                .menu(&menu)
                .build(app)?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
