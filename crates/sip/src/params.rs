//! The parameters behind a header value or in a URI: `;a=b;c;d="quoted"`.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

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

    /// Reads `;a=b;c`, white space allowed around `;` and `=`. Empty parameters, open quotes and letters that are none are refused.
    pub(crate) fn parse_part(whole: &Text, part: &str) -> Option<Params> {
        let part = lex::trim(part);
        if part.is_empty() {
            return Some(Params::default());
        }
        Self::check(part).map(|()| Params {
            raw: whole.part(part),
        })
    }

    /// Whether `part` reads as `;a=b;c`.
    pub(crate) fn check(part: &str) -> Option<()> {
        let bytes = part.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            at = Place::next(bytes, at)?.end;
        }
        Some(())
    }

    /// Takes over what has been checked already: the parameters of a URI.
    pub(crate) fn of_checked(raw: Text) -> Params {
        Params { raw }
    }

    /// The value of the first parameter of that name, quotes and escapes taken off: `None` where there is no such parameter,
    /// `Some(None)` where it stands without a value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Option<Text>> {
        let param = self
            .raw()
            .find(|param| param.name.eq_ignore_ascii_case(name))?;
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
        self.raw()
            .any(|param| param.name.eq_ignore_ascii_case(name))
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
            if !param.name.eq_ignore_ascii_case(name) {
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
                .filter(|param| !param.name.eq_ignore_ascii_case(name))
                .for_each(|param| param.write(&mut written));
            self.raw = Text::from(written);
        }
    }

    /// Sets several parameters in one go: in the place of the first of their names, or last. `write` writes the value of a name, a token or an address,
    /// and says whether it did; of a name that it has no value for nothing is changed.
    pub(crate) fn replace_all<const N: usize>(
        &mut self,
        names: [&str; N],
        write: impl Fn(&str, &mut String) -> Option<bool>,
    ) {
        let mut written = String::with_capacity(self.raw.len() + 64);
        self.write_replaced(names, write, &mut written);
        self.raw = Text::from(written);
    }

    /// The same, appended to a text.
    pub(crate) fn write_replaced<const N: usize>(
        &self,
        names: [&str; N],
        write: impl Fn(&str, &mut String) -> Option<bool>,
        written: &mut String,
    ) {
        let mut done = [false; N];
        let put = |name: &str, done: &mut bool, written: &mut String| {
            let before = written.len();
            written.push(';');
            written.push_str(name);
            written.push('=');
            let replaced = write(name, written).is_some();
            // One that stands there a second time is left out.
            if !replaced || *done {
                written.truncate(before);
            }
            *done |= replaced;
            replaced
        };
        for param in self.raw() {
            let place = names
                .iter()
                .zip(&mut done)
                .find(|(name, _)| param.name.eq_ignore_ascii_case(name));
            let replaced = place.is_some_and(|(name, done)| put(name, done, written));
            if !replaced {
                param.write(written);
            }
        }
        for (name, done) in names.iter().zip(&mut done) {
            if !*done {
                put(name, done, written);
            }
        }
    }

    /// Appends all, as they are displayed.
    pub(crate) fn write(&self, to: &mut String) {
        if self.raw.bytes().any(lex::is_space) {
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
        RawParams {
            text: &self.raw,
            at: 0,
        }
        .flatten()
    }

    pub(crate) fn plain(&self, value: &str) -> Text {
        match lex::quoted_prefix(value) {
            None => self.raw.part(value),
            Some((inside, _)) => match lex::unescape_quoted(inside) {
                Cow::Borrowed(inside) => self.raw.part(inside),
                Cow::Owned(plain) => Text::from(plain),
            },
        }
    }
}

/// One parameter as it stands, without the white space around it.
#[derive(Clone, Copy)]
pub(crate) struct RawParam<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Option<&'a str>,
}

impl RawParam<'_> {
    fn write(self, to: &mut String) {
        to.push(';');
        to.push_str(self.name);
        if let Some(value) = self.value {
            to.push('=');
            to.push_str(value);
        }
    }
}

