//! Quoting: between what a value means and what stands between quotes, and the writer of parameter lists.

use std::borrow::Cow;
use std::fmt;

use super::AuthParam;

/// `text` as it must stand between quotes: `"` and `\` escaped, control characters (a line break would start a header) left out.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| matches!(c, '"' | '\\') || c.is_control()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 4);
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    Cow::Owned(out)
}

/// What stands between quotes, with its escapes resolved: to be shown or compared, never to be echoed.
pub fn unescaped(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    Cow::Owned(out)
}

/// Writes `Digest a=b, c="d"`, the commas in between.
pub(super) struct Writer<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    separator: &'static str,
}

impl<'a, 'f> Writer<'a, 'f> {
    pub(super) fn new(out: &'a mut fmt::Formatter<'f>) -> Self {
        Writer {
            out,
            separator: "Digest ",
        }
    }

    /// `raw` is already what stands between quotes.
    pub(super) fn quoted(&mut self, name: &str, raw: &str) -> fmt::Result {
        write!(self.out, "{}{name}=\"{raw}\"", self.separator)?;
        self.separator = ", ";
        Ok(())
    }

    pub(super) fn bare(&mut self, name: &str, value: impl fmt::Display) -> fmt::Result {
        write!(self.out, "{}{name}={value}", self.separator)?;
        self.separator = ", ";
        Ok(())
    }

    pub(super) fn rest(&mut self, params: &[AuthParam]) -> fmt::Result {
        params.iter().try_for_each(|p| {
            if p.quoted {
                self.quoted(&p.name, &p.value)
            } else {
                self.bare(&p.name, &p.value)
            }
        })
    }
}
