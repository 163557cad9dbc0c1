//! What can be hashed, and over what: the `algorithm` and `qop` parameters. A later algorithm is an arm here and in [`Algorithm::hash`].

use std::fmt;

use md5::Digest;

use crate::Text;

/// The `algorithm` parameter; its names compare case-insensitively.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5, also meant where the parameter is absent (RFC 7616 §3.3).
    Md5,
    /// MD5 with a key for each session (RFC 7616 §3.4.2).
    Md5Sess,
    /// SHA-256 (RFC 8760).
    Sha256,
    /// SHA-256 with a key for each session.
    Sha256Sess,
    /// SHA-512/256, which is no truncated SHA-512 (RFC 7616 §6.1).
    Sha512_256,
    /// SHA-512/256 with a key for each session.
    Sha512_256Sess,
    /// One that we cannot compute.
    Other(Text),
}

static COMPUTED: [Algorithm; 6] = [
    Algorithm::Md5,
    Algorithm::Md5Sess,
    Algorithm::Sha256,
    Algorithm::Sha256Sess,
    Algorithm::Sha512_256,
    Algorithm::Sha512_256Sess,
];

impl Algorithm {
    /// The algorithm of that name.
    pub fn named(name: &str) -> Algorithm {
        COMPUTED
            .iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(name))
            .map_or_else(|| Algorithm::Other(Text::from(name)), Algorithm::clone)
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Md5Sess => "MD5-sess",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha256Sess => "SHA-256-sess",
            Algorithm::Sha512_256 => "SHA-512-256",
            Algorithm::Sha512_256Sess => "SHA-512-256-sess",
            Algorithm::Other(name) => name,
        }
    }

    /// Whether we can compute it.
    pub fn supported(&self) -> bool {
        self.strength() > 0
    }

    /// Whether the key is made for each session (`-sess`), of its first nonce and client nonce.
    pub fn per_session(&self) -> bool {
        match self {
            Algorithm::Md5Sess | Algorithm::Sha256Sess | Algorithm::Sha512_256Sess => true,
            Algorithm::Md5 | Algorithm::Sha256 | Algorithm::Sha512_256 | Algorithm::Other(_) => {
                false
            }
        }
    }

    /// Greater is better; 0 cannot be computed. A session key makes nothing harder to guess, so it does not count: there the server's order holds.
    pub(super) fn strength(&self) -> u8 {
        match self {
            Algorithm::Sha512_256 | Algorithm::Sha512_256Sess => 3,
            Algorithm::Sha256 | Algorithm::Sha256Sess => 2,
            Algorithm::Md5 | Algorithm::Md5Sess => 1,
            Algorithm::Other(_) => 0,
        }
    }

    /// The hash of `parts` joined by colons; `None` where we cannot compute it.
    pub(super) fn digest(&self, parts: &[&[u8]]) -> Option<Hash> {
        match self {
            Algorithm::Md5 | Algorithm::Md5Sess => Some(joined::<md5::Md5>(parts)),
            Algorithm::Sha256 | Algorithm::Sha256Sess => Some(joined::<sha2::Sha256>(parts)),
            Algorithm::Sha512_256 | Algorithm::Sha512_256Sess => {
                Some(joined::<sha2::Sha512_256>(parts))
            }
            Algorithm::Other(_) => None,
        }
    }

    /// A hash of this algorithm in lower-case hex.
    pub(super) fn hex(&self, hash: &Hash) -> Option<Hex> {
        let bytes = match self {
            Algorithm::Md5 | Algorithm::Md5Sess => 16,
            Algorithm::Sha256
            | Algorithm::Sha256Sess
            | Algorithm::Sha512_256
            | Algorithm::Sha512_256Sess => 32,
            Algorithm::Other(_) => return None,
        };
        Some(Hex::of(hash.get(..bytes)?))
    }

    /// Lower-case hex of the hash of `parts` joined by colons; `None` where we cannot compute it.
    pub(super) fn hash(&self, parts: &[&[u8]]) -> Option<Hex> {
        self.hex(&self.digest(parts)?)
    }
}

/// A hash; MD5 fills half of it.
pub(super) type Hash = [u8; 32];

/// Each byte in lower-case hex.
static PAIRS: [[u8; 2]; 256] = pairs();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time over constant bounds"
)]
const fn pairs() -> [[u8; 2]; 256] {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    pairs
}

/// A hash in lower-case hex.
#[derive(Clone, Copy)]
pub(super) struct Hex {
    letters: [u8; 64],
    length: usize,
}

impl Hex {
    pub(super) fn of(bytes: &[u8]) -> Hex {
        let mut letters = [0; 64];
        for (pair, byte) in letters.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
            *pair = PAIRS.get(usize::from(*byte)).copied().unwrap_or_default();
        }
        Hex {
            letters,
            length: (bytes.len() * 2).min(64),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.letters.get(..self.length).unwrap_or_default()
    }

    /// All letters, and zeros behind them.
    pub(super) fn words(&self) -> impl Iterator<Item = u64> {
        let words = self.letters.as_chunks::<8>().0;
        words.iter().map(|word| u64::from_ne_bytes(*word))
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One quality of protection; its names compare case-insensitively.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Qop {
    /// The request line and the nonce count are hashed.
    Auth,
    /// The body too. Answered only where `auth` is not offered: what changes a body on the way (and many do) would break it.
    AuthInt,
    /// Anything else.
    Other(Text),
}

impl Qop {
    /// The one of that name.
    pub fn named(name: &str) -> Qop {
        match name {
            _ if name.eq_ignore_ascii_case("auth") => Qop::Auth,
            _ if name.eq_ignore_ascii_case("auth-int") => Qop::AuthInt,
            _ => Qop::Other(Text::from(name)),
        }
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Qop::Auth => "auth",
            Qop::AuthInt => "auth-int",
            Qop::Other(name) => name,
        }
    }

    /// The list in a challenge: `auth,auth-int`.
    pub(super) fn list(value: &str) -> Vec<Qop> {
        value
            .split(',')
            .map(str::trim)
            .filter(|q| !q.is_empty())
            .map(Qop::named)
            .collect()
    }
}

impl fmt::Display for Qop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn joined<D: Digest>(parts: &[&[u8]]) -> Hash {
    let mut hash = D::new();
    // Many small pieces cost more than a copy of them in one.
    let mut buffer = [0; 512];
    let length = parts.iter().map(|part| part.len() + 1).sum::<usize>();
    match buffer.get_mut(..length.saturating_sub(1)) {
        Some(whole) => {
            let mut rest = &mut *whole;
            for part in parts {
                rest = put(rest, part);
                if let [colon, behind @ ..] = rest {
                    *colon = b':';
                    rest = behind;
                }
            }
            hash.update(&*whole);
        }
        None => {
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    hash.update(b":");
                }
                hash.update(part);
            }
        }
    }
    let mut out = Hash::default();
    let hash = hash.finalize();
    if let Some(to) = out.get_mut(..hash.len()) {
        to.copy_from_slice(&hash);
    }
    out
}

/// As much of `bytes` as there is room for; the room behind it.
#[inline]
fn put<'a>(to: &'a mut [u8], bytes: &[u8]) -> &'a mut [u8] {
    let (here, rest) = to.split_at_mut(bytes.len().min(to.len()));
    if here.len() == bytes.len() {
        here.copy_from_slice(bytes);
    }
    rest
}
