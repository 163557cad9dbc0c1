//! `scheme name=value, name="value", scheme …` cut into pieces, by bytes and bounded. RFC 3261 §25.1 `challenge` and `credentials`, read leniently
//! in white space and in unquoted values, strictly in everything that two readers could understand differently.

use super::DigestError;
use crate::Text;

/// Nobody sends more; each is kept, so there must be an end.
const MAX_PARAMS: usize = 32;
/// Challenges in one header line. One is the rule; three are seen.
const MAX_SCHEMES: usize = 16;

/// A parameter that this crate gives no meaning to, kept to be written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthParam {
    /// As received; compares case-insensitively.
    pub name: Text,
    /// As received, without the quotes but with the escapes.
    pub value: Text,
    /// Whether the value stood in quotes.
    pub quoted: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct RawParam<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) quoted: bool,
}

/// The parameters of one challenge or of one set of credentials, each taken out once.
#[derive(Debug, Default)]
pub(super) struct RawParams<'a>(Vec<RawParam<'a>>);

impl<'a> RawParams<'a> {
    pub(super) fn take(&mut self, name: &str) -> Option<&'a str> {
        let at = self
            .0
            .iter()
            .position(|p| p.name.eq_ignore_ascii_case(name))?;
        Some(self.0.remove(at).value)
    }

    pub(super) fn require(&mut self, name: &'static str) -> Result<&'a str, DigestError> {
        self.take(name).ok_or(DigestError::Missing(name))
    }

    /// A value that must be a token, quoted or not: it is written without quotes.
    pub(super) fn take_token(
        &mut self,
        name: &'static str,
    ) -> Result<Option<&'a str>, DigestError> {
        match self.take(name) {
            Some(value) if value.is_empty() || !value.chars().all(is_token) => {
                Err(DigestError::Invalid(name))
            }
            value => Ok(value),
        }
    }

    /// What nobody took.
    pub(super) fn rest(self) -> Vec<AuthParam> {
        let kept = |p: RawParam<'a>| AuthParam {
            name: Text::from(p.name),
            value: Text::from(p.value),
            quoted: p.quoted,
        };
        self.0.into_iter().map(kept).collect()
    }

    fn add(&mut self, param: RawParam<'a>) -> Result<(), DigestError> {
        if self.0.len() >= MAX_PARAMS {
            return Err(DigestError::TooMany);
        }
        if self
            .0
            .iter()
            .any(|p| p.name.eq_ignore_ascii_case(param.name))
        {
            return Err(DigestError::Duplicate(Text::from(param.name)));
        }
        self.0.push(param);
        Ok(())
    }
}

/// The parameters of every Digest scheme in the line, in order. Other schemes are stepped over, whatever they hold. After a piece that cannot be
/// read the rest of the line cannot be trusted either: its error is the last item.
pub(super) fn digests(line: &str) -> Vec<Result<RawParams<'_>, DigestError>> {
    let mut found: Vec<Result<RawParams<'_>, DigestError>> = Vec::new();
    let mut cursor = Cursor { rest: line };
    let mut scheme = Scheme::None;
    let mut schemes = 0;
    while let Some(element) = cursor.element(scheme) {
        match element {
            Ok(Element::Scheme(name)) => {
                schemes += 1;
                if schemes > MAX_SCHEMES {
                    found.push(Err(DigestError::TooMany));
                    return found;
                }
                scheme = if name.eq_ignore_ascii_case("Digest") {
                    Scheme::Digest
                } else {
                    Scheme::Other
                };
                if scheme == Scheme::Digest {
                    found.push(Ok(RawParams::default()));
                }
            }
            Ok(Element::Param(param)) => {
                let Some(last) = found.last_mut() else {
                    continue;
                };
                if let Ok(params) = last
                    && let Err(why) = params.add(param)
                {
                    *last = Err(why);
                }
            }
            Ok(Element::Skipped) => {}
            Err(why) => {
                found.pop_if(|_| scheme == Scheme::Digest);
                found.push(Err(why));
                return found;
            }
        }
    }
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    None,
    Digest,
    Other,
}

