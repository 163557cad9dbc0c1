//! The desktop's menu, kept like the tree that is wanted: entries that stay are the same objects all along.

use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Wry};

use super::edits::{Edit, edits};
use super::rename::rename;
use super::tree::{Act, Item, Kind, act};

/// To be used on the main thread.
pub(crate) struct Items {
    app: AppHandle,
    menu: Menu<Wry>,
    entries: Vec<Entry>,
    shown: Vec<Item>,
}

enum Entry {
    Words(MenuItem<Wry>),
    Separator(PredefinedMenuItem<Wry>),
    Submenu(Opens),
}

struct Opens {
    submenu: Submenu<Wry>,
    says: String,
    entries: Vec<Entry>,
}

/// Whether each entry says what it should.
type Done = tauri::Result<bool>;

/// What entries can be put into.
trait Holder {
    fn insert(&self, entry: &dyn IsMenuItem<Wry>, at: usize) -> tauri::Result<()>;
    fn remove_at(&self, at: usize) -> tauri::Result<()>;
}

impl Items {
    /// An empty menu.
    ///
    /// # Errors
    /// The toolkit refuses.
    pub(crate) fn new(app: &AppHandle) -> tauri::Result<Items> {
        Ok(Items {
            app: app.clone(),
            menu: Menu::new(app)?,
            entries: Vec::new(),
            shown: Vec::new(),
        })
    }

    /// For the icon.
    pub(crate) fn menu(&self) -> &Menu<Wry> {
        &self.menu
    }

    /// What the entry of that key does now.
    pub(crate) fn act(&self, key: &str) -> Option<Act> {
        act(&self.shown, key).cloned()
    }

    /// Makes it look like `wanted`.
    ///
    /// # Errors
    /// The toolkit refuses; then it is something in between.
    pub(crate) fn show(&mut self, wanted: Vec<Item>) -> tauri::Result<()> {
        let changes = edits(&self.shown, &wanted);
        if !apply(&self.app, &self.menu, &mut self.entries, &changes)? {
            // The last resort: stale words are worse than a menu that closes under the pointer.
            for _ in std::mem::take(&mut self.entries) {
                self.menu.remove_at(0)?;
            }
            let all = edits(&[], &wanted);
            apply(&self.app, &self.menu, &mut self.entries, &all)?;
        }
        self.shown = wanted;
        Ok(())
    }
}

fn apply(
    app: &AppHandle,
    holder: &impl Holder,
    entries: &mut Vec<Entry>,
    edits: &[Edit<'_>],
) -> Done {
    let mut done = true;
    for edit in edits {
        match edit {
            Edit::Remove(at) => {
                if *at < entries.len() {
                    holder.remove_at(*at)?;
                    drop(entries.remove(*at));
                }
            }
            Edit::Insert(at, item) => {
                let entry = Entry::new(app, item)?;
                holder.insert(entry.as_item(), *at)?;
                entries.insert((*at).min(entries.len()), entry);
            }
            Edit::Rename(at, words) => match entries.get_mut(*at) {
                Some(Entry::Words(item)) => item.set_text(words)?,
                Some(Entry::Submenu(opens)) => {
                    done &= rename(&opens.submenu, &opens.says, words)?;
                    opens.says = (*words).to_owned();
                }
                Some(Entry::Separator(_)) | None => {}
            },
            Edit::Enable(at, on) => {
                if let Some(Entry::Words(item)) = entries.get(*at) {
                    item.set_enabled(*on)?;
                }
            }
            Edit::Within(at, edits) => {
                if let Some(Entry::Submenu(opens)) = entries.get_mut(*at) {
                    done &= apply(app, &opens.submenu, &mut opens.entries, edits)?;
                }
            }
        }
    }
    Ok(done)
}

impl Entry {
    fn new(app: &AppHandle, item: &Item) -> tauri::Result<Entry> {
        let words = |label: &str, enabled| {
            let item = MenuItem::with_id(app, &item.key, label, enabled, None::<&str>)?;
            Ok(Entry::Words(item))
        };
        match &item.kind {
            // What is greyed is too faint to read on many desktops.
            Kind::Text(label) => words(label, true),
            Kind::Action { label, enabled, .. } => words(label, *enabled),
            Kind::Separator => Ok(Entry::Separator(PredefinedMenuItem::separator(app)?)),
            Kind::Submenu { label, items } => {
                let submenu = Submenu::with_id(app, &item.key, label, true)?;
                let entries = items
                    .iter()
                    .map(|item| {
                        let entry = Entry::new(app, item)?;
                        submenu.append(entry.as_item())?;
                        Ok(entry)
                    })
                    .collect::<tauri::Result<Vec<Entry>>>()?;
                Ok(Entry::Submenu(Opens {
                    submenu,
                    says: label.clone(),
                    entries,
                }))
            }
        }
    }

    fn as_item(&self) -> &dyn IsMenuItem<Wry> {
        match self {
            Entry::Words(item) => item,
            Entry::Separator(item) => item,
            Entry::Submenu(opens) => &opens.submenu,
        }
    }
}

impl Holder for Menu<Wry> {
    fn insert(&self, entry: &dyn IsMenuItem<Wry>, at: usize) -> tauri::Result<()> {
        Menu::insert(self, entry, at)
    }

    fn remove_at(&self, at: usize) -> tauri::Result<()> {
        Menu::remove_at(self, at).map(drop)
    }
}

impl Holder for Submenu<Wry> {
    fn insert(&self, entry: &dyn IsMenuItem<Wry>, at: usize) -> tauri::Result<()> {
        Submenu::insert(self, entry, at)
    }

    fn remove_at(&self, at: usize) -> tauri::Result<()> {
        Submenu::remove_at(self, at).map(drop)
    }
}
