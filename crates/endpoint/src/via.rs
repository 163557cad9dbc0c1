//! The top Via of a request that arrived: where it came from, and where its answer goes (RFC 3261 §18.2, RFC 3581 §4).

use std::net::{IpAddr, SocketAddr};

use bellhop_sip::{Headers, Host, Via};

/// Where answers go when neither rport nor a port in sent-by says so (§18.2.2).
const DEFAULT_PORT: u16 = 5060;

/// Writes into `via` where the request came from, and returns where its answer goes: to the address it came from, at the port it
/// came from if the Via has `rport`, else at the port of sent-by.
///
/// `maddr` is not followed, against §18.2.2: it would let anybody aim our answers at a third party, and multicast is not spoken here.
pub(crate) fn stamp(via: &mut Via, source: SocketAddr) -> SocketAddr {
    let (stamp, destination) = judge(via, source);
    if let Some(Stamp { rport, received }) = stamp {
        via.stamp(rport, Some(received));
    }
    destination
}

/// The same for the first Via of `headers`, which `via` was read from.
pub(crate) fn stamp_top(headers: &mut Headers, via: &Via, source: SocketAddr) -> SocketAddr {
    let (stamp, destination) = judge(via, source);
    if let Some(Stamp { rport, received }) = stamp {
        headers.stamp_top_via(via, rport, Some(received));
    }
    destination
}

/// What is written into a Via.
struct Stamp {
    rport: Option<u16>,
    received: IpAddr,
}

fn judge(via: &Via, source: SocketAddr) -> (Option<Stamp>, SocketAddr) {
    let address = source.ip().to_canonical();
    let symmetric = via.rport().is_some();
    let needed = symmetric || !is_at(&via.sent_by.host, address) || via.params.contains("received");
    let stamp = Stamp {
        rport: symmetric.then(|| source.port()),
        received: address,
    };
    let port = match via.sent_by.port {
        _ if symmetric => source.port(),
        // Nobody can listen on port 0.
        Some(0) => source.port(),
        Some(port) => port,
        None => DEFAULT_PORT,
    };
    let mut destination = source;
    destination.set_port(port);
    (needed.then_some(stamp), destination)
}

fn is_at(host: &Host, address: IpAddr) -> bool {
    match host {
        Host::V4(host) => IpAddr::V4(*host) == address,
        Host::V6(host) => IpAddr::V6(*host).to_canonical() == address,
        Host::Name(_) => false,
    }
}
