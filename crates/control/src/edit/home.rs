//! Phones and home networks: their tables appended, taken out, and `[home]` turned on.

use std::collections::HashSet;

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::{EditError, comments, editable, keys, not_to_be_edited};
use crate::config::{ListenOn, Written, WrittenNetwork, mac_text};
use crate::protocol::DeviceSettings;

/// The first extension that is given to a device.
const FIRST_EXTENSION: u32 = 101;

/// `text` with a device of these settings appended and the home on, and the extension that it got.
///
/// # Errors
/// [`EditError::Before`] or [`EditError::After`].
pub fn add_device(
    text: &str,
    file: &str,
    settings: &DeviceSettings,
) -> Result<(String, String), EditError> {
    let mut document = editable(text, file)?;
    let written = Written::parse(text, file).map_err(EditError::Before)?;
    let extension = settings.extension.clone().unwrap_or_else(|| {
        let devices = written.devices.iter().map(|it| it.extension.as_str());
        let groups = written.groups.iter().map(|it| it.extension.as_str());
        next_extension(devices.chain(groups))
    });
    if !written.home.enabled {
        turn_on(&mut document, file)?;
    }
    let mut table = Table::new();
    table.insert("name", settings.name.as_str().into());
    table.insert("extension", extension.as_str().into());
    table.insert("password", Item::Value(keys::written(&settings.password)));
    if let Some(digest) = &settings.digest {
        table.insert("digest", digest.as_str().into());
    }
    append(&mut document, file, &["device"], table)?;
    Ok((sensible(&document, file)?, extension))
}

/// `text` without the device of that name, also in groups.
///
/// # Errors
/// [`EditError::NoSuchDevice`], or [`EditError::Before`] if the config could not be read in the first place.
pub fn remove_device(text: &str, file: &str, name: &str) -> Result<String, EditError> {
    let mut document = editable(text, file)?;
    let written = Written::parse(text, file).map_err(EditError::Before)?;
    let mut devices = written.devices.iter();
    let position = devices
        .position(|device| device.name.value == name)
        .ok_or(EditError::NoSuchDevice)?;
    remove(&mut document, file, &["device"], position)?;
    let groups = document.get_mut("group");
    for group in groups
        .and_then(Item::as_array_of_tables_mut)
        .into_iter()
        .flat_map(ArrayOfTables::iter_mut)
    {
        if let Some(members) = group.get_mut("members").and_then(Item::as_array_mut) {
            leave(members, name);
        }
    }
    sensible(&document, file)
}

/// `text` with that network as a home network.
///
/// # Errors
/// [`EditError::Before`] or [`EditError::After`].
pub fn add_network(text: &str, file: &str, network: &WrittenNetwork) -> Result<String, EditError> {
    let mut document = editable(text, file)?;
    let mut table = Table::new();
    let mac = mac_text(network.gateway_mac);
    table.insert("gateway_mac", mac.into());
    table.insert("subnet", network.subnet.to_string().into());
    let listen: Array = network.listen.iter().map(ListenOn::to_string).collect();
    table.insert("listen", Item::Value(Value::Array(listen)));
    append(&mut document, file, &["home", "network"], table)?;
    sensible(&document, file)
}

/// `text` without the home networks of that subnet, or without any; and how many there were.
///
/// # Errors
/// [`EditError::NoSuchNetwork`] if there is none, or [`EditError::Before`].
pub fn forget_networks(
    text: &str,
    file: &str,
    subnet: Option<&str>,
) -> Result<(String, usize), EditError> {
    let mut document = editable(text, file)?;
    let written = Written::parse(text, file).map_err(EditError::Before)?;
    let is_meant = |network: &WrittenNetwork| {
        subnet.is_none_or(|subnet| network.subnet.to_string() == subnet.trim())
    };
    let meant: Vec<usize> = written
        .home
        .networks
        .iter()
        .enumerate()
        .filter_map(|(position, network)| is_meant(network).then_some(position))
        .collect();
    if meant.is_empty() {
        return Err(EditError::NoSuchNetwork);
    }
    for position in meant.iter().rev() {
        remove(&mut document, file, &["home", "network"], *position)?;
    }
    Ok((sensible(&document, file)?, meant.len()))
}

