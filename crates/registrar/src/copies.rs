//! What tells the copies of a request from other requests: networks and transaction layers make copies, and each gets the same answer.

use std::hash::{Hash as _, Hasher as _};

use bellhop_sip::Request;
use foldhash::SharedSeed;
use foldhash::quality::FoldHasher;
use rand::{Rng, RngExt as _};
use siphasher::sip128::SipHasher24;

use crate::arrival::Arrival;
use crate::reply::Tag;

pub(crate) struct Copies {
    /// Both are secret: known constants would let a client make requests that are told apart by nothing.
    seed: u64,
    seeds: SharedSeed,
    /// Seals what strangers are shown, so that no seed can be guessed from it.
    seal: SipHasher24,
}

impl Copies {
    pub(crate) fn new(rng: &mut impl Rng) -> Copies {
        Copies {
            seed: rng.random(),
            seeds: SharedSeed::from_u64(rng.random()),
            seal: SipHasher24::new_with_key(&rng.random()),
        }
    }

    /// The same for a request and its copies from the same place, and for no other that a client could find.
    pub(crate) fn hash(&self, arrival: &Arrival, request: &Request) -> u64 {
        let mut hasher = FoldHasher::with_seed(self.seed, &self.seeds);
        arrival.source.hash(&mut hasher);
        hasher.write_u64(arrival.stream.map_or(0, |stream| stream.0));
        hasher.write(request.method.as_str().as_bytes());
        hasher.write(request.uri.as_str().as_bytes());
        request.headers.hash_into(&mut hasher);
        hasher.write(&request.body);
        hasher.finish()
    }

    /// The To tag of the answer to a request with that hash (RFC 3261 §8.2.7).
    pub(crate) fn tag(&self, hash: u64) -> Tag {
        let (sealed, _) = self.seal.hash(&hash.to_be_bytes()).as_u64();
        Tag::of(sealed)
    }
}
