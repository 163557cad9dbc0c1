//! Where the headers of the names that we know are, so that nobody has to go through all of them to find one or none.

use super::name::NameKind;

/// For each name where its first header is, and whether there may be others.
#[derive(Clone)]
pub(super) struct Index {
    /// 0: none; else one more than the place, no more than [`FAR`], and [`MORE`] where others may follow.
    places: [u8; NameKind::COUNT],
}

/// From here on places are not told apart.
const FAR: u8 = 0x7f;
const MORE: u8 = 0x80;

impl Index {
    /// Takes in that the header at `place`, behind all that were added before, is of that kind.
    #[inline]
    pub(super) fn add(&mut self, kind: NameKind, place: usize) {
        if let Some(known) = self.places.get_mut(kind as usize) {
            *known = match (*known, u8::try_from(place)) {
                (0, Ok(place @ ..FAR)) => place + 1,
                (0, _) => FAR | MORE,
                (before, _) => before | MORE,
            };
        }
    }

    /// From where on the headers of a known name are to be looked for, and whether there may be more than that one.
    #[inline]
    pub(super) fn find(&self, kind: NameKind) -> Option<(usize, bool)> {
        let known = *self.places.get(kind as usize)?;
        let place = (known & FAR).checked_sub(1)?;
        Some((usize::from(place), known & MORE != 0))
    }
}

impl Default for Index {
    fn default() -> Self {
        Index {
            places: [0; NameKind::COUNT],
        }
    }
}
