//! What stands around keys and tables that go: a comment is the person's, and not ours to remove.

use toml_edit::{Decor, DocumentMut, Item, Table};

/// Removes a key. Its comments go to the next key of the table, or are given back where there is none.
pub(super) fn remove_key(table: &mut Table, key: &str) -> String {
    let next = table
        .iter()
        .map(|(name, _)| name.to_owned())
        .skip_while(|name| name != key)
        .nth(1);
    let Some((removed, item)) = table.remove_entry(key) else {
        return String::new();
    };
    let mut comments = prefix(removed.leaf_decor()).to_owned();
    let behind = item.as_value().map(|value| suffix(value.decor()).trim());
    if let Some(behind) = behind.filter(|text| !text.is_empty()) {
        comments = format!("{comments}{behind}\n");
    }
    if !comments.contains('#') {
        return String::new();
    }
    match next.and_then(|next| table.key_mut(&next)) {
        Some(mut next) => {
            let decor = next.leaf_decor_mut();
            let both = comments + prefix(decor);
            decor.set_prefix(both);
            String::new()
        }
        None => comments,
    }
}

/// What stands above a table and is not about it: all up to the last empty line.
pub(super) fn not_of_the_table(table: &Table) -> String {
    let above = prefix(table.decor());
    match above.rfind("\n\n") {
        Some(at) => {
            let (kept, _) = above.split_at(at + 1);
            if kept.contains('#') {
                kept.to_owned()
            } else {
                String::new()
            }
        }
        None => String::new(),
    }
}

/// Puts comments above the table that is at `position` now, or at the end.
pub(super) fn put_before(document: &mut DocumentMut, position: usize, comments: &str) {
    if comments.is_empty() {
        return;
    }
    let table = document
        .get_mut("line")
        .and_then(Item::as_array_of_tables_mut)
        .and_then(|tables| tables.get_mut(position));
    match table {
        Some(table) => {
            let decor = table.decor_mut();
            let both = format!("{comments}{}", prefix(decor));
            decor.set_prefix(both);
        }
        None => {
            let both = format!(
                "{comments}{}",
                document.trailing().as_str().unwrap_or_default()
            );
            document.set_trailing(both);
        }
    }
}

/// A table that is to be the last one comes after all that stands at the end, and an empty line.
pub(super) fn put_last(document: &mut DocumentMut, table: &mut Table) {
    let mut above = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    if !above.is_empty() && !above.ends_with('\n') {
        above.push('\n');
    }
    if !above.is_empty() || !document.is_empty() {
        above.push('\n');
    }
    table.decor_mut().set_prefix(above);
}

/// Puts comments below the table at `position`.
pub(super) fn put_after(document: &mut DocumentMut, position: usize, comments: &str) {
    put_before(document, position + 1, comments);
}

fn prefix(decor: &Decor) -> &str {
    decor
        .prefix()
        .and_then(|text| text.as_str())
        .unwrap_or_default()
}

fn suffix(decor: &Decor) -> &str {
    decor
        .suffix()
        .and_then(|text| text.as_str())
        .unwrap_or_default()
}
