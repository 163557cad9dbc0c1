//! A menu as data: what the desktop's menu is made to look like.

/// An entry of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// What it is, whatever it says: unique in the whole menu, and the same as long as it is about the same thing.
    pub(crate) key: String,
    /// What it shows and does.
    pub(crate) kind: Kind,
}

/// What an entry shows and does. Labels are [`label`](super::label)s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something to read; a click shows the window.
    Text(String),
    /// Something to do.
    Action {
        /// The words.
        label: String,
        /// It can be done now.
        enabled: bool,
        /// What.
        act: Act,
    },
    /// A thin line.
    Separator,
    /// More about it.
    Submenu {
        /// The words.
        label: String,
        /// What opens.
        items: Vec<Item>,
    },
}

/// What a person can do in the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Show the window.
    Open,
    /// Show the window with the form for a new line.
    AddLine,
    /// Show the window with the phones at home.
    OpenDevices,
    /// Re-register: that line, or all.
    Rebind(Option<String>),
    /// Pause these lines.
    Pause(Vec<String>),
    /// End the pause of these lines.
    Resume(Vec<String>),
    /// Ask the keyring again.
    ReadSecret(String),
    /// Start the engine without waiting for its time.
    StartEngine,
    /// Quit.
    Quit,
}

impl Item {
    pub(crate) fn text(key: impl Into<String>, label: String) -> Item {
        Item {
            key: key.into(),
            kind: Kind::Text(label),
        }
    }

    pub(crate) fn action(key: impl Into<String>, label: String, act: Act) -> Item {
        Item::action_if(true, key, label, act)
    }

    pub(crate) fn action_if(
        enabled: bool,
        key: impl Into<String>,
        label: String,
        act: Act,
    ) -> Item {
        Item {
            key: key.into(),
            kind: Kind::Action {
                label,
                enabled,
                act,
            },
        }
    }

    pub(crate) fn separator(key: impl Into<String>) -> Item {
        Item {
            key: key.into(),
            kind: Kind::Separator,
        }
    }

    pub(crate) fn submenu(key: impl Into<String>, label: String, items: Vec<Item>) -> Item {
        Item {
            key: key.into(),
            kind: Kind::Submenu { label, items },
        }
    }
}

/// What the entry of that key does, wherever in the menu it is.
pub(crate) fn act<'a>(items: &'a [Item], key: &str) -> Option<&'a Act> {
    items.iter().find_map(|item| match &item.kind {
        Kind::Action { act, enabled, .. } => (item.key == key && *enabled).then_some(act),
        Kind::Submenu { items, .. } => act(items, key),
        // Whoever clicks what is to be read wants to see more of it.
        Kind::Text(_) => (item.key == key).then_some(&Act::Open),
        Kind::Separator => None,
    })
}
