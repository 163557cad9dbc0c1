//! The network between laptop and registrar: access networks with NATs, delay, loss, duplicates and reordering.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// The registrar's address.
pub(crate) const REGISTRAR: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10)), 5060);

/// What the network does to datagrams.
#[derive(Clone, Debug)]
pub struct Faults {
    /// One way, at least.
    pub delay: Duration,
    /// Added at random: datagrams overtake each other.
    pub jitter: Duration,
    /// The chance that a datagram is lost, 0 to 1.
    pub loss: f64,
    /// The chance that a datagram arrives twice, 0 to 1.
    pub duplicates: f64,
}

/// A datagram that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) to: SocketAddr,
    pub(crate) from: SocketAddr,
    pub(crate) payload: Bytes,
}

/// Datagrams on their way, and the NATs' tables.
pub(crate) struct Wire {
    pub(crate) faults: Faults,
    /// The laptop's addresses that are up now.
    pub(crate) up: Vec<IpAddr>,
    /// Inside address to outside address. A mapping lives on when its network is left.
    mappings: BTreeMap<SocketAddr, SocketAddr>,
    /// Inside addresses that a firewall lets nothing pass from any more.
    blocked: BTreeSet<SocketAddr>,
    next_port: u16,
    in_flight: BinaryHeap<Reverse<(Instant, u64)>>,
    cargo: BTreeMap<u64, Arrival>,
    count: u64,
}

impl Wire {
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            faults,
            up: Vec::new(),
            mappings: BTreeMap::new(),
            blocked: BTreeSet::new(),
            next_port: 20_000,
            in_flight: BinaryHeap::new(),
            cargo: BTreeMap::new(),
            count: 0,
        }
    }

    /// The laptop sends. What leaves over an address that is down is lost, as is what its NAT never sees.
    pub(crate) fn send_from_laptop(
        &mut self,
        now: Instant,
        local: SocketAddr,
        to: SocketAddr,
        payload: Bytes,
        rng: &mut ChaCha8Rng,
    ) {
        if self.up.contains(&local.ip()) && !self.blocked.contains(&local) {
            let from = self.outside(local);
            self.carry(now, Arrival { to, from, payload }, rng);
        }
    }

    /// The NATs forget their mappings: what leaves next gets another address outside.
    pub(crate) fn forget_mappings(&mut self) {
        self.mappings.clear();
    }

    /// A firewall on the way turns against all addresses in use.
    pub(crate) fn block(&mut self) {
        self.blocked.extend(self.mappings.keys());
    }

    /// Whether a firewall lets nothing pass from this address.
    pub(crate) fn is_blocked(&self, local: SocketAddr) -> bool {
        self.blocked.contains(&local)
    }

    /// The registrar sends, to an address that it saw.
    pub(crate) fn send_from_registrar(
        &mut self,
        now: Instant,
        to: SocketAddr,
        payload: Bytes,
        rng: &mut ChaCha8Rng,
    ) {
        let from = REGISTRAR;
        self.carry(now, Arrival { to, from, payload }, rng);
    }

    /// When the next datagram arrives.
    pub(crate) fn next_arrival(&self) -> Option<Instant> {
        self.in_flight.peek().map(|Reverse((at, _))| *at)
    }

    /// The datagram that has arrived by now. One for the laptop has passed the NAT; it is `None` if nobody has that address any more.
    pub(crate) fn arrive(&mut self, now: Instant) -> Option<Arrival> {
        while self.next_arrival().is_some_and(|at| at <= now) {
            let Reverse((_, id)) = self.in_flight.pop()?;
            let Some(mut arrival) = self.cargo.remove(&id) else {
                continue;
            };
            if arrival.to == REGISTRAR {
                return Some(arrival);
            }
            let inside = self
                .mappings
                .iter()
                .find(|(_, outside)| **outside == arrival.to)
                .map(|(inside, _)| *inside);
            if let Some(inside) = inside.filter(|inside| self.up.contains(&inside.ip())) {
                arrival.to = inside;
                return Some(arrival);
            }
        }
        None
    }

    /// The address that this one has outside, made if there is none.
    pub(crate) fn outside(&mut self, inside: SocketAddr) -> SocketAddr {
        let port = &mut self.next_port;
        *self.mappings.entry(inside).or_insert_with(|| {
            *port += 1;
            SocketAddr::new(public_of(inside.ip()), *port)
        })
    }

    fn carry(&mut self, now: Instant, arrival: Arrival, rng: &mut ChaCha8Rng) {
        let copies = if rng.random_bool(self.faults.duplicates) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            if rng.random_bool(self.faults.loss) {
                continue;
            }
            let at = now + self.faults.delay + self.faults.jitter.mul_f64(rng.random());
            self.count += 1;
            self.in_flight.push(Reverse((at, self.count)));
            self.cargo.insert(self.count, arrival.clone());
        }
    }
}

/// Each access network (10.N.0.0/16) has a NAT with one public address.
fn public_of(inside: IpAddr) -> IpAddr {
    match inside {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::new(198, 51, 100, v4.octets()[1])),
        IpAddr::V6(v6) => IpAddr::V6(v6),
    }
}
