//! What to change in a menu so that it says what it should: entries that stay are kept, since a desktop that has the menu open would close or redraw it.

use super::tree::{Item, Kind};

/// A change of one menu, whose entries are counted from 0 as they are at that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit<'a> {
    /// Take the entry out.
    Remove(usize),
    /// Put a new one in.
    Insert(usize, &'a Item),
    /// It has other words.
    Rename(usize, &'a str),
    /// It can be done now, or no longer.
    Enable(usize, bool),
    /// Changes in the submenu there.
    Within(usize, Vec<Edit<'a>>),
}

/// What makes `old` into `new`, in this order.
pub(crate) fn edits<'a>(old: &[Item], new: &'a [Item]) -> Vec<Edit<'a>> {
    let mut edits = Vec::new();
    let mut kept: Vec<&Item> = Vec::new();
    for item in old {
        if new.iter().any(|other| is_same(item, other)) {
            kept.push(item);
        } else {
            edits.push(Edit::Remove(kept.len()));
        }
    }
    for (at, item) in new.iter().enumerate() {
        match kept.iter().position(|old| is_same(old, item)) {
            Some(place) if place == at => change(at, kept.get(at).copied(), item, &mut edits),
            // Moved: seldom, and no desktop is told of moves.
            Some(place) => {
                kept.remove(place);
                edits.push(Edit::Remove(place));
                insert(at, item, &mut kept, &mut edits);
            }
            None => insert(at, item, &mut kept, &mut edits),
        }
    }
    edits
}

fn insert<'a, 'k>(at: usize, item: &'a Item, kept: &mut Vec<&'k Item>, edits: &mut Vec<Edit<'a>>)
where
    'a: 'k,
{
    kept.insert(at.min(kept.len()), item);
    edits.push(Edit::Insert(at, item));
}

/// The same entry: whatever it says, it can become the other by renaming.
fn is_same(one: &Item, other: &Item) -> bool {
    one.key == other.key && std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind)
}

fn change<'a>(at: usize, old: Option<&Item>, new: &'a Item, edits: &mut Vec<Edit<'a>>) {
    let Some(old) = old else { return };
    if let Some(label) = label(&new.kind).filter(|words| label(&old.kind) != Some(*words)) {
        edits.push(Edit::Rename(at, label));
    }
    match (&old.kind, &new.kind) {
        (Kind::Action { enabled: was, .. }, Kind::Action { enabled: is, .. }) if was != is => {
            edits.push(Edit::Enable(at, *is));
        }
        (Kind::Submenu { items: old, .. }, Kind::Submenu { items: new, .. }) => {
            let within = self::edits(old, new);
            if !within.is_empty() {
                edits.push(Edit::Within(at, within));
            }
        }
        _ => {}
    }
}

fn label(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Text(label) | Kind::Action { label, .. } | Kind::Submenu { label, .. } => Some(label),
        Kind::Separator => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Act;
    use super::*;

    /// What a desktop does with them; entries that were not inserted anew are marked by what they do.
    fn apply(items: &mut Vec<Item>, edits: &[Edit<'_>]) {
        for edit in edits {
            match edit {
                Edit::Remove(at) => drop(items.remove(*at)),
                Edit::Insert(at, item) => items.insert(*at, (*item).clone()),
                Edit::Rename(at, words) => match &mut items[*at].kind {
                    Kind::Text(label)
                    | Kind::Action { label, .. }
                    | Kind::Submenu { label, .. } => *label = (*words).to_owned(),
                    Kind::Separator => panic!("a separator has no words"),
                },
                Edit::Enable(at, on) => {
                    let Kind::Action { enabled, .. } = &mut items[*at].kind else {
                        panic!("{:?} can't be done", items[*at]);
                    };
                    *enabled = *on;
                }
                Edit::Within(at, edits) => {
                    let Kind::Submenu { items, .. } = &mut items[*at].kind else {
                        panic!("{:?} holds nothing", items[*at]);
                    };
                    apply(items, edits);
                }
            }
        }
    }

    fn text(key: &str, words: &str) -> Item {
        Item::text(key, words.to_owned())
    }

    fn button(key: &str, enabled: bool) -> Item {
        Item::action_if(enabled, key, key.to_owned(), Act::Quit)
    }

    /// Menus of all kinds, from few keys, so that any two share some.
    fn menus() -> Vec<Vec<Item>> {
        let sub = |label: &str, items: Vec<Item>| Item::submenu("sub", label.to_owned(), items);
        vec![
            vec![],
            vec![text("a", "1")],
            vec![text("a", "2"), Item::separator("s"), button("b", true)],
            vec![button("b", false), text("a", "2")],
            vec![
                text("a", "1"),
                sub("x", vec![text("c", "1"), button("d", true)]),
                button("b", true),
            ],
            vec![
                sub(
                    "y",
                    vec![button("d", false), text("e", "3"), text("c", "1")],
                ),
                text("a", "1"),
            ],
            // The same key, and something else.
            vec![button("a", true), text("sub", "1"), Item::separator("s")],
        ]
    }

    #[test]
    fn make_any_menu_into_any_other() {
        for old in menus() {
            for new in menus() {
                let mut menu = old.clone();
                apply(&mut menu, &edits(&old, &new));
                assert_eq!(menu, new, "from {old:?}");
            }
        }
    }

    #[test]
    fn touch_only_what_differs() {
        let menu = |words: &str| {
            vec![
                text("head", words),
                Item::submenu(
                    "sub",
                    "line".into(),
                    vec![text("c", words), text("d", "same")],
                ),
                button("quit", true),
            ]
        };
        assert_eq!(edits(&menu("one"), &menu("one")), []);
        assert_eq!(
            edits(&menu("one"), &menu("two")),
            [
                Edit::Rename(0, "two"),
                Edit::Within(1, vec![Edit::Rename(0, "two")]),
            ]
        );
    }

    #[test]
    fn an_entry_that_comes_leaves_the_others_alone() {
        let old = [text("a", "1"), text("c", "1")];
        let new = [text("a", "1"), text("b", "1"), text("c", "1")];
        assert_eq!(edits(&old, &new), [Edit::Insert(1, &new[1])]);
        assert_eq!(edits(&new, &old), [Edit::Remove(1)]);
    }
}
