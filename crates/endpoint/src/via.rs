//! The top Via of a request that arrived: where it came from, and where its answer goes (RFC 3261 §18.2, RFC 3581 §4).

use std::net::{IpAddr, SocketAddr};

use bellhop_sip::{Host, Via};

/// Where answers go when neither rport nor a port in sent-by says so (§18.2.2).
const DEFAULT_PORT: u16 = 5060;

/// Writes into `via` where the request came from, and returns where its answer goes: to the address it came from, at the port it
/// came from if the Via has `rport`, else at the port of sent-by.
///
/// `maddr` is not followed, against §18.2.2: it would let anybody aim our answers at a third party, and multicast is not spoken here.
pub(crate) fn stamp(via: &mut Via, source: SocketAddr) -> SocketAddr {
    let address = source.ip().to_canonical();
    let symmetric = via.rport().is_some();
    let received =
        symmetric || !is_at(&via.sent_by.host, address) || via.params.contains("received");
    if received {
        via.stamp(symmetric.then(|| source.port()), Some(address));
    }
    let port = match via.sent_by.port {
        _ if symmetric => source.port(),
        // Nobody can listen on port 0.
        Some(0) => source.port(),
        Some(port) => port,
        None => DEFAULT_PORT,
    };
    let mut destination = source;
    destination.set_port(port);
    destination
}

fn is_at(host: &Host, address: IpAddr) -> bool {
    match host {
        Host::V4(host) => IpAddr::V4(*host) == address,
        Host::V6(host) => IpAddr::V6(*host).to_canonical() == address,
        Host::Name(_) => false,
    }
}
