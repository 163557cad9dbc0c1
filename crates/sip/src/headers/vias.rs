//! Access to the Vias.

use super::entry::Entry;
use super::{HeaderError, HeaderName, HeaderValue, Headers, NameKind};
use crate::{Text, Via, ViaRef, lex};

impl Headers {
    /// The Vias, the latest hop first, comma-joined and repeated alike.
    pub fn vias(&self) -> impl Iterator<Item = Result<Via, HeaderError>> + '_ {
        self.listed(HeaderName::Via, Via::parse_part)
    }

    /// How many Vias there are, readable or not: hops that the message took.
    #[must_use]
    pub fn via_count(&self) -> usize {
        let of_line = |(_, text): (&Text, &str)| lex::elements(text).count();
        self.near(&HeaderName::Via)
            .iter()
            .filter(|entry| entry.is(NameKind::Via))
            .map(|entry| entry.text(&self.source).map_or(1, of_line))
            .sum()
    }

    /// The first Via.
    ///
    /// # Errors
    /// [`HeaderError`] where there is none or it cannot be read.
    pub fn top_via(&self) -> Result<Via, HeaderError> {
        let entry = self.top_via_line()?;
        self.read(HeaderName::Via, entry, |whole, line| {
            ViaRef::first_of(line).map(|via| via.shared(whole))
        })
    }

    /// [`Headers::top_via`], borrowed.
    ///
    /// # Errors
    /// As there.
    pub fn top_via_ref(&self) -> Result<ViaRef<'_>, HeaderError> {
        let entry = self.top_via_line()?;
        self.read(HeaderName::Via, entry, |_, line| ViaRef::first_of(line))
    }

    fn top_via_line(&self) -> Result<&Entry, HeaderError> {
        let mut vias = self.near(&HeaderName::Via).iter();
        vias.find(|entry| entry.is(NameKind::Via))
            .ok_or(HeaderError::Missing(HeaderName::Via))
    }

    /// Replaces the first Via, leaving those joined to it by commas as they are. Without any, it becomes the first header.
    pub fn replace_top_via(&mut self, via: &Via) {
        let mut line = via.written();
        let behind = self
            .top_via_line()
            .ok()
            .and_then(|entry| entry.text(&self.source))
            .and_then(|(_, text)| {
                let mut vias = lex::elements(text);
                vias.next();
                vias.rest()
            });
        if let Some(behind) = behind {
            line.push_str(", ");
            line.push_str(lex::trim(behind));
        }
        self.replace_top_via_line(line.into());
    }

    /// Replaces the line that the first Via stands in, those joined to it by commas included: by [`ViaRef::line_stamped`]. Without any, it becomes the
    /// first header.
    pub fn replace_top_via_line(&mut self, line: HeaderValue) {
        let first = self.list.iter().position(|entry| entry.is(NameKind::Via));
        match first {
            Some(first) => self.replace(first, Entry::owned(HeaderName::Via, line)),
            None => self.push_front(HeaderName::Via, line),
        }
    }
}