enum Element<'a> {
    Scheme(&'a str),
    Param(RawParam<'a>),
    Skipped,
}

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// The next scheme name or parameter, or `None` at the end of the line.
    fn element(&mut self, scheme: Scheme) -> Option<Result<Element<'a>, DigestError>> {
        self.skip(|c| is_lws(c) || c == ',');
        if self.rest.is_empty() {
            return None;
        }
        let name = self.take_while(is_token);
        if name.is_empty() {
            return Some(Err(DigestError::Malformed("a name is expected")));
        }
        let spaced = self.skip(is_lws);
        if !self.rest.starts_with('=') {
            return Some(match self.rest.chars().next() {
                Some(c) if !spaced && c != ',' => {
                    Err(DigestError::Malformed("unexpected character in a name"))
                }
                _ => {
                    if !name.eq_ignore_ascii_case("Digest") {
                        self.skip_foreign();
                    }
                    Ok(Element::Scheme(name))
                }
            });
        }
        match scheme {
            Scheme::None => Some(Err(DigestError::Malformed("a parameter before any scheme"))),
            Scheme::Other => {
                self.skip_foreign();
                Some(Ok(Element::Skipped))
            }
            Scheme::Digest => {
                self.skip_one();
                self.skip(is_lws);
                Some(self.value().map(|(value, quoted)| {
                    Element::Param(RawParam {
                        name,
                        value,
                        quoted,
                    })
                }))
            }
        }
    }

    fn value(&mut self) -> Result<(&'a str, bool), DigestError> {
        let value = if self.rest.starts_with('"') {
            (self.quoted()?, true)
        } else {
            // Wider than `token`: nonces with `=` and `/`, and URIs, are seen without quotes.
            let bare = self.take_while(|c| c.is_ascii_graphic() && !matches!(c, '"' | ',' | '\\'));
            if bare.is_empty() {
                return Err(DigestError::Malformed("a value is expected"));
            }
            (bare, false)
        };
        self.skip(is_lws);
        match self.rest.chars().next() {
            None | Some(',') => Ok(value),
            Some(_) => Err(DigestError::Malformed("a comma is expected after a value")),
        }
    }

    /// What stands between the quotes. Control characters are refused, escaped or not: this text is echoed into headers of ours.
    fn quoted(&mut self) -> Result<&'a str, DigestError> {
        self.skip_one();
        let mut escaped = false;
        let body = self.take_while(|c| match c {
            _ if c.is_control() && c != '\t' => false,
            _ if escaped => {
                escaped = false;
                true
            }
            '\\' => {
                escaped = true;
                true
            }
            '"' => false,
            _ => true,
        });
        if escaped || !self.rest.starts_with('"') {
            return Err(DigestError::Malformed("a quoted string does not end"));
        }
        self.skip_one();
        Ok(body)
    }

    /// To the next comma outside quotes: parameters of a scheme that is not ours.
    fn skip_foreign(&mut self) {
        let (mut in_quotes, mut escaped) = (false, false);
        self.skip(|c| {
            if escaped {
                escaped = false;
            } else if in_quotes && c == '\\' {
                escaped = true;
            } else if c == '"' {
                in_quotes = !in_quotes;
            } else if c == ',' && !in_quotes {
                return false;
            }
            true
        });
    }

    fn skip(&mut self, while_true: impl FnMut(char) -> bool) -> bool {
        !self.take_while(while_true).is_empty()
    }

    fn skip_one(&mut self) {
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }

    fn take_while(&mut self, mut pred: impl FnMut(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !pred(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }
}

/// White space, line breaks of a folded header included.
fn is_lws(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '-' | '.' | '!' | '%' | '*' | '_' | '+' | '`' | '\'' | '~'
        )
}
