//! Words as a menu takes them.

use bellhop_control::catalogue::{plain, text};

/// Longer ones push the menu off small screens.
const LONGEST: usize = 72;

/// The sentence `id` of the catalogue, fit for a menu.
pub(crate) fn label(id: &str, values: &[(&str, &str)]) -> String {
    escaped(&text(id, values))
}

/// Any text, fit for a menu: in one line of bounded length, without what hides or turns text, and letter by letter.
pub(crate) fn escaped(words: &str) -> String {
    let mut shown = plain(words);
    if let Some((end, _)) = shown.char_indices().nth(LONGEST) {
        shown.truncate(end);
        shown.push('…');
    }
    // To muda `&` marks the letter to press, on every system; the underscores of GTK it doubles itself.
    shown.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_letters_that_it_was_given_and_marks_none() {
        assert_eq!(escaped("R&D_lab"), "R&&D_lab");
    }

    #[test]
    fn what_the_network_sends_stays_one_short_line() {
        assert_eq!(
            escaped("a\u{202e}b\r\nc\u{1b}[1m\u{200b}"),
            "ab  c [1m",
            "controls are spaces, overrides nothing"
        );
        let long = escaped(&"&".repeat(500));
        assert_eq!(long, format!("{}…", "&&".repeat(LONGEST)));
    }
}
