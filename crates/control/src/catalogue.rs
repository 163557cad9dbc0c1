//! The one message catalogue (Fluent, English), compiled in.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::langid;

/// The catalogue as written.
pub const SOURCE: &str = include_str!("messages.ftl");

/// Longest value that a sentence takes in; what the network sends must not flood a screen.
const LONGEST_VALUE: usize = 200;

static CATALOGUE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let mut bundle = FluentBundle::new_concurrent(vec![langid!("en")]);
    // Isolation marks are invisible characters that end up in what people copy.
    bundle.set_use_isolating(false);
    let resource =
        FluentResource::try_new(SOURCE.to_owned()).unwrap_or_else(|(what_parsed, _)| what_parsed);
    // A test holds that neither parsing nor adding meets an error.
    let _ = bundle.add_resource(resource);
    bundle
});

/// The sentence `id` with its values filled in, or `id` itself if the catalogue lacks it.
pub fn text(id: &str, values: &[(&str, &str)]) -> String {
    let Some(pattern) = CATALOGUE
        .get_message(id)
        .and_then(|message| message.value())
    else {
        return id.to_owned();
    };
    let mut args = FluentArgs::with_capacity(values.len());
    for (name, value) in values {
        // Only counts are numbers to Fluent (for plurals): a user named 1e5 must stay that.
        args.set(
            *name,
            if *name == "count" {
                FluentValue::try_number(value)
            } else {
                FluentValue::from(clean(value))
            },
        );
    }
    let mut errors = Vec::new();
    CATALOGUE
        .format_pattern(pattern, Some(&args), &mut errors)
        .into_owned()
}

/// Ids of all that the catalogue says, in its order.
#[cfg(test)]
pub(crate) fn ids() -> impl Iterator<Item = &'static str> {
    SOURCE
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once(" =").map(|(id, _)| id))
}

/// A value fit for a screen: as [`plain`], and not too long.
pub fn clean(value: &str) -> String {
    let mut shown: String = plain(value).chars().take(LONGEST_VALUE + 1).collect();
    if let Some((end, _)) = shown.char_indices().nth(LONGEST_VALUE) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// Text without what would move a cursor, break a line, hide, or turn the text around it: the network's names must not dress up as others.
pub fn plain(value: &str) -> String {
    let seen = value.chars().filter(|c| !is_invisible(*c));
    seen.map(|c| if is_blank(c) { ' ' } else { c }).collect()
}

/// Takes the place of a space at best.
fn is_blank(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Marks, embeddings, overrides and isolates of direction; what has no width (but the joiners, which scripts and emoji need); tags; notes between lines.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_whole() {
        let resource = FluentResource::try_new(SOURCE.to_owned())
            .map_err(|(_, errors)| errors)
            .unwrap();
        let mut bundle: FluentBundle<FluentResource> =
            FluentBundle::new_concurrent(vec![langid!("en")]);
        bundle.add_resource(resource).unwrap();
    }

    #[test]
    fn keeps_control_characters_and_floods_off_the_screen() {
        assert_eq!(clean("a\r\n\u{1b}[31mb"), "a   [31mb");
        assert_eq!(clean(&"x".repeat(300)).chars().count(), LONGEST_VALUE + 1);
        let fits = "x".repeat(LONGEST_VALUE);
        assert_eq!(clean(&fits), fits);
    }

    #[test]
    fn a_name_can_neither_turn_the_text_around_it_nor_hide_in_it() {
        // Shown, the first would read "exe.txt" backwards, the second would break the sentence, the third look like another name.
        for (hostile, shown) in [
            ("a\u{202e}txt.exe\u{202c}", "atxt.exe"),
            ("\u{2066}b\u{2069}\u{200e}\u{200f}\u{61c}", "b"),
            ("ti\u{200b}na\u{feff}\u{ad}\u{2060}\u{e0041}", "tina"),
            ("one\u{2028}two\u{85}three", "one two three"),
        ] {
            assert_eq!(clean(hostile), shown);
        }
        // Needed to write Persian, and families.
        assert_eq!(
            clean("می\u{200c}خواهم 👩\u{200d}👧"),
            "می\u{200c}خواهم 👩\u{200d}👧"
        );
    }

    /// All sources below but the list of ids itself.
    fn read_all(directory: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_all(&path, into);
            } else if path.file_name().is_some_and(|name| name != "control.ts")
                && path
                    .extension()
                    .is_some_and(|it| it == "rs" || it == "ts" || it == "svelte")
            {
                into.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn says_nothing_that_nobody_says() {
        let mut speakers = String::new();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        for folder in ["crates", "src-tauri/src", "ui/src"] {
            let folder = std::path::Path::new(root).join(folder);
            if folder.is_dir() {
                read_all(&folder, &mut speakers);
            }
        }
        for id in ids() {
            let kind = id.strip_prefix("action-").unwrap_or_default();
            let used = ['"', '\'', '`']
                .iter()
                .any(|quote| speakers.contains(&format!("{quote}{id}{quote}")))
                || crate::error::Code::ALL
                    .iter()
                    .any(|code| code.as_str() == id || code.action().as_str() == kind)
                || crate::documented::rows("Actions")
                    .iter()
                    .any(|row| row.starts_with(&format!("| `{kind}` |")));
            assert!(used, "{id}");
        }
    }

    #[test]
    fn obeys_the_house_words() {
        for line in SOURCE.lines().filter(|line| !line.starts_with('#')) {
            let sentence = line
                .split_once(" = ")
                .map_or(line, |(_, sentence)| sentence);
            let lower = sentence.to_lowercase();
            for banned in [
                "an error occurred",
                "try again later",
                "please",
                "failed to",
                "!",
            ] {
                assert!(!lower.contains(banned), "{banned}: {line}");
            }
            let mut words = lower.split(|c: char| !c.is_alphabetic());
            assert!(!words.any(|word| word == "we"), "we: {line}");
            assert!(!sentence.ends_with('.'), "a full stop: {line}");
        }
    }
}
