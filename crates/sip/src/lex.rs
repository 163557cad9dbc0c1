//! The letters of the language (RFC 3261 §25.1): tokens, white space, quoted strings, and where a list falls apart.

use std::borrow::Cow;

/// `token` characters.
#[inline]
pub(crate) fn is_token_byte(byte: u8) -> bool {
    TOKEN.get(usize::from(byte)).copied().unwrap_or(false)
}

/// A `token` of at least one character.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Which bytes are `token` characters.
pub(crate) const TOKEN: [bool; 256] = token_table();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over constant bounds"
)]
const fn token_table() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "below 256")]
        let letter = byte as u8;
        table[byte] = letter.is_ascii_alphanumeric()
            || matches!(
                letter,
                b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~'
            );
        byte += 1;
    }
    table
}

/// White space inside an unfolded header.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// `text` without white space at its ends. Line ends count as white space, for values that did not come out of a message.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_ascii()
}

/// Where `wanted` is first seen: [`memchr::memchr`] for what is near, where the call costs more than the search.
#[inline]
pub(crate) fn find(bytes: &[u8], wanted: u8) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let mut rest = bytes;
    let mut at = 0;
    while at < 24
        && let Some((word, behind)) = rest.split_first_chunk::<8>()
    {
        // The byte that is wanted becomes zero, and the first zero is the first to borrow.
        let zeros = u64::from_le_bytes(*word) ^ (ONES * u64::from(wanted));
        let found = zeros.wrapping_sub(ONES) & !zeros & HIGHS;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        (rest, at) = (behind, at + 8);
    }
    memchr::memchr(wanted, rest).map(|found| at + found)
}

/// Where `wanted` is first seen outside quoted strings, and outside angle brackets where `angles` asks for it.
pub(crate) fn find_outside(text: &str, wanted: u8, angles: bool) -> Option<usize> {
    let mut scan = Scan::default();
    text.bytes().position(|byte| {
        let outside = scan.outside(angles);
        scan.step(byte, angles);
        outside && byte == wanted
    })
}

/// Where one reads: in a quoted string, behind its backslash, between angle brackets.
#[derive(Default)]
struct Scan {
    quoted: bool,
    escaped: bool,
    angled: bool,
}

impl Scan {
    fn outside(&self, angles: bool) -> bool {
        !(self.quoted || angles && self.angled)
    }

    fn step(&mut self, byte: u8, angles: bool) {
        if self.quoted {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.quoted = false,
                _ => {}
            }
        } else if angles && self.angled {
            self.angled = byte != b'>';
        } else {
            match byte {
                b'"' => self.quoted = true,
                b'<' => self.angled = true,
                _ => {}
            }
        }
    }
}

/// The elements of a comma-separated list, trimmed. Commas in quoted strings and angle brackets do not separate.
pub(crate) fn elements(text: &str) -> Elements<'_> {
    Elements { rest: Some(text) }
}

pub(crate) struct Elements<'a> {
    rest: Option<&'a str>,
}

impl<'a> Elements<'a> {
    /// What is behind the comma of the last element that was given.
    pub(crate) fn rest(&self) -> Option<&'a str> {
        self.rest
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let (element, rest) = match memchr::memchr(b',', rest.as_bytes())
            .and_then(|_| find_outside(rest, b',', true))
        {
            Some(comma) => (rest.get(..comma)?, rest.get(comma + 1..)),
            None => (rest, None),
        };
        self.rest = rest;
        Some(trim(element))
    }
}

/// The inside of a quoted string that starts `text`, escapes as they stand, and what follows the closing quote.
pub(crate) fn quoted_prefix(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with('"') {
        return None;
    }
    let end = quoted_end(text.as_bytes(), 0)?;
    Some((text.get(1..end - 1)?, text.get(end..)?))
}

/// Behind the closing quote of the quoted string that begins at `start`.
pub(crate) fn quoted_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut from = start + 1;
    loop {
        let found = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
        if bytes.get(found) == Some(&b'"') {
            return Some(found + 1);
        }
        // A backslash: the next letter means itself, and no byte of a longer letter looks like a quote.
        from = found + 2;
    }
}

/// The meaning of the inside of a quoted string: `\x` is `x`.
pub(crate) fn unescape_quoted(inside: &str) -> Cow<'_, str> {
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let mut plain = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        plain.push(if letter == '\\' {
            letters.next().unwrap_or('\\')
        } else {
            letter
        });
    }
    Cow::Owned(plain)
}

