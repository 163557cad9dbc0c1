//! Which name a line's registrar is found by, and in which order its addresses are tried (RFC 3263 §4, RFC 2782).
//!
//! Pure: the questions to DNS are asked in `dns`.

use std::net::{IpAddr, SocketAddr};

use bellhop_sip::{Host, Uri};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// SIP over UDP and TCP without a port given (RFC 3261 §19.1.2).
pub(crate) const SIP_PORT: u16 = 5060;
/// More addresses than any real registrar has; a hostile answer is cut here.
pub(crate) const MAX_ADDRESSES: usize = 8;

/// What must be found out to reach a registrar.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// A numeric host: nothing to ask.
    Address(SocketAddr),
    /// A name with a port: A and AAAA (RFC 3263 §4.2).
    Host { name: String, port: u16 },
    /// A name alone: NAPTR unless the transport is given, then SRV, then A and AAAA.
    Service { domain: String, naptr: bool },
}

impl Target {
    /// The target of requests for `registrar`: the outbound proxy if there is one. None where the URI has no host.
    pub(crate) fn of(registrar: &Uri, outbound_proxy: Option<&Uri>) -> Option<Target> {
        let uri = outbound_proxy.unwrap_or(registrar);
        let host = match uri.param("maddr") {
            Some(maddr) => maddr
                .parse::<IpAddr>()
                .map_or_else(|_| Host::Name(maddr.clone()), Host::from),
            None => uri.host()?,
        };
        Some(match (host, uri.port()) {
            (Host::V4(ip), port) => {
                Target::Address(SocketAddr::new(ip.into(), port.unwrap_or(SIP_PORT)))
            }
            (Host::V6(ip), port) => {
                Target::Address(SocketAddr::new(ip.into(), port.unwrap_or(SIP_PORT)))
            }
            (Host::Name(name), Some(port)) => Target::Host {
                name: name.to_string(),
                port,
            },
            (Host::Name(name), None) => Target::Service {
                domain: name.to_string(),
                naptr: uri.transport().is_none(),
            },
        })
    }

    /// The name that is asked for; None for a numeric host.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Target::Address(_) => None,
            Target::Host { name, .. } => Some(name),
            Target::Service { domain, .. } => Some(domain),
        }
    }
}

/// An SRV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Srv {
    pub(crate) priority: u16,
    pub(crate) weight: u16,
    pub(crate) port: u16,
    pub(crate) target: String,
}

/// A NAPTR record, of which RFC 3263 uses these parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Naptr {
    pub(crate) order: u16,
    pub(crate) preference: u16,
    pub(crate) flags: String,
    pub(crate) service: String,
    pub(crate) replacement: String,
}

/// The SRV name of the best NAPTR record for SIP over UDP.
pub(crate) fn udp_service(mut records: Vec<Naptr>) -> Option<String> {
    records
        .retain(|r| r.service.eq_ignore_ascii_case("SIP+D2U") && r.flags.eq_ignore_ascii_case("s"));
    records
        .into_iter()
        .min_by_key(|r| (r.order, r.preference))
        .map(|r| r.replacement)
}

/// Orders SRV records by priority and, among equals, by a draw by weight (RFC 2782).
///
/// The seed fixes the draw: an engine asks often, and an order that changed with each answer would move the line each time.
pub(crate) fn ordered(mut records: Vec<Srv>, seed: u64) -> Vec<Srv> {
    records.sort_by(|a, b| (a.priority, &a.target, a.port).cmp(&(b.priority, &b.target, b.port)));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut out = Vec::with_capacity(records.len());
    while let Some(priority) = records.first().map(|r| r.priority) {
        let same = records
            .iter()
            .take_while(|r| r.priority == priority)
            .count();
        let total: u32 = records.iter().take(same).map(|r| u32::from(r.weight)).sum();
        let mut left = rng.random_range(0..=total);
        let drawn = records
            .iter()
            .take(same)
            .position(|r| {
                let hit = u32::from(r.weight) >= left;
                left = left.saturating_sub(u32::from(r.weight));
                hit
            })
            .unwrap_or(0);
        out.push(records.remove(drawn));
    }
    out
}

