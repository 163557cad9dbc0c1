//! Which server transaction a request belongs to (RFC 3261 §17.2.3).

use std::fmt::Write as _;

use bellhop_sip::{Headers, Method, Request, Via};

use crate::FlowId;
use crate::tokens::MAGIC_COOKIE;

/// Equal for a request and its copies, and for an INVITE and the ACK to its refusal. A flow has its own transactions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ServerKey {
    flow: FlowId,
    method: Method,
    parts: String,
}

impl ServerKey {
    /// The key of `request`; an ACK has the key of its INVITE.
    pub(crate) fn of(flow: FlowId, request: &Request, via: &Via) -> ServerKey {
        let method = if request.method == Method::Ack {
            Method::Invite
        } else {
            detached(&request.method)
        };
        ServerKey {
            flow,
            method,
            parts: parts(request, via),
        }
    }

    /// The key of the INVITE that this CANCEL's key would cancel (§9.2).
    pub(crate) fn cancelled(&self) -> ServerKey {
        ServerKey {
            method: Method::Invite,
            ..self.clone()
        }
    }
}

/// A method that does not keep the datagram alive for as long as the transaction lasts.
fn detached(method: &Method) -> Method {
    if let Method::Other(name) = method {
        Method::Other(name.detached())
    } else {
        method.clone()
    }
}

/// Branch and sent-by. Without the magic cookie the branch may repeat (RFC 2543), and the key is made of what that RFC compares,
/// top Via, Request-URI, From tag, Call-ID and CSeq number. To tags are left out: an ACK has the one of our answer
/// where its INVITE has none, and two requests that differ in the To tag alone do not have the same CSeq.
fn parts(request: &Request, via: &Via) -> String {
    let mut sent_by = via.sent_by.to_string();
    sent_by.make_ascii_lowercase();
    match via.branch() {
        Some(branch) if branch.starts_with(MAGIC_COOKIE) => format!("{}\n{sent_by}", &*branch),
        _ => older_parts(&request.headers, request, &sent_by, via),
    }
}

fn older_parts(headers: &Headers, request: &Request, sent_by: &str, via: &Via) -> String {
    let mut parts = format!("{sent_by}\n{}\n", request.uri);
    if let Some(branch) = via.branch() {
        parts.push_str(&branch);
    }
    // Writing to a String does not fail. What is missing was refused before, so that leaving it out confuses nothing.
    if let Some(tag) = headers.from().ok().and_then(|from| from.tag()) {
        let _ = write!(parts, "\n{}", &*tag);
    }
    if let (Ok(call_id), Ok(cseq)) = (headers.call_id(), headers.cseq()) {
        let _ = write!(parts, "\n{}\n{}", &*call_id, cseq.number);
    }
    parts
}
