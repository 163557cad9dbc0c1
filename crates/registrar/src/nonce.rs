//! Nonces: made of a serial number, the time and a keyed hash of both, so that none has to be remembered until it is used, and none can be made up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Long, so that a client that moves can answer in advance with the nonce it has; replay is kept out by the nonce count, not by this.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);
/// Used nonces remembered. Only an owner of a password can add one.
const MAX_USED: usize = 4096;
/// Bytes of the keyed hash that are sent.
const MAC_LEN: usize = 16;

/// The nonce is not ours, too old, or its count was seen: ask again with `stale=true`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stale;

pub(crate) struct Nonces {
    key: [u8; 32],
    epoch: Option<Instant>,
    next: u64,
    /// Serials below it are stale: their counts were forgotten.
    floor: u64,
    used: BTreeMap<u64, Used>,
}

struct Used {
    issued: Duration,
    count: u32,
}

impl Nonces {
    pub(crate) fn new(key: [u8; 32]) -> Nonces {
        Nonces {
            key,
            epoch: None,
            next: 0,
            floor: 0,
            used: BTreeMap::new(),
        }
    }

    /// A nonce that was never given out before.
    pub(crate) fn issue(&mut self, now: Instant) -> String {
        let issued = self.age(now);
        let serial = self.next;
        self.next += 1;
        let millis = u64::try_from(issued.as_millis()).unwrap_or(u64::MAX);
        self.sealed(serial, millis)
    }

    /// Accepts a use of `nonce` whose digest was right. `count` is the nonce count; without one a nonce serves once.
    pub(crate) fn redeem(
        &mut self,
        now: Instant,
        nonce: &str,
        count: Option<u32>,
    ) -> Result<(), Stale> {
        let now = self.age(now);
        let (serial, millis) = fields(nonce).ok_or(Stale)?;
        let ours = bool::from(
            self.sealed(serial, millis)
                .as_bytes()
                .ct_eq(nonce.as_bytes()),
        );
        if serial < self.floor || !ours {
            return Err(Stale);
        }
        let issued = Duration::from_millis(millis);
        if now.saturating_sub(issued) > LIFETIME {
            return Err(Stale);
        }
        let count = count.unwrap_or(u32::MAX);
        if count == 0
            || self
                .used
                .get(&serial)
                .is_some_and(|used| count <= used.count)
        {
            return Err(Stale);
        }
        self.used.insert(serial, Used { issued, count });
        self.forget(now);
        Ok(())
    }

    fn forget(&mut self, now: Duration) {
        while let Some(oldest) = self.used.first_entry() {
            if now.saturating_sub(oldest.get().issued) > LIFETIME {
                oldest.remove();
            } else if self.used.len() > MAX_USED {
                self.floor = self
                    .used
                    .pop_first()
                    .map_or(self.floor, |(serial, _)| serial + 1);
            } else {
                return;
            }
        }
    }

    fn age(&mut self, now: Instant) -> Duration {
        now.saturating_duration_since(*self.epoch.get_or_insert(now))
    }

    fn sealed(&self, serial: u64, millis: u64) -> String {
        let mut text = format!("{serial:016x}{millis:016x}");
        // HMAC takes a key of any length; without one the nonce would simply not be ours.
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) {
            mac.update(text.as_bytes());
            for byte in mac.finalize().into_bytes().iter().take(MAC_LEN) {
                let _ = write!(text, "{byte:02x}");
            }
        }
        text
    }
}

fn fields(nonce: &str) -> Option<(u64, u64)> {
    let number = |at| u64::from_str_radix(nonce.get(at..at + 16)?, 16).ok();
    Some((number(0)?, number(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(
        clippy::disallowed_methods,
        reason = "there is no other way to an Instant"
    )]
    fn nonces() -> (Nonces, Instant) {
        (Nonces::new([7; 32]), Instant::now())
    }

    #[test]
    fn each_nonce_is_another() {
        let (mut nonces, t0) = nonces();
        assert_ne!(nonces.issue(t0), nonces.issue(t0));
    }

    #[test]
    fn a_count_is_good_once_and_only_upwards() {
        let (mut nonces, t0) = nonces();
        let nonce = nonces.issue(t0);
        assert_eq!(nonces.redeem(t0, &nonce, Some(0)), Err(Stale));
        assert_eq!(nonces.redeem(t0, &nonce, Some(2)), Ok(()));
        assert_eq!(nonces.redeem(t0, &nonce, Some(2)), Err(Stale));
        assert_eq!(nonces.redeem(t0, &nonce, Some(1)), Err(Stale));
        assert_eq!(nonces.redeem(t0, &nonce, Some(3)), Ok(()));
    }

    #[test]
    fn without_a_count_a_nonce_serves_once() {
        let (mut nonces, t0) = nonces();
        let nonce = nonces.issue(t0);
        assert_eq!(nonces.redeem(t0, &nonce, None), Ok(()));
        assert_eq!(nonces.redeem(t0, &nonce, None), Err(Stale));
        assert_eq!(nonces.redeem(t0, &nonce, Some(9)), Err(Stale));
    }

    #[test]
    fn a_nonce_ends_with_its_lifetime() {
        let (mut nonces, t0) = nonces();
        let nonce = nonces.issue(t0);
        assert_eq!(nonces.redeem(t0 + LIFETIME, &nonce, Some(1)), Ok(()));
        assert_eq!(
            nonces.redeem(t0 + LIFETIME + Duration::from_millis(1), &nonce, Some(2)),
            Err(Stale)
        );
    }

    #[test]
    fn a_made_up_nonce_is_not_ours() {
        let (mut nonces, t0) = nonces();
        let nonce = nonces.issue(t0);
        let other = Nonces::new([8; 32]).issue(t0);
        for bad in [
            "",
            "x",
            &nonce[..63],
            &nonce.to_uppercase(),
            &other,
            &nonce.replace('0', "1"),
            "é".repeat(40).as_str(),
        ] {
            assert_eq!(nonces.redeem(t0, bad, Some(1)), Err(Stale), "{bad}");
        }
    }

    #[test]
    fn a_forgotten_count_makes_its_nonce_stale_not_free() {
        let (mut nonces, t0) = nonces();
        let first = nonces.issue(t0);
        assert_eq!(nonces.redeem(t0, &first, Some(1)), Ok(()));
        for _ in 0..MAX_USED {
            let next = nonces.issue(t0);
            assert_eq!(nonces.redeem(t0, &next, Some(1)), Ok(()));
        }
        assert_eq!(nonces.used.len(), MAX_USED);
        assert_eq!(nonces.redeem(t0, &first, Some(1)), Err(Stale));
    }
}
