//! The keys of a `[[line]]` table, and the settings that they are.

use toml_edit::{InlineTable, Item, Table, TableLike, Value};

use super::comments;
use crate::protocol::{LineSettings, PasswordPlace};

/// What the table says. To be read after the config was found to make sense: what is no text counts as not there.
pub(super) fn read(table: &Table) -> LineSettings {
    let text = |key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let expires = table.get("expires").and_then(Item::as_integer);
    LineSettings {
        id: text("id"),
        aor: text("aor").unwrap_or_default(),
        registrar: text("registrar"),
        outbound_proxy: text("outbound_proxy"),
        auth_username: text("auth_username"),
        expires: expires.and_then(|seconds| u32::try_from(seconds).ok()),
        user_agent: text("user_agent"),
        password: place(table.get("password")),
    }
}

/// Has the table say `wanted`; gives the comments of keys that have gone and that no key of the table can take over.
pub(super) fn write(table: &mut Table, wanted: &LineSettings) -> String {
    let before = read(table);
    let mut left_over = String::new();
    let LineSettings {
        id,
        aor,
        registrar,
        outbound_proxy,
        auth_username,
        expires,
        user_agent,
        password,
    } = wanted;
    let seconds = expires.map(|seconds| i64::from(seconds).into());
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    // In the order in which the documentation has them.
    for (key, value, same) in [
        ("id", text(id), before.id == *id),
        ("aor", Some(aor.as_str().into()), before.aor == *aor),
        ("registrar", text(registrar), before.registrar == *registrar),
        (
            "outbound_proxy",
            text(outbound_proxy),
            before.outbound_proxy == *outbound_proxy,
        ),
        (
            "auth_username",
            text(auth_username),
            before.auth_username == *auth_username,
        ),
        ("expires", seconds, before.expires == *expires),
        (
            "user_agent",
            text(user_agent),
            before.user_agent == *user_agent,
        ),
    ] {
        match value {
            _ if same => {}
            Some(value) => set(table, key, value),
            None => left_over += &comments::remove_key(table, key),
        }
    }
    let is_new = !table.contains_key("password");
    if is_new || before.password != *password {
        set(table, "password", written(password));
    }
    left_over
}

/// A value in the place of another has the comment that stood there.
pub(super) fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(there) => {
            *value.decor_mut() = there.decor().clone();
            *there = value;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

fn place(item: Option<&Item>) -> PasswordPlace {
    let text = |key: &str| {
        let value = item.and_then(|item| item.get(key)).and_then(Item::as_str);
        value.map(str::to_owned)
    };
    match (text("file"), text("env")) {
        (Some(path), _) => PasswordPlace::File { path },
        (None, Some(variable)) => PasswordPlace::Env { variable },
        (None, None) => PasswordPlace::Keyring,
    }
}

pub(super) fn written(place: &PasswordPlace) -> Value {
    let mut table = InlineTable::new();
    match place {
        PasswordPlace::Keyring => table.insert("keyring", true.into()),
        PasswordPlace::File { path } => table.insert("file", path.as_str().into()),
        PasswordPlace::Env { variable } => table.insert("env", variable.as_str().into()),
    };
    Value::InlineTable(table)
}
