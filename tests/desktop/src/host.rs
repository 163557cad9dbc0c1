//! The desktop's place for tray icons: a StatusNotifierWatcher that is its own host.

mod watcher;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result};
use bellhop_tests_support::session::Session;
use bellhop_tests_support::started::comes;
use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::OwnedObjectPath;

use crate::menu::Menu;
use watcher::Watcher;

const NAME: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";

/// One who put an icon there.
#[derive(Clone, Debug)]
struct Registered {
    owner: String,
    path: String,
    at: Instant,
}

type Items = Arc<Mutex<Vec<Registered>>>;

/// The host; its name is free again when it is dropped, even where icons are still held.
#[derive(Debug)]
pub struct Host {
    connection: Connection,
    items: Items,
}

/// An icon in the tray.
#[derive(Debug)]
pub struct Item {
    properties: Proxy<'static>,
    owner: String,
    /// When it registered.
    pub since: Instant,
    /// Its menu.
    pub menu: Menu,
}

impl Host {
    /// Takes the name on the bus.
    ///
    /// # Errors
    /// When somebody has it.
    pub fn start(session: &Session) -> Result<Host> {
        let items = Items::default();
        let watcher = Watcher {
            items: Arc::clone(&items),
        };
        let connection = connection::Builder::address(session.login().address().as_str())?
            .serve_at(PATH, watcher)?
            .name(NAME)?
            .build()?;
        Ok(Host { connection, items })
    }

    /// How many icons were put there so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock_len()
    }

    /// The latest icon; waits for one.
    ///
    /// # Errors
    /// When none comes.
    pub fn item(&self) -> Result<Item> {
        comes("an icon in the tray", || Ok(self.lock_len() > 0))?;
        let registered = {
            let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
            items.last().cloned().context("an icon")?
        };
        let Registered { owner, path, at } = registered;
        let properties = Proxy::new(&self.connection, owner.clone(), path, ITEM)?;
        // Its pictures and its menu change without a word to those who keep copies.
        let menu: OwnedObjectPath = properties.get_property("Menu")?;
        let menu = Menu::at(&self.connection, &owner, menu)?;
        Ok(Item {
            properties,
            owner,
            since: at,
            menu,
        })
    }

    fn lock_len(&self) -> usize {
        self.items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.connection.release_name(NAME);
    }
}

impl Item {
    /// A property, asked for anew.
    ///
    /// # Errors
    /// When its owner does not answer.
    pub fn property(&self, name: &str) -> Result<String> {
        let reply = self.properties.connection().call_method(
            Some(self.owner.as_str()),
            self.properties.path(),
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &(ITEM, name),
        )?;
        let value: zbus::zvariant::OwnedValue = reply.body().deserialize()?;
        Ok(value.try_into()?)
    }

    /// The file of its icon.
    ///
    /// # Errors
    /// When its owner does not answer.
    pub fn icon(&self) -> Result<std::path::PathBuf> {
        let (folder, name) = (self.property("IconThemePath")?, self.property("IconName")?);
        let file = std::path::Path::new(&folder).join(&name);
        // The name of the file, with or without its ending.
        Ok(if file.is_file() {
            file
        } else {
            std::path::Path::new(&folder).join(name + ".png")
        })
    }
}
