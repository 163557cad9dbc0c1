//! What is on offer, under which token, until when. No clock of its own.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bellhop_control::protocol::Password;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// So long an offer waits: a phone is at hand when its code is shown.
pub(crate) const LIFETIME: Duration = Duration::from_secs(300);
/// Offers that wait at once; the oldest goes for another one.
const MOST: usize = 8;

/// An account for a phone.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    /// Of the device.
    pub(crate) name: String,
    pub(crate) extension: String,
    pub(crate) domain: String,
    pub(crate) password: Password,
}

#[cfg(test)]
impl Offer {
    /// What tests offer.
    pub(crate) fn of_a_desk() -> Offer {
        Offer {
            name: "desk".into(),
            extension: "101".into(),
            domain: "home".into(),
            password: "c4nary".into(),
        }
    }
}

/// Offers by their tokens: each can be taken once.
#[derive(Debug, Default)]
pub(crate) struct Offers(Mutex<Vec<Waiting>>);

struct Waiting {
    token: Zeroizing<String>,
    until: Instant,
    offer: Offer,
}

/// A token is as good as a password.
impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

impl Offers {
    /// Has an offer wait; an earlier one for the same phone goes.
    pub(crate) fn put(&self, now: Instant, token: &str, offer: Offer) {
        let mut waiting = self.waiting(now);
        waiting.retain(|it| it.offer.name != offer.name);
        if waiting.len() >= MOST {
            waiting.remove(0);
        }
        waiting.push(Waiting {
            token: Zeroizing::new(token.to_owned()),
            until: now + LIFETIME,
            offer,
        });
    }

    /// The offer under that token, which is gone then. All tokens are compared, each in a time that does not tell how much of it was right.
    pub(crate) fn take(&self, now: Instant, token: &str) -> Option<Offer> {
        let mut waiting = self.waiting(now);
        let mut found = None;
        for (at, it) in waiting.iter().enumerate() {
            if bool::from(it.token.as_bytes().ct_eq(token.as_bytes())) {
                found = Some(at);
            }
        }
        found.map(|at| waiting.remove(at).offer)
    }

    /// Nothing waits any more: the machine has left home.
    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn waiting(&self, now: Instant) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|it| now < it.until);
        waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(name: &str) -> Offer {
        Offer {
            name: name.into(),
            ..Offer::of_a_desk()
        }
    }

    fn name(offer: Option<Offer>) -> Option<String> {
        offer.map(|it| it.name)
    }

    #[test]
    fn an_offer_is_taken_once_and_under_its_own_token() {
        let (now, offers) = (Instant::now(), Offers::default());
        offers.put(now, "one", offer("desk"));
        offers.put(now, "two", offer("tablet"));
        for wrong in ["", "on", "onee", "One", "three"] {
            assert_eq!(name(offers.take(now, wrong)), None, "{wrong}");
        }
        assert_eq!(name(offers.take(now, "two")).as_deref(), Some("tablet"));
        assert_eq!(name(offers.take(now, "two")), None);
        assert_eq!(name(offers.take(now, "one")).as_deref(), Some("desk"));
    }

    #[test]
    fn an_offer_is_gone_after_its_time() {
        let (now, offers) = (Instant::now(), Offers::default());
        offers.put(now, "one", offer("desk"));
        assert_eq!(name(offers.take(now + LIFETIME, "one")), None);
        offers.put(now, "one", offer("desk"));
        let last = now + LIFETIME - Duration::from_millis(1);
        assert!(offers.take(last, "one").is_some());
    }

    #[test]
    fn a_new_offer_for_a_phone_ends_the_one_before_and_they_are_few() {
        let (now, offers) = (Instant::now(), Offers::default());
        offers.put(now, "one", offer("desk"));
        offers.put(now, "two", offer("desk"));
        assert_eq!(name(offers.take(now, "one")), None);
        for number in 0..2 * MOST {
            offers.put(now, &number.to_string(), offer(&number.to_string()));
        }
        assert_eq!(offers.waiting(now).len(), MOST);
        assert_eq!(name(offers.take(now, "0")), None);
    }

    #[test]
    fn shows_no_secret() {
        let (now, offers) = (Instant::now(), Offers::default());
        offers.put(now, "t0ken", offer("desk"));
        let shown = format!("{offers:?}{offers:#?}");
        assert!(!shown.contains("t0ken") && !shown.contains("c4nary"));
        offers.clear();
        assert_eq!(name(offers.take(now, "t0ken")), None);
    }
}
