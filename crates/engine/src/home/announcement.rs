//! Telling a home network where its registrar is: DNS-SD over multicast DNS (RFC 6763, RFC 6762), as `_sip._udp` and its sisters.
//!
//! It is there while a listener of a home network is, on that network's interface alone, and says no more than a neighbour finds out anyway: name, address, port.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};

use super::listener::{Kind, Link};

/// A listener as a home network hears of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Announced {
    pub(crate) kind: Kind,
    pub(crate) address: SocketAddr,
    pub(crate) link: Link,
}

/// What is announced. Dropped, it is withdrawn without another word: where it would be said, the machine may no longer be.
#[derive(Default)]
pub(crate) struct Announcement {
    domain: String,
    announced: BTreeSet<Announced>,
    daemon: Option<ServiceDaemon>,
}

impl Announcement {
    /// Exactly these are announced from now on.
    pub(crate) fn arrange(&mut self, domain: &str, wanted: BTreeSet<Announced>) {
        if self.announced == wanted && self.domain == domain {
            return;
        }
        self.withdraw();
        domain.clone_into(&mut self.domain);
        if wanted.is_empty() {
            return;
        }
        match announce(domain, &wanted) {
            Ok(daemon) => self.daemon = Some(daemon),
            // Phones are told the address by a person then.
            Err(error) => tracing::debug!(%error, "the registrar at home can't be announced"),
        }
        self.announced = wanted;
    }

    fn withdraw(&mut self) {
        self.announced.clear();
        if let Some(daemon) = self.daemon.take() {
            // No goodbye: it would be heard by the network that the machine is in now.
            let _ = daemon.disable_interface(IfKind::All);
            let _ = daemon.shutdown();
        }
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        self.withdraw();
    }
}

impl std::fmt::Debug for Announcement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Announcement")
            .field("announced", &self.announced)
            .finish_non_exhaustive()
    }
}

fn announce(domain: &str, wanted: &BTreeSet<Announced>) -> Result<ServiceDaemon, mdns_sd::Error> {
    let daemon = ServiceDaemon::new()?;
    daemon.disable_interface(IfKind::All)?;
    // The networks are watched by ourselves, and without asking now and then.
    daemon.set_ip_check_interval(0)?;
    let interfaces: BTreeSet<&str> = wanted.iter().map(|it| it.link.interface.as_str()).collect();
    for interface in interfaces {
        daemon.enable_interface(interface)?;
    }
    for it in wanted {
        let Some(service) = service(it.kind) else {
            continue;
        };
        let ip = it.address.ip();
        let words = ip.to_string().replace(['.', ':'], "-");
        // Two Bellhops at one home have two addresses.
        let (instance, host) = (
            format!("Bellhop {domain} {words}"),
            format!("bellhop-{words}.local."),
        );
        let properties = [("domain", domain)];
        daemon.register(ServiceInfo::new(
            service,
            &instance,
            &host,
            ip,
            it.address.port(),
            &properties[..],
        )?)?;
    }
    Ok(daemon)
}

/// What the transport is called there. WebSocket has no name: whoever speaks it is told a URL.
fn service(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Udp => Some("_sip._udp.local."),
        Kind::Tcp => Some("_sip._tcp.local."),
        Kind::Tls => Some("_sips._tcp.local."),
        Kind::Ws | Kind::Wss => None,
    }
}
