//! What a line keeps over restarts.

use std::net::SocketAddr;

use rand::RngExt;

/// CSeq numbers are reserved in blocks, so that no REGISTER waits for a disk.
const CSEQ_BLOCK: u32 = 128;
/// A new block is reserved when so few are left.
const CSEQ_LOW: u32 = 32;
/// RFC 3261 §8.1.1.5: a CSeq is below 2^31. Long before it a new Call-ID starts over.
const CSEQ_CEILING: u32 = 0x7fff_0000;
/// So many old contacts are remembered.
const CONTACTS_KEPT: usize = 8;

/// What stays the same over restarts, so that a registrar sees one device and not a new one each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `+sip.instance`, a `urn:uuid:` (RFC 5626 §4.1).
    pub instance: String,
    /// The Call-ID of all REGISTERs (RFC 3261 §10.2); a new one costs bindings on some registrars.
    pub call_id: String,
    /// The user part of our Contacts: random, so that a registrar that rewrites all else still shows which is ours.
    pub contact_user: String,
    /// CSeq numbers below this one may have been used.
    pub cseq: u32,
    /// Contacts of ours that a registrar may still hold, newest first.
    pub contacts: Vec<OldContact>,
    /// The realm that this line's registrar is known by (401).
    pub realm: Option<String>,
    /// The realm that this line's outbound proxy is known by (407).
    pub proxy_realm: Option<String>,
}

/// A Contact that was sent once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldContact {
    /// The URI as sent.
    pub uri: String,
    /// The public address it was seen from: the answer's `received` and `rport` (RFC 3581).
    pub public: Option<SocketAddr>,
}

impl Identity {
    /// A new identity for a device with this instance.
    pub fn fresh(instance: String, rng: &mut impl rand::Rng) -> Self {
        Self {
            instance,
            call_id: random_word(rng, 26),
            contact_user: random_word(rng, 12),
            cseq: 1,
            contacts: Vec::new(),
            realm: None,
            proxy_realm: None,
        }
    }

    /// Remembers a Contact that is about to be sent.
    pub(crate) fn remember(&mut self, uri: &str) {
        self.contacts.retain(|old| old.uri != uri);
        self.contacts.insert(
            0,
            OldContact {
                uri: uri.to_owned(),
                public: None,
            },
        );
        self.contacts.truncate(CONTACTS_KEPT);
    }

    /// Notes where a Contact was seen from. True if that was news.
    pub(crate) fn seen_from(&mut self, uri: &str, public: SocketAddr) -> bool {
        self.contacts
            .iter_mut()
            .find(|old| old.uri == uri)
            .is_some_and(|old| old.public.replace(public) != Some(public))
    }
}

/// The CSeq numbers in use: always below what the identity on disk says.
#[derive(Debug)]
pub(crate) struct Sequence {
    next: u32,
}

impl Sequence {
    /// Starts where no earlier run has been.
    pub(crate) fn new(identity: &Identity) -> Self {
        Self {
            next: identity.cseq.max(1),
        }
    }

    /// The next number, and whether the identity changed and wants saving.
    pub(crate) fn take(
        &mut self,
        identity: &mut Identity,
        rng: &mut impl rand::Rng,
    ) -> (u32, bool) {
        if self.next >= CSEQ_CEILING {
            identity.call_id = random_word(rng, 26);
            identity.cseq = 1;
            self.next = 1;
        }
        let number = self.next;
        self.next += 1;
        let reserve = self.next + CSEQ_LOW > identity.cseq;
        if reserve {
            identity.cseq = self.next + CSEQ_BLOCK;
        }
        (number, reserve)
    }
}

/// A random word of letters and digits, about 5 bits a letter. It begins with a letter.
pub(crate) fn random_word(rng: &mut impl rand::Rng, length: usize) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    (0..length)
        .map(|at| {
            let range = if at == 0 { 23 } else { LETTERS.len() };
            LETTERS
                .get(rng.random_range(0..range))
                .map_or('x', |letter| char::from(*letter))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn rng() -> rand_chacha::ChaCha8Rng {
        rand_chacha::ChaCha8Rng::seed_from_u64(1)
    }

    #[test]
    fn numbers_rise_and_stay_below_the_reservation() {
        let mut rng = rng();
        let mut identity = Identity::fresh("urn:uuid:x".into(), &mut rng);
        let mut sequence = Sequence::new(&identity);
        let mut last = 0;
        for _ in 0..1000 {
            let (number, _) = sequence.take(&mut identity, &mut rng);
            assert!(number > last && number < identity.cseq);
            last = number;
        }
    }

    #[test]
    fn a_block_is_reserved_when_the_last_one_runs_low() {
        let mut rng = rng();
        let mut identity = Identity::fresh("urn:uuid:x".into(), &mut rng);
        let mut sequence = Sequence::new(&identity);
        let reserving: Vec<(u32, u32)> = (0..200)
            .filter_map(|_| {
                let (number, reserved) = sequence.take(&mut identity, &mut rng);
                reserved.then_some((number, identity.cseq))
            })
            .collect();
        assert_eq!(reserving, [(1, 130), (98, 227), (195, 324)]);
    }

    #[test]
    fn a_word_begins_with_a_letter_and_goes_on_with_digits_too() {
        let mut rng = rng();
        let words: Vec<String> = (0..500).map(|_| random_word(&mut rng, 2)).collect();
        let digits_at = |place: usize| {
            let at = |word: &&String| word.as_bytes()[place].is_ascii_digit();
            words.iter().filter(at).count()
        };
        assert_eq!(digits_at(0), 0);
        assert!(digits_at(1) > 50);
    }

    #[test]
    fn a_restart_goes_on_above_every_number_used() {
        let mut rng = rng();
        let mut identity = Identity::fresh("urn:uuid:x".into(), &mut rng);
        let (last, reserved) = Sequence::new(&identity).take(&mut identity, &mut rng);
        assert!(reserved);
        let (first, _) = Sequence::new(&identity).take(&mut identity, &mut rng);
        assert!(first > last);
    }

    #[test]
    fn at_the_ceiling_a_new_call_id_starts_over() {
        let mut rng = rng();
        let mut identity = Identity::fresh("urn:uuid:x".into(), &mut rng);
        let before = identity.call_id.clone();
        identity.cseq = CSEQ_CEILING;
        let (number, reserved) = Sequence::new(&identity).take(&mut identity, &mut rng);
        assert_eq!((number, reserved), (1, true));
        assert_ne!(identity.call_id, before);
    }

    #[test]
    fn old_contacts_are_bounded_and_newest_first() {
        let mut identity = Identity::fresh("urn:uuid:x".into(), &mut rng());
        for port in 0..20 {
            identity.remember(&format!("sip:a@192.0.2.1:{port}"));
        }
        assert_eq!(identity.contacts.len(), CONTACTS_KEPT);
        assert_eq!(identity.contacts[0].uri, "sip:a@192.0.2.1:19");
    }
}
