//! All that is text in a binding, in one piece: six strings of their own would cost a kilobyte.

use std::fmt;
use std::sync::Arc;

/// Bytes of one binding's texts. The longest seen in the field have about 600.
pub(crate) const MAX_TEXTS: usize = 4096;
/// Bytes of a User-Agent that are kept.
const MAX_USER_AGENT: usize = 128;

/// URI, parameters, Call-ID, path, instance and User-Agent of a binding. Two are equal where all of them are.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Texts {
    all: Arc<str>,
    ends: Ends,
}

pub(crate) const PARTS: usize = 6;

/// What a binding's texts are made of.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) uri: &'a str,
    pub(crate) params: &'a str,
    pub(crate) call_id: &'a str,
    /// Empty: none.
    pub(crate) path: &'a str,
    /// Empty: none.
    pub(crate) instance: &'a str,
    /// Empty: none.
    pub(crate) user_agent: &'a str,
}

/// Where each part but the last ends.
type Ends = [u16; PARTS - 1];

impl Parts<'_> {
    /// All in one piece, which takes the place of what was in `buffer`.
    fn join(self, buffer: &mut String) -> Ends {
        buffer.clear();
        let mut ends = Ends::default();
        buffer.push_str(self.uri);
        let mut ended = ends.iter_mut();
        let mut end = |buffer: &String| {
            if let (Some(end), Ok(at)) = (ended.next(), u16::try_from(buffer.len())) {
                *end = at;
            }
        };
        end(buffer);
        for text in [self.params, self.call_id, self.path, self.instance] {
            buffer.push_str(text);
            end(buffer);
        }
        buffer.push_str(shortened(self.user_agent));
        ends
    }
}

impl Texts {
    /// `None` where they are too long to be kept. Where they are those of `before`, as in nearly every refresh, they are shared with it.
    pub(crate) fn of(
        parts: Parts<'_>,
        before: Option<&Texts>,
        buffer: &mut String,
    ) -> Option<Texts> {
        let ends = parts.join(buffer);
        if let Some(before) = before.filter(|it| it.is(buffer, ends)) {
            return Some(before.clone());
        }
        (buffer.len() <= MAX_TEXTS).then(|| Texts {
            all: Arc::from(buffer.as_str()),
            ends,
        })
    }

    /// Whether these are made of those parts.
    pub(crate) fn are(&self, parts: Parts<'_>, buffer: &mut String) -> bool {
        let ends = parts.join(buffer);
        self.is(buffer, ends)
    }

    fn is(&self, all: &str, ends: Ends) -> bool {
        self.ends == ends && *self.all == *all
    }

    /// Of what [`Texts::written`] gave; `None` where it cannot be.
    pub(crate) fn read(all: &str, ends: Ends) -> Option<Texts> {
        let rising = ends.is_sorted();
        let whole = ends
            .iter()
            .all(|end| all.is_char_boundary(usize::from(*end)));
        (rising && whole && all.len() <= MAX_TEXTS).then(|| Texts {
            all: Arc::from(all),
            ends,
        })
    }

    pub(crate) fn written(&self) -> (&str, Ends) {
        (&self.all, self.ends)
    }

    pub(crate) fn uri(&self) -> &str {
        self.part(0)
    }

    pub(crate) fn params(&self) -> &str {
        self.part(1)
    }

    pub(crate) fn call_id(&self) -> &str {
        self.part(2)
    }

    pub(crate) fn path(&self) -> Option<&str> {
        Some(self.part(3)).filter(|path| !path.is_empty())
    }

    pub(crate) fn instance(&self) -> Option<&str> {
        Some(self.part(4)).filter(|instance| !instance.is_empty())
    }

    pub(crate) fn user_agent(&self) -> Option<&str> {
        Some(self.part(5)).filter(|user_agent| !user_agent.is_empty())
    }

    fn part(&self, number: usize) -> &str {
        let end = |number: usize| self.ends.get(number).map(|end| usize::from(*end));
        let start = number.checked_sub(1).and_then(end).unwrap_or(0);
        let end = end(number).unwrap_or(self.all.len());
        self.all.get(start..end).unwrap_or_default()
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.uri(), self.params())
    }
}

fn shortened(user_agent: &str) -> &str {
    let mut end = user_agent.len().min(MAX_USER_AGENT);
    while !user_agent.is_char_boundary(end) {
        end -= 1;
    }
    user_agent.get(..end).unwrap_or_default()
}
