//! Other words for a submenu.
//!
//! muda puts a submenu's label into a box for GTK, and its own `set_text` then reaches no label. The label is found here, among the menus that the toolkit knows.

use tauri::menu::Submenu;
use tauri::{Runtime, Wry};

/// Makes `submenu`, which says `old`, say `new`; false if it still says `old`.
///
/// # Errors
/// The toolkit refuses.
pub(crate) fn rename(submenu: &Submenu<Wry>, old: &str, new: &str) -> tauri::Result<bool> {
    submenu.set_text(new)?;
    Ok(reaches_its_label(submenu, old, new))
}

#[cfg(not(target_os = "linux"))]
fn reaches_its_label<R: Runtime>(_: &Submenu<R>, _: &str, _: &str) -> bool {
    true
}

#[cfg(target_os = "linux")]
fn reaches_its_label<R: Runtime>(_: &Submenu<R>, old: &str, new: &str) -> bool {
    use gtk::prelude::{
        BinExt as _, Cast as _, ContainerExt as _, GtkMenuItemExt as _, LabelExt as _,
    };
    use gtk::{Container, Label, Menu, MenuItem, Widget, Window};

    fn label(widget: &Widget) -> Option<Label> {
        if let Some(label) = widget.downcast_ref::<Label>() {
            return Some(label.clone());
        }
        let children = widget.downcast_ref::<Container>()?.children();
        children.iter().find_map(label)
    }

    let (old, new) = (spoken(old), spoken(new));
    let labels = Window::list_toplevels()
        .into_iter()
        .filter_map(|window| window.downcast::<Window>().ok()?.child())
        .filter_map(|child| child.downcast::<Menu>().ok())
        .flat_map(|menu| menu.children())
        .filter_map(|item| item.downcast::<MenuItem>().ok())
        .filter(|item| item.submenu().is_some())
        .filter_map(|item| label(&item.child()?));
    let mut renamed = false;
    // One that muda did reach says so already.
    for label in labels.filter(|label| label.text() == old || label.text() == new) {
        label.set_label(&new.replace('_', "__"));
        renamed = true;
    }
    renamed
}

/// Without muda's marks.
#[cfg(target_os = "linux")]
fn spoken(label: &str) -> String {
    label.replace("&&", "&")
}
