//! `scheme name=value, name="value", scheme …` cut into pieces, by bytes and bounded. RFC 3261 §25.1 `challenge` and `credentials`, read leniently
//! in white space and in unquoted values, strictly in everything that two readers could understand differently.

use super::DigestError;
use super::cursor::{Cursor, Element, Scheme};
use crate::{Text, lex};

/// Nobody sends more; each is kept, so there must be an end.
pub(super) const MAX_PARAMS: usize = 32;
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            Some(value) if !lex::is_token(value) => Err(DigestError::Invalid(name)),
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
    let mut cursor = Cursor::over(line);
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

/// The parameters of a line that names no scheme, as in Authentication-Info.
pub(super) fn params(line: &str) -> Result<RawParams<'_>, DigestError> {
    let mut params = RawParams::default();
    let mut cursor = Cursor::over(line);
    while let Some(element) = cursor.element(Scheme::Digest) {
        match element? {
            Element::Param(param) => params.add(param)?,
            Element::Scheme(_) => return Err(DigestError::Malformed("a value is expected")),
            Element::Skipped => {}
        }
    }
    Ok(params)
}
