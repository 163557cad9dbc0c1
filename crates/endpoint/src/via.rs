//! The top Via of a request that arrived: where it came from, and where its answer goes (RFC 3261 §18.2, RFC 3581 §4).

use std::net::{IpAddr, SocketAddr};

use bellhop_sip::{HeaderValue, HostRef, Via, ViaRef};

/// Where answers go when neither rport nor a port in sent-by says so (§18.2.2).
const DEFAULT_PORT: u16 = 5060;

/// Writes into `via` where the request came from, and returns where its answer goes: to the address it came from, at the port it
/// came from if the Via has `rport`, else at the port of sent-by.
///
/// `maddr` is not followed, against §18.2.2: it would let anybody aim our answers at a third party, and multicast is not spoken here.
pub(crate) fn stamp(via: &mut Via, source: SocketAddr) -> SocketAddr {
    let claim = Claim {
        host: via.sent_by.host.borrowed(),
        port: via.sent_by.port,
        symmetric: via.rport().is_some(),
        noted: via.params.contains("received"),
    };
    let (stamp, destination) = claim.judge(source);
    if let Some(Stamp { rport, received }) = stamp {
        via.stamp(rport, Some(received));
    }
    destination
}

/// The same for the first Via of a header line: the line to be put in the place of its own, where it has to be another, and where the answer goes.
pub(crate) fn stamp_line(
    via: &ViaRef<'_>,
    source: SocketAddr,
) -> (Option<HeaderValue>, SocketAddr) {
    let claim = Claim {
        host: via.host(),
        port: via.port(),
        symmetric: via.rport().is_some(),
        noted: via.has_received(),
    };
    let (stamp, destination) = claim.judge(source);
    let line = stamp.map(|stamp| via.line_stamped(stamp.rport, Some(stamp.received)));
    (line, destination)
}

/// What is written into a Via.
struct Stamp {
    rport: Option<u16>,
    received: IpAddr,
}

/// What a Via says of its sender.
struct Claim<'a> {
    host: HostRef<'a>,
    port: Option<u16>,
    /// It has `rport`.
    symmetric: bool,
    /// It has `received`, whoever put that there.
    noted: bool,
}

impl Claim<'_> {
    fn judge(&self, source: SocketAddr) -> (Option<Stamp>, SocketAddr) {
        let address = source.ip().to_canonical();
        let needed = self.symmetric
            || self.host.ip().map(|ip| ip.to_canonical()) != Some(address)
            || self.noted;
        let stamp = Stamp {
            rport: self.symmetric.then(|| source.port()),
            received: address,
        };
        let port = match self.port {
            _ if self.symmetric => source.port(),
            // Nobody can listen on port 0.
            Some(0) => source.port(),
            Some(port) => port,
            None => DEFAULT_PORT,
        };
        let mut destination = source;
        destination.set_port(port);
        (needed.then_some(stamp), destination)
    }
}