/// Each address once, in order, at most [`MAX_ADDRESSES`]; those nobody can be reached at left out.
pub(crate) fn usable(addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut out: Vec<SocketAddr> = Vec::new();
    for address in addresses {
        let ip = address.ip();
        if !ip.is_unspecified()
            && !ip.is_multicast()
            && address.port() != 0
            && !out.contains(&address)
            && out.len() < MAX_ADDRESSES
        {
            out.push(address);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(registrar: &str, proxy: Option<&str>) -> Target {
        let proxy = proxy.map(|p| p.parse::<Uri>().unwrap());
        Target::of(&registrar.parse().unwrap(), proxy.as_ref()).unwrap()
    }

    fn srv(priority: u16, weight: u16, target: &str) -> Srv {
        Srv {
            priority,
            weight,
            port: 5060,
            target: target.into(),
        }
    }

    #[test]
    fn a_numeric_host_needs_no_question() {
        assert_eq!(
            target("sip:192.0.2.1", None),
            Target::Address("192.0.2.1:5060".parse().unwrap())
        );
        assert_eq!(
            target("sip:[2001:db8::1]:5070", None),
            Target::Address("[2001:db8::1]:5070".parse().unwrap())
        );
    }

    #[test]
    fn a_port_or_a_transport_shortens_the_question() {
        assert_eq!(
            target("sip:pbx.example.com:5070", None),
            Target::Host {
                name: "pbx.example.com".into(),
                port: 5070
            }
        );
        assert_eq!(
            target("sip:example.com", None),
            Target::Service {
                domain: "example.com".into(),
                naptr: true
            }
        );
        assert_eq!(
            target("sip:example.com;transport=udp", None),
            Target::Service {
                domain: "example.com".into(),
                naptr: false
            }
        );
    }

    #[test]
    fn the_outbound_proxy_is_asked_for_instead_and_maddr_goes_before_the_host() {
        assert_eq!(
            target("sip:example.com", Some("sip:192.0.2.9:5080;lr")),
            Target::Address("192.0.2.9:5080".parse().unwrap())
        );
        assert_eq!(
            target("sip:example.com;maddr=192.0.2.7", None),
            Target::Address("192.0.2.7:5060".parse().unwrap())
        );
    }

    #[test]
    fn the_lowest_priority_goes_first_and_every_record_comes_once() {
        let all = vec![
            srv(20, 0, "c"),
            srv(10, 60, "a"),
            srv(10, 0, "b"),
            srv(5, 1, "first"),
        ];
        for seed in 0..50 {
            let names: Vec<String> = ordered(all.clone(), seed)
                .into_iter()
                .map(|r| r.target)
                .collect();
            assert_eq!(names.first().unwrap(), "first");
            assert_eq!(names.last().unwrap(), "c");
            assert_eq!(names.len(), 4);
        }
    }

    #[test]
    fn weights_share_the_first_place_and_one_seed_gives_one_order() {
        let all = vec![srv(10, 75, "heavy"), srv(10, 25, "light")];
        let heavy = (0..1000)
            .filter(|seed| ordered(all.clone(), *seed)[0].target == "heavy")
            .count();
        assert!((650..850).contains(&heavy), "{heavy} of 1000");
        assert_eq!(
            ordered(all.clone(), 7),
            ordered(all.into_iter().rev().collect(), 7)
        );
    }

    #[test]
    fn naptr_picks_udp_by_order_then_preference() {
        let record = |order, preference, service: &str, replacement: &str| Naptr {
            order,
            preference,
            flags: "s".into(),
            service: service.into(),
            replacement: replacement.into(),
        };
        let records = vec![
            record(10, 5, "SIPS+D2T", "_sips._tcp.example.com"),
            record(50, 10, "SIP+D2U", "_sip._udp.b.example.com"),
            record(50, 5, "sip+d2u", "_sip._udp.a.example.com"),
        ];
        assert_eq!(
            udp_service(records).as_deref(),
            Some("_sip._udp.a.example.com")
        );
        assert_eq!(udp_service(vec![record(1, 1, "SIPS+D2T", "x")]), None);
    }

    #[test]
    fn addresses_nobody_answers_at_and_repeats_are_left_out() {
        let a = |s: &str| s.parse::<SocketAddr>().unwrap();
        assert_eq!(
            usable([
                a("0.0.0.0:5060"),
                a("192.0.2.1:5060"),
                a("192.0.2.1:5060"),
                a("224.0.0.1:5060"),
                a("192.0.2.2:0")
            ]),
            [a("192.0.2.1:5060")]
        );
    }
}
