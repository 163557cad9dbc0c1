//! How long it takes from the kernel's event to the answer. Printed; only a change of kind fails.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use bellhop_netwatch::Watch;
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

use crate::host::{alone, ip, next_change, path, two_uplinks, watch_uplinks};

const ROUNDS: usize = 40;
/// What a settle timer anywhere would exceed; the machine may be busy.
const CHANGE_OF_KIND: Duration = Duration::from_millis(50);
const RTNLGRP_IPV4_IFADDR: u32 = 5;
const RTNLGRP_IPV4_ROUTE: u32 = 7;

#[test]
fn a_change_is_told_within_milliseconds() {
    alone("latency::a_change_is_told_within_milliseconds", || async {
        two_uplinks();
        ip("route add default via 10.1.0.1 dev wlan0");
        let mut watch = watch_uplinks().await;
        let routes = events(RTNLGRP_IPV4_ROUTE);
        let gateways = [
            "route replace default via 10.1.0.254 dev wlan0",
            "route replace default via 10.1.0.1 dev wlan0",
        ];
        measure("default route replaced", &mut watch, &routes, gateways).await;
        let addresses = events(RTNLGRP_IPV4_IFADDR);
        measure(
            "address added or removed",
            &mut watch,
            &addresses,
            [
                "addr add 10.9.0.9/32 dev eth0",
                "addr del 10.9.0.9/32 dev eth0",
            ],
        )
        .await;
    });
}

async fn measure(
    what: &str,
    watch: &mut Watch,
    events: &Receiver<Instant>,
    changes: [&'static str; 2],
) {
    let (mut told, mut answered) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let change = changes[round % 2];
        let changer = std::thread::spawn(move || ip(change));
        next_change(watch).await;
        let resolved = Instant::now();
        path(watch, "203.0.113.5").await;
        let found = Instant::now();
        changer.join().unwrap();
        let event = events.recv_timeout(Duration::from_secs(5)).unwrap();
        told.push(resolved.saturating_duration_since(event));
        answered.push(found.saturating_duration_since(event));
    }
    told.sort_unstable();
    answered.sort_unstable();
    let [told, answered] =
        [told, answered].map(|list| [list[0], list[ROUNDS / 2], list[ROUNDS * 95 / 100]]);
    println!(
        "measured: {what}: event to changed() min/median/p95 {told:?}, to path_to() {answered:?}"
    );
    assert!(told[1] < CHANGE_OF_KIND);
}

/// The instants at which another listener hears the kernel's events of one group.
fn events(group: u32) -> Receiver<Instant> {
    let mut socket = Socket::new(NETLINK_ROUTE).unwrap();
    socket.bind(&SocketAddr::new(0, 0)).unwrap();
    socket.add_membership(group).unwrap();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut scrap = Vec::with_capacity(4096);
        while socket.recv(&mut scrap, 0).is_ok() {
            if sender.send(Instant::now()).is_err() {
                return;
            }
            scrap.clear();
        }
    });
    receiver
}
