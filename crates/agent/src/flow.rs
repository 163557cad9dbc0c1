//! The flow that a line uses, as the agent sees it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_endpoint::FlowId;
use bellhop_sip::{Response, Uri};

use crate::config::Path;
use crate::view::{FlowState, FlowView};

/// One socket to one registrar address, and the Contact that stands for it.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) id: FlowId,
    pub(crate) path: Path,
    pub(crate) local: Option<SocketAddr>,
    pub(crate) public: Option<SocketAddr>,
    pub(crate) contact: Option<Uri>,
    pub(crate) rtt: Option<Duration>,
    pub(crate) state: FlowState,
}

impl Flow {
    pub(crate) fn opening(id: FlowId, path: Path) -> Self {
        Self {
            id,
            path,
            local: None,
            public: None,
            contact: None,
            rtt: None,
            state: FlowState::Opening,
        }
    }

    pub(crate) fn view(
        &self,
        expires_at: Option<Instant>,
        refresh_at: Option<Instant>,
    ) -> FlowView {
        FlowView {
            id: self.id,
            interface: self.path.interface.clone(),
            local: self.local,
            public: self.public,
            registrar: self.path.registrar,
            contact: self.contact.as_ref().map(ToString::to_string),
            expires_at,
            refresh_at,
            rtt: self.rtt,
            state: self.state,
        }
    }
}

/// Where our request was seen from: `received` and `rport` of our own Via in the answer (RFC 3581 §4).
///
/// A server that found nothing to add leaves `received` out; then the address is the one that we wrote. One that knows neither
/// says nothing.
pub(crate) fn seen_from(response: &Response, local: Option<SocketAddr>) -> Option<SocketAddr> {
    let via = response.headers.top_via().ok()?;
    let (received, rport) = (via.received(), via.rport().flatten());
    let local = local?;
    if received.is_none() && rport.is_none() {
        return None;
    }
    let address = received.unwrap_or_else(|| local.ip());
    let port = rport.unwrap_or_else(|| local.port());
    (!address.is_unspecified() && port != 0).then(|| SocketAddr::new(address, port))
}
