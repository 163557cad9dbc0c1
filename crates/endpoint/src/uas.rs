//! What a line answers to requests, as long as it carries no calls (RFC 3261 §8.2).

use bellhop_sip::{HeaderName, Method, Request, Response, Scheme, StatusCode};

/// The methods that are understood (§20.5).
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS";

/// The answer to `request`, with `to_tag` where its To has none. An ACK is never answered: do not ask for it.
///
/// OPTIONS is told what we can; a new INVITE that nobody is here to take; whatever belongs to a call, that there is no such call.
/// A CANCEL that comes here has found no INVITE (the endpoint answers the others), so it gets 481 as well.
#[must_use]
pub fn answer(request: &Request, to_tag: &str) -> Response {
    let mut response = judge(request);
    tag(&mut response, to_tag);
    response
}

/// Method, URI and Require in the order of §8.2.
fn judge(request: &Request) -> Response {
    let status = match &request.method {
        Method::Options => StatusCode::OK,
        Method::Invite if in_dialog(request) => StatusCode::CallTransactionDoesNotExist,
        Method::Invite => StatusCode::TemporarilyUnavailable,
        // §8.2.2.3: Require in a CANCEL is to be ignored.
        Method::Cancel => {
            return Response::answering(request, StatusCode::CallTransactionDoesNotExist);
        }
        Method::Bye | Method::Info | Method::Update => StatusCode::CallTransactionDoesNotExist,
        Method::Ack
        | Method::Message
        | Method::Notify
        | Method::Prack
        | Method::Publish
        | Method::Refer
        | Method::Register
        | Method::Subscribe
        | Method::Other(_) => {
            let mut response = Response::answering(request, StatusCode::MethodNotAllowed);
            response.headers.push(HeaderName::Allow, ALLOW);
            return response;
        }
    };
    if request.uri.scheme() == Scheme::Other {
        return Response::answering(request, StatusCode::UnsupportedUriScheme);
    }
    let required: Vec<_> = request.headers.tokens(&HeaderName::Require).collect();
    if !required.is_empty() {
        // We support no extension.
        let mut response = Response::answering(request, StatusCode::BadExtension);
        response
            .headers
            .push(HeaderName::Unsupported, required.join(", "));
        return response;
    }
    let mut response = Response::answering(request, status);
    if request.method == Method::Options {
        response.headers.push(HeaderName::Allow, ALLOW);
        response.headers.push(HeaderName::Accept, "application/sdp");
        // No extension: the value is empty, which §20.37 allows.
        response.headers.push(HeaderName::Supported, "");
    }
    response
}

fn in_dialog(request: &Request) -> bool {
    request.headers.to().is_ok_and(|to| to.tag().is_some())
}

/// Adds the tag to the To that has none (§8.2.6.2), the rest of it as it came.
pub(crate) fn tag(response: &mut Response, to_tag: &str) {
    if !response.headers.to().is_ok_and(|to| to.tag().is_none()) {
        return;
    }
    if let Some(to) = response
        .headers
        .get(&HeaderName::To)
        .and_then(bellhop_sip::HeaderValue::as_text)
    {
        let tagged = format!("{};tag={to_tag}", &*to);
        response.headers.set(HeaderName::To, tagged);
    }
}

#[cfg(test)]
mod tests;