/// The least from 101 that is not taken.
pub fn next_extension<'a>(taken: impl Iterator<Item = &'a str>) -> String {
    let taken: HashSet<&str> = taken.collect();
    let mut free = (FIRST_EXTENSION..).map(|number| number.to_string());
    free.find(|number| !taken.contains(number.as_str()))
        .unwrap_or_default()
}

fn turn_on(document: &mut DocumentMut, file: &str) -> Result<(), EditError> {
    if !document.contains_key("home") {
        let mut table = Table::new();
        table.insert("enabled", true.into());
        comments::put_last(document, &mut table);
        document.insert("home", Item::Table(table));
        return Ok(());
    }
    let home = document.get_mut("home");
    let home = home.ok_or_else(|| not_to_be_edited(file, "home"))?;
    if let Some(table) = home.as_table_mut().filter(|table| table.is_implicit()) {
        // Only its networks are written: the header comes before them.
        table.set_implicit(false);
        let networks = table.get("network").and_then(Item::as_array_of_tables);
        let first = networks.and_then(|it| it.iter().next());
        let (above, place) = first.map_or((String::new(), None), |first| {
            let above = first.decor().prefix().and_then(|text| text.as_str());
            (above.unwrap_or_default().to_owned(), first.position())
        });
        table.set_position(place);
        table.decor_mut().set_prefix(above);
        if let Some(first) = table
            .get_mut("network")
            .and_then(Item::as_array_of_tables_mut)
            .and_then(|it| it.get_mut(0))
        {
            first.decor_mut().set_prefix("\n");
        }
    }
    let home = home
        .as_table_like_mut()
        .ok_or_else(|| not_to_be_edited(file, "home"))?;
    keys::set(home, "enabled", true.into());
    Ok(())
}

/// The `[[table]]`s of that name, made where there are none.
fn tables<'d>(
    document: &'d mut DocumentMut,
    file: &str,
    name: &[&str],
) -> Result<&'d mut ArrayOfTables, EditError> {
    let wrong = || not_to_be_edited(file, &name.join("."));
    let (last, above) = name.split_last().ok_or_else(wrong)?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for key in above {
        let made = || {
            let mut made = Table::new();
            made.set_implicit(true);
            Item::Table(made)
        };
        table = table
            .entry(key)
            .or_insert_with(made)
            .as_table_like_mut()
            .ok_or_else(wrong)?;
    }
    table
        .entry(last)
        .or_insert(Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .ok_or_else(wrong)
}

fn append(
    document: &mut DocumentMut,
    file: &str,
    name: &[&str],
    mut table: Table,
) -> Result<(), EditError> {
    comments::put_last(document, &mut table);
    tables(document, file, name)?.push(table);
    Ok(())
}

fn remove(
    document: &mut DocumentMut,
    file: &str,
    name: &[&str],
    position: usize,
) -> Result<(), EditError> {
    let found = tables(document, file, name)?;
    let Some(table) = found.get(position) else {
        return Ok(());
    };
    let (left_over, place) = (comments::not_of_the_table(table), table.position());
    found.remove(position);
    let none_left = found.is_empty();
    if let (true, Some((last, above))) = (none_left, name.split_last()) {
        let mut table: Option<&mut dyn TableLike> = Some(document.as_table_mut());
        for key in above {
            table = table
                .and_then(|it| it.get_mut(key))
                .and_then(Item::as_table_like_mut);
        }
        if let Some(table) = table {
            table.remove(last);
        }
    }
    comments::put_at(document, place, &left_over);
    Ok(())
}

/// Takes a name out of a list and leaves the others as they are written.
fn leave(members: &mut Array, name: &str) {
    let found = members.iter().position(|it| it.as_str() == Some(name));
    if let Some(position) = found {
        let gone = members.remove(position);
        // The first of a list begins where the one before it did.
        if let (0, Some(first)) = (position, members.get_mut(0)) {
            *first.decor_mut() = gone.decor().clone();
        }
    }
}

/// The document's text, if it makes sense.
fn sensible(document: &DocumentMut, file: &str) -> Result<String, EditError> {
    let text = document.to_string();
    Written::parse(&text, file).map_err(EditError::After)?;
    Ok(text)
}
