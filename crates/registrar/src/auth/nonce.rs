//! Nonces: made of the time, a serial number and a keyed hash of both, so that none has to be remembered until it is used, and none can be made up.

use std::time::{Duration, Instant};

use siphasher::sip128::SipHasher24;
use subtle::ConstantTimeEq;

/// Long, so that a client that moves can answer in advance with the nonce it has; replay is kept out by the nonce count, not by this.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);
/// Bytes of the keyed hash that are sent: 2⁹⁶ guesses.
const MAC_LEN: usize = 12;
/// Hex digits of a nonce.
const LENGTH: usize = 2 * (8 + MAC_LEN);
/// The serial number is in the lower bits of an id, the milliseconds above it: ids rise with time.
const SERIAL_BITS: u32 = 24;

/// A nonce without its keyed hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NonceId(pub(crate) u64);

/// What a nonce turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Ours, and young enough.
    Ours(NonceId),
    /// Ours, and over.
    Expired,
    /// Not ours, or of an earlier run.
    Foreign,
}

pub(crate) struct Nonces {
    /// SipHash-2-4 with 128 bits, made to authenticate what is as short as this: a flood of guesses costs hardly anything.
    mac: SipHasher24,
    epoch: Option<Instant>,
    serial: u64,
}

impl Nonces {
    pub(crate) fn new(key: [u8; 16]) -> Nonces {
        Nonces {
            mac: SipHasher24::new_with_key(&key),
            epoch: None,
            serial: 0,
        }
    }

    /// A nonce that was never given out before.
    pub(crate) fn issue(&mut self, now: Instant) -> NonceText {
        self.serial += 1;
        let serial = self.serial & ((1 << SERIAL_BITS) - 1);
        self.sealed(NonceId(self.age(now) << SERIAL_BITS | serial))
    }

    pub(crate) fn origin(&self, now: Instant, nonce: &str) -> Origin {
        let read = read(nonce.as_bytes());
        // Also for what is no nonce, so that it takes as long.
        let (id, mac) = read.unwrap_or((NonceId(0), [0; MAC_LEN]));
        let is_ours = bool::from(self.mac(id).ct_eq(&mac)) && read.is_some();
        match is_ours {
            true if self.is_over(now, id) => Origin::Expired,
            true => Origin::Ours(id),
            false => Origin::Foreign,
        }
    }

    pub(crate) fn is_over(&self, now: Instant, id: NonceId) -> bool {
        let issued = Duration::from_millis(id.0 >> SERIAL_BITS);
        Duration::from_millis(self.age(now)).saturating_sub(issued) > LIFETIME
    }

    /// Called with the first time that is heard of.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.epoch.get_or_insert(now);
    }

    /// Milliseconds; 40 bits of them are 34 years.
    fn age(&self, now: Instant) -> u64 {
        let age = self
            .epoch
            .map_or(Duration::ZERO, |epoch| now.saturating_duration_since(epoch));
        u64::try_from(age.as_millis()).unwrap_or(u64::MAX) & ((1 << 40) - 1)
    }

    fn mac(&self, id: NonceId) -> [u8; MAC_LEN] {
        let mac = self.mac.hash(&id.0.to_be_bytes()).as_bytes();
        mac.first_chunk().copied().unwrap_or_default()
    }

    fn sealed(&self, id: NonceId) -> NonceText {
        let (id, mac) = (id.0.to_be_bytes(), self.mac(id));
        let mut text = NonceText([b'0'; LENGTH]);
        let bytes = id.iter().chain(&mac);
        for (pair, byte) in text.0.as_chunks_mut().0.iter_mut().zip(bytes) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        text
    }
}

/// A nonce as it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NonceText([u8; LENGTH]);

impl NonceText {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn digit(value: u8) -> u8 {
    DIGITS.get(usize::from(value & 15)).copied().unwrap_or(b'0')
}

const DIGITS: [u8; 16] = *b"0123456789abcdef";

/// What each of these digits is worth; 16 and more: it is none.
const WORTH: [u8; 256] = worth();

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated at compile time over constant bounds"
)]
const fn worth() -> [u8; 256] {
    let mut table = [u8::MAX; 256];
    let mut digit = 0;
    while digit < DIGITS.len() {
        table[DIGITS[digit] as usize] = digit as u8;
        digit += 1;
    }
    table
}

/// What a nonce was made of; `None` where it is none, to the letter.
fn read(nonce: &[u8]) -> Option<(NonceId, [u8; MAC_LEN])> {
    let digits: &[u8; LENGTH] = nonce.try_into().ok()?;
    let mut bytes = [0; 8 + MAC_LEN];
    let mut worths = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks().0) {
        let worth = |digit: &u8| WORTH.get(usize::from(*digit)).copied().unwrap_or(u8::MAX);
        let (high, low) = (worth(high), worth(low));
        worths |= high | low;
        *byte = high << 4 | low & 15;
    }
    let (id, mac) = bytes.split_first_chunk()?;
    (worths < 16).then_some((NonceId(u64::from_be_bytes(*id)), mac.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(
        clippy::disallowed_methods,
        reason = "there is no other way to an Instant"
    )]
    fn nonces() -> (Nonces, Instant) {
        let (mut nonces, t0) = (Nonces::new([7; 16]), Instant::now());
        nonces.begin(t0);
        (nonces, t0)
    }

    #[test]
    fn each_nonce_is_another_and_known_again() {
        let (mut nonces, t0) = nonces();
        let (one, two) = (nonces.issue(t0), nonces.issue(t0));
        assert!(one != two);
        let later = t0 + Duration::from_secs(1);
        let third = nonces.issue(later);
        let ids = [one, two, third].map(|nonce| match nonces.origin(later, nonce.as_str()) {
            Origin::Ours(id) => id,
            other @ (Origin::Expired | Origin::Foreign) => panic!("{other:?}"),
        });
        assert!(ids[0] < ids[1] && ids[1] < ids[2]);
    }

    #[test]
    fn a_nonce_ends_with_its_lifetime() {
        let (mut nonces, t0) = nonces();
        let nonce = nonces.issue(t0);
        let end = t0 + LIFETIME;
        assert!(matches!(
            nonces.origin(end, nonce.as_str()),
            Origin::Ours(_)
        ));
        let over = end + Duration::from_millis(1);
        assert_eq!(nonces.origin(over, nonce.as_str()), Origin::Expired);
    }

    #[test]
    fn a_made_up_nonce_is_not_ours() {
        let (mut nonces, t0) = nonces();
        let nonce = nonces.issue(t0);
        let nonce = nonce.as_str();
        let mut other = Nonces::new([8; 16]);
        for bad in [
            "",
            "x",
            &nonce[..39],
            &format!("{nonce}0"),
            &nonce.to_uppercase(),
            other.issue(t0).as_str(),
            &nonce.replace('0', "1"),
            "é".repeat(20).as_str(),
            "+123456789abcdef000000000000000000000000",
        ] {
            assert_eq!(nonces.origin(t0, bad), Origin::Foreign, "{bad}");
        }
    }
}
