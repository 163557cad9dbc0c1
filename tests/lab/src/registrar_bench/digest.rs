//! Digest with MD5 and qop=auth (RFC 2617 §3.2.2) into a fixed place: a generator may not spend its time on making strings.

use md5::{Digest as _, Md5};

/// An MD5 hash as the wire has it.
pub(super) type Hex = [u8; 32];

/// Every request has the same; what makes each response another is nonce and count.
pub(super) const CNONCE: &str = "0a4f113b";

/// What a user and his password are worth in one realm.
pub(super) fn secret(user: &str, realm: &str, password: &str) -> Hex {
    hash(&[
        user.as_bytes(),
        b":",
        realm.as_bytes(),
        b":",
        password.as_bytes(),
    ])
}

/// What is asked for: a REGISTER of `uri`.
pub(super) fn subject(uri: &str) -> Hex {
    hash(&[b"REGISTER:", uri.as_bytes()])
}

/// The response of a request; `count` is the nonce count in its eight digits.
pub(super) fn response(secret: &Hex, nonce: &[u8], count: &[u8; 8], subject: &Hex) -> Hex {
    hash(&[
        secret,
        b":",
        nonce,
        b":",
        count,
        b":",
        CNONCE.as_bytes(),
        b":auth:",
        subject,
    ])
}

/// The low digits of a number, as many as fit.
pub(super) fn digits<const N: usize>(number: u64, base: u64) -> [u8; N] {
    let mut digits = [b'0'; N];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        let low = u8::try_from(rest % base).unwrap_or(0);
        *digit = if low < 10 {
            b'0' + low
        } else {
            b'a' + low - 10
        };
        rest /= base;
    }
    digits
}

fn hash(parts: &[&[u8]]) -> Hex {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(part);
    }
    let mut hex = [0; 32];
    for (pair, byte) in hex.as_chunks_mut::<2>().0.iter_mut().zip(md5.finalize()) {
        *pair = digits(u64::from(byte), 16);
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_in_hex() {
        assert_eq!(&hash(&[b"a", b"bc"]), b"900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn it_says_what_the_labs_other_digest_says() {
        let challenge = crate::digest::Challenge::of(
            "SIP/2.0 401 U\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n",
        );
        let other = challenge.unwrap().answer("u", "p", "sip:r", 10);
        let other = other.replace("cnonce=\"c\"", "");
        // The other one has another cnonce, so it is redone here with that.
        let ours = hash(&[
            &secret("u", "r", "p"),
            b":n:0000000a:c:auth:",
            &subject("sip:r"),
        ]);
        assert!(other.contains(std::str::from_utf8(&ours).unwrap()));
    }

    #[test]
    fn numbers_have_a_fixed_width() {
        assert_eq!(&digits::<8>(10, 16), b"0000000a");
        assert_eq!(&digits::<4>(12_345, 10), b"2345");
    }
}