/// Reads `;a=b;c`; an item is `None` where a parameter is malformed, and that is the last one.
struct RawParams<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for RawParams<'a> {
    type Item = Option<RawParam<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let found = Place::next(self.text.as_bytes(), self.at);
        self.at = found.as_ref().map_or(self.text.len(), |place| place.end);
        Some(found.and_then(|place| {
            let value = match place.value {
                Some(value) => Some(self.text.get(value)?),
                None => None,
            };
            let name = self.text.get(place.name)?;
            Some(RawParam { name, value })
        }))
    }
}

/// Where a parameter stands.
struct Place {
    name: Range<usize>,
    value: Option<Range<usize>>,
    /// Where the next semicolon is, or the end.
    end: usize,
}

impl Place {
    /// The parameter whose semicolon is at `at`. White space may stand around everything.
    #[inline]
    fn next(bytes: &[u8], at: usize) -> Option<Place> {
        if bytes.get(at) != Some(&b';') {
            return None;
        }
        let start = skip(bytes, at + 1, lex::is_space);
        let end = skip(bytes, start, is_name_byte);
        let name = start..end;
        let behind = skip(bytes, end, lex::is_space);
        let mut place = Place {
            name,
            value: None,
            end: behind,
        };
        if bytes.get(behind) == Some(&b'=') {
            let start = skip(bytes, behind + 1, lex::is_space);
            let end = match bytes.get(start) {
                Some(b'"') => lex::quoted_end(bytes, start)?,
                _ => skip(bytes, start, is_value_byte),
            };
            place.value = Some(start..end);
            place.end = skip(bytes, end, lex::is_space);
        }
        let ended = matches!(bytes.get(place.end), None | Some(b';'));
        (ended && !place.name.is_empty()).then_some(place)
    }
}

/// The first place from `at` on where such bytes end.
#[inline]
fn skip(bytes: &[u8], at: usize, is: impl Fn(u8) -> bool) -> usize {
    let mut at = at;
    while bytes.get(at).is_some_and(|byte| is(*byte)) {
        at += 1;
    }
    at
}

fn is_name_byte(byte: u8) -> bool {
    LETTERS
        .get(usize::from(byte))
        .is_some_and(|letter| letter & NAME != 0)
}

fn is_value_byte(byte: u8) -> bool {
    LETTERS
        .get(usize::from(byte))
        .is_some_and(|letter| letter & VALUE != 0)
}

/// Tokens, and what `pname` of a URI allows besides.
const NAME: u8 = 1;
/// Generous: whatever is not white space and has no meaning of its own. `received=::1`, `gr=urn:uuid:…` and an empty value must pass.
const VALUE: u8 = 2;

const LETTERS: [u8; 256] = letters();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over constant bounds"
)]
const fn letters() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "below 256")]
        let letter = byte as u8;
        if lex::TOKEN[byte]
            || matches!(
                letter,
                b'[' | b']' | b'/' | b':' | b'&' | b'$' | b'(' | b')'
            )
        {
            table[byte] |= NAME;
        }
        if letter > b' ' && letter != 0x7f && !matches!(letter, b';' | b',' | b'"' | b'<' | b'>') {
            table[byte] |= VALUE;
        }
        byte += 1;
    }
    table
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
        let same = |one: RawParam<'_>, two: RawParam<'_>| {
            one.name.eq_ignore_ascii_case(two.name) && one.value == two.value
        };
        let mut others = other.raw();
        self.raw()
            .all(|one| others.next().is_some_and(|two| same(one, two)))
            && others.next().is_none()
    }
}

impl Eq for Params {}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.raw.bytes().any(lex::is_space) {
            return f.write_str(&self.raw);
        }
        for param in self.raw() {
            write!(f, ";{}", param.name)?;
            if let Some(value) = param.value {
                write!(f, "={value}")?;
            }
        }
        Ok(())
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
        Params::parse_part(&Text::from(text), text)
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
