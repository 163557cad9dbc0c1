//! The parameters behind a header value or in a URI: `;a=b;c;d="quoted"`.

mod borrowed;
mod scan;

use std::borrow::Cow;
use std::fmt;

pub use self::borrowed::ParamsRef;
pub(crate) use self::borrowed::plain;
use self::scan::RawParam;
use crate::{Text, lex};

/// Parameters in their order, unknown ones included. Names are compared without regard to case (RFC 3261 §7.3.1).
///
/// Equal are parameters of the same names and written values in the same order, whatever white space stood between them.
#[derive(Clone, Default)]
pub struct Params {
    /// `;a=b ; c`, checked when it was read.
    raw: Text,
}

impl Params {
    /// No parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same without a share in the text.
    #[must_use]
    pub fn borrowed(&self) -> ParamsRef<'_> {
        ParamsRef::of_checked(&self.raw)
    }

    /// Takes over what has been checked already.
    pub(crate) fn of_checked(raw: Text) -> Params {
        Params { raw }
    }

    /// The value of the first parameter of that name, quotes and escapes taken off: `None` where there is no such parameter,
    /// `Some(None)` where it stands without a value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Option<Text>> {
        let param = self.raw().find(|param| param.is(name))?;
        Some(param.value.map(|value| self.plain(value)))
    }

    /// The value of the parameter of that name, where it has one.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Text> {
        self.get(name).flatten()
    }

    /// Whether there is a parameter of that name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.borrowed().contains(name)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Names and plain values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Text, Option<Text>)> + '_ {
        self.raw().map(|param| {
            (
                self.raw.part(param.name),
                param.value.map(|value| self.plain(value)),
            )
        })
    }

    /// Sets a parameter: in the place of the first of that name, or last. The value is quoted where it is neither token nor host; a name that
    /// is no token is not written at all.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        if !lex::is_token(name) {
            return;
        }
        let mut written =
            String::with_capacity(self.raw.len() + name.len() + value.map_or(0, str::len) + 4);
        let mut done = false;
        for param in self.raw() {
            if !param.is(name) {
                param.write(&mut written);
            } else if !done {
                done = true;
                write_param(&mut written, name, value);
            }
        }
        if !done {
            write_param(&mut written, name, value);
        }
        self.raw = Text::from(written);
    }

    /// Removes every parameter of that name.
    pub fn remove(&mut self, name: &str) {
        if self.contains(name) {
            let mut written = String::with_capacity(self.raw.len());
            self.raw()
                .filter(|param| !param.is(name))
                .for_each(|param| param.write(&mut written));
            self.raw = Text::from(written);
        }
    }

    /// Appends all, as they are displayed.
    pub(crate) fn write(&self, to: &mut String) {
        if self.borrowed().is_spaced() {
            self.raw().for_each(|param| param.write(to));
        } else {
            to.push_str(&self.raw);
        }
    }

    /// No less than what [`write`](Self::write) appends.
    pub(crate) fn written_len(&self) -> usize {
        self.raw.len()
    }

    /// Names and values as they stand.
    pub(crate) fn raw(&self) -> impl Iterator<Item = RawParam<'_>> {
        self.borrowed().raw()
    }

    /// A part of them, shared.
    pub(crate) fn share(&self, part: &str) -> Text {
        self.raw.part(part)
    }

    fn plain(&self, value: &str) -> Text {
        match plain(value) {
            Cow::Borrowed(value) => self.share(value),
            Cow::Owned(plain) => Text::from(plain),
        }
    }
}

fn write_param(to: &mut String, name: &str, value: Option<&str>) {
    to.push(';');
    to.push_str(name);
    if let Some(value) = value {
        to.push('=');
        if value.is_empty()
            || !value
                .bytes()
                .all(|byte| lex::is_token_byte(byte) || matches!(byte, b'[' | b']' | b':'))
        {
            // Writing to a string cannot fail.
            let _ = lex::write_quoted(value, to);
        } else {
            to.push_str(value);
        }
    }
}

impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        self.borrowed() == other.borrowed()
    }
}

impl Eq for Params {}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.borrowed(), f)
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(text: &str) -> Option<Params> {
        ParamsRef::parse(text).map(|params| params.to_params())
    }

    #[test]
    fn values_are_found_by_name_in_any_case_and_unquoted() {
        let params = params(r#" ; a = 1 ;B;c="x;\"y\"";c=2"#).unwrap();
        assert_eq!(params.value("A").unwrap(), "1");
        assert_eq!(params.get("b"), Some(None));
        assert_eq!(params.value("c").unwrap(), r#"x;"y""#);
        assert_eq!(params.get("d"), None);
        assert_eq!(params.to_string(), r#";a=1;B;c="x;\"y\"";c=2"#);
    }

    #[test]
    fn empty_parameters_and_open_quotes_are_refused() {
        for bad in [";;a", ";", ";a;", r#";a="b"#, "a=b", ";a=b c", ";=b"] {
            assert_eq!(params(bad), None, "{bad}");
        }
    }

    #[test]
    fn setting_replaces_in_place_and_quotes_where_needed() {
        let mut params = params(";a=1;b").unwrap();
        params.set("A", Some("x y"));
        params.set("c", Some("[::1]"));
        params.set("bad name", None);
        params.remove("b");
        assert_eq!(params.to_string(), r#";A="x y";c=[::1]"#);
        assert_eq!(params.value("a").unwrap(), "x y");
    }

    #[test]
    fn a_line_end_cannot_enter_by_a_value() {
        let mut params = Params::new();
        params.set("a", Some("x\r\nEvil: 1"));
        assert_eq!(params.to_string(), ";a=\"x  Evil: 1\"");
    }
}
