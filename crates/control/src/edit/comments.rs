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

/// Puts comments where that place of the file is: above the first table that stands there or later, or at the end.
pub(super) fn put_at(document: &mut DocumentMut, place: Option<isize>, comments: &str) {
    if comments.is_empty() {
        return;
    }
    let mut next: Option<isize> = None;
    each_table(document.as_table_mut(), &mut |table| {
        let here = table
            .position()
            .filter(|here| place.is_some_and(|it| *here >= it));
        next = match (next, here) {
            (Some(next), Some(here)) => Some(next.min(here)),
            (next, here) => next.or(here),
        };
    });
    let mut is_put = false;
    each_table(document.as_table_mut(), &mut |table| {
        if next.is_some() && table.position() == next && !is_put {
            is_put = true;
            let decor = table.decor_mut();
            let both = format!("{comments}{}", prefix(decor));
            decor.set_prefix(both);
        }
    });
    if !is_put {
        let trailing = document.trailing().as_str().unwrap_or_default();
        let both = format!("{comments}{trailing}");
        document.set_trailing(both);
    }
}

/// Every table with a header of its own, below `table`.
fn each_table(table: &mut Table, visit: &mut dyn FnMut(&mut Table)) {
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(below) => {
                if !below.is_implicit() && !below.is_dotted() {
                    visit(below);
                }
                each_table(below, visit);
            }
            Item::ArrayOfTables(tables) => {
                for below in tables.iter_mut() {
                    visit(below);
                    each_table(below, visit);
                }
            }
            Item::None | Item::Value(_) => {}
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
    let mut last = 0;
    each_table(document.as_table_mut(), &mut |there| {
        last = last.max(there.position().unwrap_or_default());
    });
    // Otherwise it would stand below the tables of its own name, and what stood at the end above it.
    table.set_position(Some(last + 1));
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
