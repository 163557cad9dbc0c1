//! CSeq (RFC 3261 §20.16).

use std::fmt;

use crate::{Method, Text, lex};

/// The number and method that order the requests of a dialog or registration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CSeq {
    /// Below 2³¹ in what we send (§8.1.1.5); up to 2³²−1 is understood.
    pub number: u32,
    /// The method of the request.
    pub method: Method,
}

impl CSeq {
    /// Reads `314159 INVITE`.
    pub(crate) fn parse_part(whole: &Text, part: &str) -> Result<CSeq, &'static str> {
        let end = part
            .bytes()
            .position(lex::is_space)
            .ok_or("no method behind the number")?;
        let (number, method) = part
            .split_at_checked(end)
            .ok_or("no method behind the number")?;
        let method = Method::part_of(whole, lex::trim(method));
        if matches!(&method, Method::Other(name) if !lex::is_token(name)) {
            return Err("the method is not a token");
        }
        Ok(CSeq {
            number: lex::number(number).ok_or("the number is not one of 32 bits")?,
            method,
        })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}
