//! Whose bindings live on one connection.

use std::collections::HashSet;

use bellhop_sip::Text;

/// A base station registers all its handsets on one connection, which stays as long as any of them is bound.
#[derive(Debug, Default)]
pub(super) struct BoundBy(HashSet<Text>);

impl BoundBy {
    /// Whether this account is bound by it now. Where that changes it for the connection: whether anybody is.
    pub(super) fn set(&mut self, user: &Text, is_bound: bool) -> Option<bool> {
        let was_bound = !self.0.is_empty();
        if !is_bound {
            self.0.remove(user);
        } else if !self.0.contains(user) {
            self.0.insert(user.clone());
        }
        let is_bound = !self.0.is_empty();
        (is_bound != was_bound).then_some(is_bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_bound_until_the_last_of_its_accounts_has_gone() {
        let (one, other) = (Text::from("101"), Text::from("102"));
        let mut bound = BoundBy::default();
        assert_eq!(bound.set(&one, false), None);
        assert_eq!(bound.set(&one, true), Some(true));
        assert_eq!(bound.set(&one, true), None);
        assert_eq!(bound.set(&other, true), None);
        assert_eq!(bound.set(&other, false), None, "the first is bound yet");
        assert_eq!(bound.set(&one, false), Some(false));
    }
}
