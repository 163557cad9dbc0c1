//! What was asked last, hashed: phones that register ask the same, again and again.

use bellhop_sip::Request;
use bellhop_sip::digest::{Algorithm, CredentialsRef, Ha2, Qop};

#[derive(Default)]
pub(super) struct Ha2Cache {
    last: Option<Last>,
}

struct Last {
    algorithm: Algorithm,
    method: String,
    uri: String,
    ha2: Ha2,
}

impl Ha2Cache {
    /// H(A2) of `request`; `None` where it cannot be computed.
    pub(super) fn of(&mut self, by: &CredentialsRef<'_>, request: &Request) -> Option<Ha2> {
        let method = request.method.as_str();
        if by.qop != Some(Qop::Auth) {
            return by.ha2(&request.method, &request.body);
        }
        let is =
            |it: &&Last| it.algorithm == by.algorithm && it.uri == by.uri && it.method == method;
        if let Some(last) = self.last.as_ref().filter(is) {
            return Some(last.ha2);
        }
        let ha2 = by.ha2(&request.method, &request.body)?;
        self.last = Some(Last {
            algorithm: by.algorithm.clone(),
            method: method.to_owned(),
            uri: by.uri.to_owned(),
            ha2,
        });
        Some(ha2)
    }
}
