//! What the generator reads of an answer: its status, whose it is, and the nonce of a 401.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::message::BRANCH;

static BRANCHES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(BRANCH));
static NONCES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("nonce=\""));

/// An answer, as far as it matters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) user: u32,
    /// Number of the user's request that is answered.
    pub(super) request: u32,
}

impl Answer {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let status = number(bytes.strip_prefix(b"SIP/2.0 ")?.get(..3)?, 10)?;
        let (user, request) = branch(bytes)?;
        Some(Self {
            status: u16::try_from(status).ok()?,
            user,
            request,
        })
    }
}

/// User and number of the request that these bytes are, or answer.
pub(super) fn branch(bytes: &[u8]) -> Option<(u32, u32)> {
    let digits = digits(bytes)?;
    Some((number(digits.get(..8)?, 16)?, number(digits.get(8..)?, 16)?))
}

/// The sixteen digits of the branch.
pub(super) fn digits(bytes: &[u8]) -> Option<&[u8]> {
    let at = BRANCHES.find(bytes)? + BRANCH.len();
    bytes.get(at..at + 16)
}

/// The nonce of the first challenge.
pub(super) fn nonce(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.get(NONCES.find(bytes)? + b"nonce=\"".len()..)?;
    rest.get(..memchr::memchr(b'"', rest)?)
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, &digit| {
        let digit = char::from(digit).to_digit(base)?;
        Some(number.wrapping_mul(base).wrapping_add(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_user_request_and_nonce_are_read() {
        let text = b"SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK0000000a00000010;rport=1\r\n\
            WWW-Authenticate: Digest realm=\"r\", nonce=\"n+/=\", qop=\"auth\"\r\n\r\n";
        let answer = Answer {
            status: 401,
            user: 10,
            request: 16,
        };
        assert_eq!(Answer::read(text), Some(answer));
        assert_eq!(nonce(text), Some(&b"n+/="[..]));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for text in [
            &b""[..],
            b"SIP/2.0 200 OK\r\n\r\n",
            b"REGISTER sip:h SIP/2.0\r\n",
        ] {
            assert_eq!(Answer::read(text), None);
        }
    }
}
