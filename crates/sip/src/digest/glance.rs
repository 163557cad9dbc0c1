//! Credentials as they stand in a header, for who only checks them: nothing is copied.

use std::borrow::Cow;
use std::fmt;

use super::credentials::nonce_count;
use super::cursor::{Cursor, Element, Scheme};
use super::lexer::{MAX_PARAMS, RawParam};
use super::response::{response_over, same, subject};
use super::write::unescaped;
use super::{Algorithm, Credentials, DigestError, Ha1, Ha2, Qop};
use crate::{Method, Text, lex};

/// What [`Credentials`] are, borrowed from the header that they were read from. Parameters that we give no meaning to are passed over.
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialsRef<'a> {
    /// Plain: escapes are resolved.
    pub username: Cow<'a, str>,
    /// As between the quotes on the wire.
    pub realm: &'a str,
    /// As between the quotes on the wire.
    pub nonce: &'a str,
    /// The Request-URI that was hashed; as between the quotes on the wire.
    pub uri: &'a str,
    /// The proof, in hex.
    pub response: &'a str,
    /// MD5 where the parameter was absent.
    pub algorithm: Algorithm,
    /// The client's own nonce; as between the quotes on the wire.
    pub cnonce: Option<&'a str>,
    /// `None`: the RFC 2069 form, which proves less.
    pub qop: Option<Qop>,
    /// How often this nonce was answered, from 1.
    pub nc: Option<u32>,
}

impl<'a> CredentialsRef<'a> {
    /// Reads the value of one header.
    ///
    /// # Errors
    /// As [`Credentials::parse`]: [`DigestError::OtherScheme`] where it is not Digest; else what is missing, doubled or malformed.
    pub fn parse(value: &'a str) -> Result<CredentialsRef<'a>, DigestError> {
        let mut found = Found::default();
        let mut cursor = Cursor::over(value);
        let mut scheme = Scheme::None;
        while let Some(element) = cursor.element(scheme) {
            match element? {
                Element::Scheme(name) if name.eq_ignore_ascii_case("Digest") => {
                    if found.schemes > 0 {
                        return Err(DigestError::Malformed("two credentials in one header"));
                    }
                    found.schemes = 1;
                    scheme = Scheme::Digest;
                    while let Some(param) = cursor.usual_param() {
                        found.add(param)?;
                    }
                }
                Element::Scheme(_) => scheme = Scheme::Other,
                Element::Param(param) => found.add(param)?,
                Element::Skipped => {}
            }
        }
        if found.schemes == 0 {
            return Err(DigestError::OtherScheme);
        }
        found.credentials()
    }

    /// What they vouch for in a request with `method` and `body`; `None` where we cannot compute it.
    #[must_use]
    pub fn ha2(&self, method: &Method, body: &[u8]) -> Option<Ha2> {
        subject(self, method.as_str(), body).map(Ha2)
    }

    /// Whether they prove knowledge of the password behind `ha1` for what `ha2` is made of. The comparison takes the same time wherever it differs. Realm,
    /// nonce, nonce count and URI are the caller's to judge. What we cannot compute is false, and so is a key for each session.
    #[must_use]
    pub fn prove(&self, ha1: &Ha1, ha2: &Ha2) -> bool {
        if self.algorithm.per_session() {
            return false;
        }
        ha1.hex(&self.algorithm)
            .and_then(|ha1| response_over(self, &ha1, &ha2.0))
            .is_some_and(|expected| same(&expected, self.response))
    }
}

impl Credentials {
    pub(super) fn glance(&self) -> CredentialsRef<'_> {
        CredentialsRef {
            username: Cow::Borrowed(&self.username),
            realm: &self.realm,
            nonce: &self.nonce,
            uri: &self.uri,
            response: &self.response,
            algorithm: self.algorithm.clone(),
            cnonce: self.cnonce.as_deref(),
            qop: self.qop.clone(),
            nc: self.nc,
        }
    }
}

/// Without anything that a password could be guessed from: this ends up in logs.
impl fmt::Debug for CredentialsRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsRef")
            .field("algorithm", &self.algorithm)
            .field("qop", &self.qop)
            .field("nc", &self.nc)
            .finish_non_exhaustive()
    }
}

/// What stands in a header so far.
#[derive(Default)]
struct Found<'a> {
    schemes: u8,
    params: usize,
    /// Of the parameters that have a [place](place).
    values: [Option<&'a str>; 10],
}

/// Where the value of a parameter is kept, its name in lower case.
fn place(name: &str) -> Option<usize> {
    Some(match name {
        "username" => 0,
        "realm" => 1,
        "nonce" => 2,
        "uri" => 3,
        "response" => 4,
        "algorithm" => 5,
        "cnonce" => 6,
        "opaque" => 7,
        "qop" => 8,
        "nc" => 9,
        _ => return None,
    })
}

impl<'a> Found<'a> {
    #[inline]
    fn add(&mut self, param: RawParam<'a>) -> Result<(), DigestError> {
        self.params += 1;
        if self.params > MAX_PARAMS {
            return Err(DigestError::TooMany);
        }
        let place = place(param.name).or_else(|| place(&param.name.to_ascii_lowercase()));
        let Some(value) = place.and_then(|place| self.values.get_mut(place)) else {
            return Ok(());
        };
        match value.replace(param.value) {
            None => Ok(()),
            Some(_) => Err(DigestError::Duplicate(Text::from(param.name))),
        }
    }

    fn credentials(self) -> Result<CredentialsRef<'a>, DigestError> {
        let [
            username,
            realm,
            nonce,
            uri,
            response,
            algorithm,
            cnonce,
            _,
            qop,
            nc,
        ] = self.values;
        let there = |value: Option<&'a str>, name| value.ok_or(DigestError::Missing(name));
        let credentials = CredentialsRef {
            username: unescaped(there(username, "username")?),
            realm: there(realm, "realm")?,
            nonce: there(nonce, "nonce")?,
            uri: there(uri, "uri")?,
            response: there(response, "response")?,
            algorithm: token(algorithm, "algorithm")?.map_or(Algorithm::Md5, Algorithm::named),
            cnonce,
            qop: token(qop, "qop")?.map(Qop::named),
            nc: nc.map(nonce_count).transpose()?,
        };
        match (&credentials.qop, credentials.cnonce, credentials.nc) {
            (Some(_), None, _) => Err(DigestError::Missing("cnonce")),
            (Some(_), _, None) => Err(DigestError::Missing("nc")),
            _ => Ok(credentials),
        }
    }
}

fn token<'a>(value: Option<&'a str>, name: &'static str) -> Result<Option<&'a str>, DigestError> {
    match value {
        Some(value) if !lex::is_token(value) => Err(DigestError::Invalid(name)),
        value => Ok(value),
    }
}
