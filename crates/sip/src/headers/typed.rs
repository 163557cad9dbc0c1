//! Typed access to headers. Nothing is read before it is asked for.

use super::entry::Entry;
use super::{HeaderName, Headers};
use crate::digest::{AuthenticationInfo, Challenge, Credentials};
use crate::{CSeq, Contact, ContactRef, NameAddr, NameAddrRef, Text, lex, limits};

/// Why a header cannot be used. Carries nothing of its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A mandatory header is absent.
    #[error("no {0} header")]
    Missing(HeaderName),
    /// A header whose value cannot be what it should be, or that stands twice with different values where only one may be.
    #[error("bad {name} header: {why}")]
    Invalid {
        /// Which header.
        name: HeaderName,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl HeaderError {
    fn invalid(name: &HeaderName, why: &'static str) -> Self {
        HeaderError::Invalid {
            name: name.clone(),
            why,
        }
    }
}

const NOT_UTF8: &str = "not UTF-8";

impl Headers {
    /// Whether there is a header of that name.
    #[must_use]
    pub fn contains(&self, name: &HeaderName) -> bool {
        self.near(name).iter().any(|entry| entry.has(name))
    }

    /// From.
    ///
    /// # Errors
    /// [`HeaderError`] where it is absent, malformed, or there twice with different values.
    pub fn from(&self) -> Result<NameAddr, HeaderError> {
        self.mandatory(HeaderName::From, NameAddr::parse_part)
    }

    /// From, borrowed.
    ///
    /// # Errors
    /// As [`Headers::from`].
    pub fn from_ref(&self) -> Result<NameAddrRef<'_>, HeaderError> {
        self.mandatory(HeaderName::From, |_, part| NameAddrRef::parse(part))
    }

    /// To.
    ///
    /// # Errors
    /// As [`Headers::from`].
    pub fn to(&self) -> Result<NameAddr, HeaderError> {
        self.mandatory(HeaderName::To, NameAddr::parse_part)
    }

    /// To, borrowed.
    ///
    /// # Errors
    /// As [`Headers::from`].
    pub fn to_ref(&self) -> Result<NameAddrRef<'_>, HeaderError> {
        self.mandatory(HeaderName::To, |_, part| NameAddrRef::parse(part))
    }

    /// Call-ID.
    ///
    /// # Errors
    /// As [`Headers::from`].
    pub fn call_id(&self) -> Result<Text, HeaderError> {
        self.mandatory(HeaderName::CallId, |whole, part| {
            call_id(part).map(|id| whole.part(id))
        })
    }

    /// Call-ID, borrowed.
    ///
    /// # Errors
    /// As [`Headers::from`].
    pub fn call_id_ref(&self) -> Result<&str, HeaderError> {
        self.mandatory(HeaderName::CallId, |_, part| call_id(part))
    }

    /// CSeq.
    ///
    /// # Errors
    /// As [`Headers::from`].
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        self.mandatory(HeaderName::CSeq, CSeq::parse_part)
    }

    /// The Contacts, comma-joined and repeated alike. `*` beside addresses is given as it stands; refusing it is the registrar's matter.
    pub fn contacts(&self) -> impl Iterator<Item = Result<Contact, HeaderError>> + '_ {
        self.listed(HeaderName::Contact, Contact::parse_part)
    }

    /// [`Headers::contacts`], borrowed.
    pub fn contacts_ref(&self) -> impl Iterator<Item = Result<ContactRef<'_>, HeaderError>> {
        self.listed(HeaderName::Contact, |_, part| ContactRef::parse(part))
    }

    /// The addresses of Route, Record-Route, Path or Service-Route, in their order.
    pub fn routes(
        &self,
        name: HeaderName,
    ) -> impl Iterator<Item = Result<NameAddr, HeaderError>> + '_ {
        self.listed(name, NameAddr::parse_part)
    }

    /// Expires, in seconds.
    ///
    /// # Errors
    /// [`HeaderError::Invalid`] where it is no number of 32 bits, or there twice with different values.
    pub fn expires(&self) -> Result<Option<u32>, HeaderError> {
        self.seconds(HeaderName::Expires)
    }

    /// Min-Expires, in seconds.
    ///
    /// # Errors
    /// As [`Headers::expires`].
    pub fn min_expires(&self) -> Result<Option<u32>, HeaderError> {
        self.seconds(HeaderName::MinExpires)
    }

    /// Retry-After, in seconds, its comment and parameters left out.
    ///
    /// # Errors
    /// As [`Headers::expires`].
    pub fn retry_after(&self) -> Result<Option<u32>, HeaderError> {
        self.optional(HeaderName::RetryAfter, |_, text| {
            let end = text
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(text.len());
            let behind = text
                .get(end..)
                .unwrap_or_default()
                .trim_start_matches([' ', '\t']);
            let ended = behind.is_empty() || behind.starts_with([';', '(']);
            text.get(..end)
                .filter(|_| ended)
                .and_then(lex::number)
                .ok_or("not a number of seconds")
        })
    }

    /// Max-Forwards. More than 255 is understood (RFC 3261 §20.22 has it below).
    ///
    /// # Errors
    /// As [`Headers::expires`].
    pub fn max_forwards(&self) -> Result<Option<u32>, HeaderError> {
        self.seconds(HeaderName::MaxForwards)
    }

    /// The values of the headers of that name as they were written, one for each line; `None` where one is not UTF-8.
    pub fn texts<'a>(
        &'a self,
        name: &HeaderName,
    ) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        self.lines(name).map(|line| line.map(|(_, text)| text))
    }

    /// The words of a list: Require, Supported, Allow and the like. Empty elements are left out.
    pub fn tokens(&self, name: &HeaderName) -> impl Iterator<Item = Text> + '_ {
        self.lines(name)
            .flatten()
            .flat_map(|(whole, text)| words(text).map(|word| whole.part(word)))
    }

    /// [`Headers::tokens`], borrowed.
    pub fn tokens_ref<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a str> + use<'a> {
        self.texts(name).flatten().flat_map(words)
    }

    /// The challenges of WWW-Authenticate or Proxy-Authenticate: of several headers and, leniently, several in one.
    pub fn challenges(
        &self,
        name: &HeaderName,
    ) -> impl Iterator<Item = Result<Challenge, HeaderError>> + '_ {
        let why = name.clone();
        self.texts(name).flat_map(move |value| match value {
            None => vec![Err(HeaderError::invalid(&why, NOT_UTF8))],
            Some(text) => Challenge::parse_all(text)
                .into_iter()
                .map(|challenge| {
                    challenge.map_err(|_| HeaderError::invalid(&why, "malformed challenge"))
                })
                .collect(),
        })
    }

    /// The credentials of Authorization or Proxy-Authorization, one for each header.
    pub fn credentials(
        &self,
        name: &HeaderName,
    ) -> impl Iterator<Item = Result<Credentials, HeaderError>> + '_ {
        let why = name.clone();
        self.texts(name).map(move |value| {
            let text = value.ok_or_else(|| HeaderError::invalid(&why, NOT_UTF8))?;
            Credentials::parse(text)
                .map_err(|_| HeaderError::invalid(&why, "malformed credentials"))
        })
    }

    /// Authentication-Info.
    ///
    /// # Errors
    /// [`HeaderError`] where it is malformed or there twice.
    pub fn authentication_info(&self) -> Result<Option<AuthenticationInfo>, HeaderError> {
        let name = HeaderName::AuthenticationInfo;
        let mut values = self.texts(&name);
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(HeaderError::invalid(&name, "there twice"));
        }
        let text = value.ok_or_else(|| HeaderError::invalid(&name, NOT_UTF8))?;
        AuthenticationInfo::parse(text)
            .map(Some)
            .map_err(|_| HeaderError::invalid(&name, "malformed parameters"))
    }

    /// The headers of that name, each a part of a text where it is UTF-8.
    fn lines<'a>(
        &'a self,
        name: &HeaderName,
    ) -> impl Iterator<Item = Option<(&'a Text, &'a str)>> + use<'a> {
        let wanted = name.clone();
        self.near(name)
            .iter()
            .filter(move |entry| entry.has(&wanted))
            .map(|entry| entry.text(&self.source))
    }

    /// The elements of all headers of that name, up to [`limits::MAX_ELEMENTS`]. An empty element is an error, as the grammar has it.
    pub(super) fn listed<'a, T>(
        &'a self,
        name: HeaderName,
        parse: impl Fn(&'a Text, &'a str) -> Result<T, &'static str>,
    ) -> impl Iterator<Item = Result<T, HeaderError>> {
        self.lines(&name)
            .flat_map(|line| match line {
                Some((whole, text)) => Elements::Text {
                    whole,
                    elements: lex::elements(text),
                },
                None => Elements::Unreadable(true),
            })
            .take(limits::MAX_ELEMENTS)
            .map(move |element| {
                let (whole, part) = element.ok_or_else(|| HeaderError::invalid(&name, NOT_UTF8))?;
                parse(whole, part).map_err(|why| HeaderError::invalid(&name, why))
            })
    }

    fn seconds(&self, name: HeaderName) -> Result<Option<u32>, HeaderError> {
        self.optional(name, |_, text| {
            lex::number(text).ok_or("not a number of 32 bits")
        })
    }

    fn mandatory<'a, T>(
        &'a self,
        name: HeaderName,
        parse: impl FnOnce(&'a Text, &'a str) -> Result<T, &'static str>,
    ) -> Result<T, HeaderError> {
        match self.single(&name)? {
            Some(entry) => self.read(name, entry, parse),
            None => Err(HeaderError::Missing(name)),
        }
    }

    fn optional<'a, T>(
        &'a self,
        name: HeaderName,
        parse: impl FnOnce(&'a Text, &'a str) -> Result<T, &'static str>,
    ) -> Result<Option<T>, HeaderError> {
        match self.single(&name)? {
            Some(entry) => self.read(name, entry, parse).map(Some),
            None => Ok(None),
        }
    }

    /// A header of which there may be one. Two that differ are refused: another reader might take the other.
    fn single(&self, name: &HeaderName) -> Result<Option<&Entry>, HeaderError> {
        let kind = name.kind();
        let mut entries = self.near(name).iter().filter(|entry| entry.is(kind));
        let Some(entry) = entries.next() else {
            return Ok(None);
        };
        if entries.any(|other| other.bytes(&self.source) != entry.bytes(&self.source)) {
            return Err(HeaderError::invalid(
                name,
                "there twice with different values",
            ));
        }
        Ok(Some(entry))
    }

    #[inline]
    pub(super) fn read<'a, T>(
        &'a self,
        name: HeaderName,
        entry: &'a Entry,
        parse: impl FnOnce(&'a Text, &'a str) -> Result<T, &'static str>,
    ) -> Result<T, HeaderError> {
        match entry.text(&self.source) {
            None => Err(HeaderError::Invalid {
                name,
                why: NOT_UTF8,
            }),
            Some((whole, part)) => {
                parse(whole, part).map_err(|why| HeaderError::Invalid { name, why })
            }
        }
    }
}

/// The elements of a list that are there.
fn words(text: &str) -> impl Iterator<Item = &str> {
    lex::elements(text).filter(|element| !element.is_empty())
}

fn call_id(text: &str) -> Result<&str, &'static str> {
    // Without an early end, so that it is done for many letters at once.
    let bad = text.bytes().fold(text.is_empty(), |bad, byte| {
        bad | (byte <= b' ') | (byte == 0x7f)
    });
    if bad {
        return Err("empty, or with white space");
    }
    Ok(text)
}

/// The elements of one header line: an unreadable one has a single element, which is an error.
enum Elements<'a> {
    Text {
        whole: &'a Text,
        elements: lex::Elements<'a>,
    },
    Unreadable(bool),
}

impl<'a> Iterator for Elements<'a> {
    type Item = Option<(&'a Text, &'a str)>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Elements::Text { whole, elements } => {
                elements.next().map(|element| Some((*whole, element)))
            }
            Elements::Unreadable(pending) => std::mem::take(pending).then_some(None),
        }
    }
}
