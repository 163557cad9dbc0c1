//! Editing the config's text in place: what the person wrote, comments included, stays as it is. Text in, text out; who owns the file writes it.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use crate::config::{Problem, Written};
use crate::protocol::LineSettings;

mod comments;
mod home;
mod keys;

pub use home::{add_device, add_network, forget_networks, next_extension, remove_device};

/// Why a config was not edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It has problems as it is.
    #[error("{}", listed(.0))]
    Before(Vec<Problem>),
    /// It would have problems afterwards, at these places of the text as it would be.
    #[error("{}", listed(.0))]
    After(Vec<Problem>),
    /// No line of that id.
    #[error("the config has no line of that id")]
    NoSuchLine,
    /// No device of that name.
    #[error("the config has no device of that name")]
    NoSuchDevice,
    /// No home network of that subnet.
    #[error("the config has no home network of that subnet")]
    NoSuchNetwork,
}

/// What the config says of that line. The id only where the config has one.
///
/// # Errors
/// [`EditError::NoSuchLine`], or [`EditError::Before`].
pub fn line_settings(text: &str, file: &str, id: &str) -> Result<LineSettings, EditError> {
    let mut document = editable(text, file)?;
    let position = position(&names(text, file)?, id)?;
    let tables = tables(&mut document, file)?;
    let table = tables.get(position).ok_or(EditError::NoSuchLine)?;
    Ok(keys::read(table))
}

/// `text` with a line of these settings appended, and the id that it got.
///
/// # Errors
/// [`EditError::Before`] or [`EditError::After`].
pub fn add_line(
    text: &str,
    file: &str,
    settings: &LineSettings,
) -> Result<(String, String), EditError> {
    let mut document = editable(text, file)?;
    let names = names(text, file)?;
    let mut table = Table::new();
    keys::write(&mut table, settings);
    comments::put_last(&mut document, &mut table);
    tables(&mut document, file)?.push(table);
    let position = names.len();
    finished(document, file, &names, Some(position))
}

/// `text` with these settings for the line of that id, and the id that it has then. What is the same stays as it was written.
///
/// # Errors
/// As [`remove_line`], and [`EditError::After`].
pub fn edit_line(
    text: &str,
    file: &str,
    id: &str,
    settings: &LineSettings,
) -> Result<(String, String), EditError> {
    let mut document = editable(text, file)?;
    let names = names(text, file)?;
    let position = position(&names, id)?;
    let table = tables(&mut document, file)?
        .get_mut(position)
        .ok_or(EditError::NoSuchLine)?;
    let left_over = keys::write(table, settings);
    let place = table.position().map(|place| place + 1);
    comments::put_at(&mut document, place, &left_over);
    finished(document, file, &names, Some(position))
}

/// `text` without the line of that id.
///
/// # Errors
/// [`EditError::NoSuchLine`], or [`EditError::Before`] if the config could not be read in the first place.
pub fn remove_line(text: &str, file: &str, id: &str) -> Result<String, EditError> {
    let mut document = editable(text, file)?;
    let mut names = names(text, file)?;
    let position = position(&names, id)?;
    names.remove(position);
    let tables = tables(&mut document, file)?;
    let (left_over, place) = tables
        .get(position)
        .map(|table| (comments::not_of_the_table(table), table.position()))
        .unwrap_or_default();
    tables.remove(position);
    if tables.is_empty() {
        document.remove("line");
    }
    comments::put_at(&mut document, place, &left_over);
    finished(document, file, &names, None).map(|(edited, _)| edited)
}

fn editable(text: &str, file: &str) -> Result<DocumentMut, EditError> {
    Written::parse(text, file).map_err(EditError::Before)?;
    // What one TOML parser reads, the other reads too; were it not so, the file stays as it is.
    text.parse().map_err(|_| not_to_be_edited(file, "line"))
}

/// The `[[line]]` tables. Lines may be written as a list of inline tables, too, but who does that edits by hand.
fn tables<'d>(
    document: &'d mut DocumentMut,
    file: &str,
) -> Result<&'d mut ArrayOfTables, EditError> {
    document
        .entry("line")
        .or_insert(Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .ok_or_else(|| not_to_be_edited(file, "line"))
}

fn not_to_be_edited(file: &str, key: &str) -> EditError {
    let form = match key {
        "home" => "[home] table".to_owned(),
        _ => format!("[[{key}]] tables"),
    };
    let message = format!("only {form} can be edited here");
    EditError::Before(vec![Problem::at(file, 1, key, message)])
}

/// The ids of all lines.
fn names(text: &str, file: &str) -> Result<Vec<String>, EditError> {
    let read = Written::parse(text, file).map_err(EditError::Before)?;
    Ok(read.lines.into_iter().map(|line| line.id.value).collect())
}

fn position(names: &[String], id: &str) -> Result<usize, EditError> {
    let found = names.iter().position(|name| name == id);
    found.ok_or(EditError::NoSuchLine)
}

/// The text, and the id of the line that is wanted now. All others keep the name that they have: one that was made may have depended on what has changed, and is
/// written then.
fn finished(
    mut document: DocumentMut,
    file: &str,
    names: &[String],
    wanted: Option<usize>,
) -> Result<(String, String), EditError> {
    let read = |document: &DocumentMut| {
        let text = document.to_string();
        let read = Written::parse(&text, file).map_err(EditError::After)?;
        Ok((text, read.lines))
    };
    let (mut text, mut lines) = read(&document)?;
    let others = lines.iter().zip(names).enumerate();
    let renamed: Vec<(usize, &String)> = others
        .filter(|(place, (line, name))| Some(*place) != wanted && line.id.value != **name)
        .map(|(place, (_, name))| (place, name))
        .collect();
    if !renamed.is_empty() {
        let tables = tables(&mut document, file)?;
        for (place, name) in renamed {
            if let Some(table) = tables.get_mut(place) {
                table.insert("id", name.as_str().into());
            }
        }
        (text, lines) = read(&document)?;
    }
    let line = wanted.and_then(|wanted| lines.get(wanted));
    Ok((
        text,
        line.map(|line| line.id.value.clone()).unwrap_or_default(),
    ))
}

fn listed(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests;
