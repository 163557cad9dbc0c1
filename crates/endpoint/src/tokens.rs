//! Branches and tags nobody can guess.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Starts every branch made by RFC 3261's rules (§8.1.1.7).
pub(crate) const MAGIC_COOKIE: &str = "z9hG4bK";

/// Makes the unguessable parts of messages from the seed.
#[derive(Debug)]
pub(crate) struct Tokens {
    rng: ChaCha20Rng,
    /// Keys [`Tokens::lasting_tag`].
    secret: [u8; 16],
}

impl Tokens {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let mut secret = [0; 16];
        rng.fill_bytes(&mut secret);
        Tokens { rng, secret }
    }

    /// A branch: the cookie and 128 random bits. Who answers with it has seen the request.
    pub(crate) fn branch(&mut self) -> String {
        let mut branch = String::with_capacity(MAGIC_COOKIE.len() + 32);
        branch.push_str(MAGIC_COOKIE);
        self.write_hex(&mut branch, 2);
        branch
    }

    /// A tag of 64 random bits (RFC 3261 §19.3 asks for 32).
    pub(crate) fn tag(&mut self) -> String {
        let mut tag = String::with_capacity(16);
        self.write_hex(&mut tag, 1);
        tag
    }

    /// The tag of an answer that is given without a transaction: the same for every copy of the request (RFC 3261 §8.2.7).
    pub(crate) fn lasting_tag(&self, request: &str) -> String {
        let mut hasher = DefaultHasher::new();
        self.secret.hash(&mut hasher);
        request.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    fn write_hex(&mut self, out: &mut String, words: usize) {
        for _ in 0..words {
            // Writing to a String does not fail.
            let _ = write!(out, "{:016x}", self.rng.next_u64());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{MAGIC_COOKIE, Tokens};

    #[test]
    fn branches_start_with_the_cookie_and_do_not_repeat() {
        let (mut one, mut two) = (Tokens::new([1; 32]), Tokens::new([2; 32]));
        let branches: HashSet<String> = (0..500)
            .flat_map(|_| [one.branch(), two.branch()])
            .collect();
        assert_eq!(branches.len(), 1_000);
        assert!(
            branches
                .iter()
                .all(|branch| branch.starts_with(MAGIC_COOKIE) && branch.len() == 39)
        );
    }

    #[test]
    fn a_lasting_tag_depends_on_request_and_seed() {
        let (one, two) = (Tokens::new([1; 32]), Tokens::new([2; 32]));
        assert_eq!(one.lasting_tag("a"), one.lasting_tag("a"));
        assert_ne!(one.lasting_tag("a"), one.lasting_tag("b"));
        assert_ne!(one.lasting_tag("a"), two.lasting_tag("a"));
    }
}