/// Writes `plain` as a quoted string. Line ends cannot be quoted: each becomes a space.
pub(crate) fn write_quoted(plain: &str, f: &mut impl std::fmt::Write) -> std::fmt::Result {
    f.write_char('"')?;
    for letter in plain.chars() {
        match letter {
            '"' | '\\' => {
                f.write_char('\\')?;
                f.write_char(letter)?;
            }
            '\r' | '\n' => f.write_char(' ')?,
            _ => f.write_char(letter)?,
        }
    }
    f.write_char('"')
}

/// A decimal number as RFC 3261 writes it: digits only. `None` for anything else and for what does not fit.
pub(crate) fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    // Only at its beginning a number may have something else that is read: its sign.
    let begins = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit());
    if begins { text.parse().ok() } else { None }
}

/// Appends a number: what `write!` does, without its machinery.
pub(crate) fn push_number(to: &mut String, number: u32) {
    let mut divisor = 10_u32.pow(number.checked_ilog10().unwrap_or(0));
    while divisor > 0 {
        let digit = u8::try_from(number / divisor % 10).unwrap_or(0);
        to.push(char::from(b'0' + digit));
        divisor /= 10;
    }
}

/// How many digits a number has.
pub(crate) fn digits(number: u32) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// How much [`push_ip`] appends; for IPv6 no less than that.
pub(crate) fn ip_length(address: std::net::IpAddr) -> usize {
    match address {
        std::net::IpAddr::V4(address) => {
            let octets = address.octets().into_iter();
            octets
                .map(|octet| digits(u32::from(octet)) + 1)
                .sum::<usize>()
                - 1
        }
        std::net::IpAddr::V6(_) => 45,
    }
}

/// Appends an address, IPv6 without brackets.
pub(crate) fn push_ip(to: &mut String, address: std::net::IpAddr) {
    match address {
        std::net::IpAddr::V4(address) => {
            for (at, octet) in address.octets().into_iter().enumerate() {
                if at > 0 {
                    to.push('.');
                }
                push_number(to, u32::from(octet));
            }
        }
        std::net::IpAddr::V6(address) => {
            use std::fmt::Write as _;
            // Writing to a String does not fail.
            let _ = write!(to, "{address}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_and_brackets_do_not_separate() {
        let list: Vec<_> = elements(r#""a, \"b, c" <sip:x,y@h> , <sip:z@h>"#).collect();
        assert_eq!(list, [r#""a, \"b, c" <sip:x,y@h>"#, "<sip:z@h>"]);
    }

    #[test]
    fn an_escaped_quote_does_not_end_the_string() {
        assert_eq!(quoted_prefix(r#""a\"b\\" c"#), Some((r#"a\"b\\"#, " c")));
        assert_eq!(quoted_prefix(r#""open\""#), None);
        assert_eq!(unescape_quoted(r#"a\"b\\"#), r#"a"b\"#);
    }

    #[test]
    fn numbers_and_addresses_are_written_as_ever() {
        for number in [0, 7, 10, 99, 100, 65_535, u32::MAX] {
            let mut to = String::new();
            push_number(&mut to, number);
            assert_eq!(to, number.to_string());
        }
        for address in ["0.0.0.0", "192.168.100.7", "255.255.255.255", "2001:db8::1"] {
            let mut to = String::new();
            push_ip(&mut to, address.parse().unwrap());
            assert_eq!(to, address);
        }
    }

    #[test]
    fn what_is_near_is_found_where_it_is_first() {
        let text: Vec<u8> = (0..60).chain([0x3a, 0x3b, 0xba, 0x3a]).collect();
        for start in 0..text.len() {
            for wanted in [0, 1, 0x39, 0x3a, 0x3b, 0xba, 0xff] {
                let bytes = &text[start..];
                assert_eq!(find(bytes, wanted), memchr::memchr(wanted, bytes));
            }
        }
    }

    #[test]
    fn numbers_are_digits_that_fit() {
        assert_eq!(number::<u32>("0068"), Some(68));
        assert_eq!(number::<u32>("4294967296"), None);
        assert_eq!(number::<u32>("+1"), None);
        assert_eq!(number::<u32>(""), None);
    }
}
