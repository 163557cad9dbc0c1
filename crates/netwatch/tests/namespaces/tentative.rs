//! IPv6 addresses that are not usable yet: duplicate address detection takes about a second (RFC 4862 §5.4).

use std::net::{Ipv6Addr, UdpSocket};
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bellhop_netwatch::Networks;

use crate::host::{
    address, addresses, alone, ip, next_change, path, two_uplinks, until, watch_uplinks,
};

const LAPTOP: &str = "2001:db8:1::2";
const COMPANY_V6: &str = "2001:db8:ffff::1";
const COMPANY_V4: &str = "203.0.113.5";
const LONGEST: Duration = Duration::from_secs(20);
/// What anything that waits or polls would exceed; the machine may be busy.
const CHANGE_OF_KIND: Duration = Duration::from_millis(250);

#[test]
fn a_tentative_address_is_told_the_moment_it_is_usable_and_not_before() {
    alone(
        "tentative::a_tentative_address_is_told_the_moment_it_is_usable_and_not_before",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            let added = Instant::now();
            ip("addr add 2001:db8:1::2/64 dev wlan0
            route add default via 2001:db8:1::1 dev wlan0");
            let usable = when_usable();
            while !has_v6(watch.networks()) {
                assert_eq!(
                    path(&watch, COMPANY_V6).await.filter(|_| !can_be_bound()),
                    None,
                    "a path from an address that nothing can be bound to"
                );
                assert!(!watch.networks().online());
                next_change(&mut watch).await;
            }
            let told = Instant::now();
            assert!(can_be_bound(), "told while nothing can be bound to it");
            assert!(watch.networks().online());
            let by_v6 = path(&watch, COMPANY_V6).await.unwrap();
            assert_eq!(
                (by_v6.local, by_v6.gateway),
                (address(LAPTOP), Some(address("2001:db8:1::1")))
            );
            let usable = usable.join().unwrap();
            let late = told.saturating_duration_since(usable);
            println!(
                "measured: a tentative address usable after {:?}, told {late:?} later",
                usable.duration_since(added)
            );
            assert!(late < CHANGE_OF_KIND);
        },
    );
}

#[test]
fn an_ipv4_address_that_comes_with_a_tentative_one_is_told_without_it() {
    alone(
        "tentative::an_ipv4_address_that_comes_with_a_tentative_one_is_told_without_it",
        || async {
            two_uplinks();
            ip("addr flush dev wlan0");
            let mut watch = watch_uplinks().await;
            let added = Instant::now();
            ip("addr add 2001:db8:1::2/64 dev wlan0
            route add default via 2001:db8:1::1 dev wlan0
            addr add 10.1.0.2/24 dev wlan0
            route add default via 10.1.0.1 dev wlan0");
            until(&mut watch, "online", Networks::online).await;
            let told = added.elapsed();
            assert_eq!(addresses(watch.networks(), "wlan0"), ["10.1.0.2/24"]);
            assert_eq!(
                path(&watch, COMPANY_V4).await.unwrap().local,
                address("10.1.0.2")
            );
            until(&mut watch, "the IPv6 address", has_v6).await;
            assert!(path(&watch, COMPANY_V6).await.is_some());
            println!(
                "measured: IPv4 beside a tentative address told after {told:?}, IPv6 after {:?}",
                added.elapsed()
            );
        },
    );
}

#[test]
fn an_address_that_somebody_else_has_is_never_told() {
    alone(
        "tentative::an_address_that_somebody_else_has_is_never_told",
        || async {
            two_uplinks();
            std::fs::write("/proc/sys/net/ipv6/conf/air/disable_ipv6", "0").unwrap();
            ip("addr add 2001:db8:1::2/64 dev air nodad");
            let mut watch = watch_uplinks().await;
            ip("addr add 2001:db8:1::2/64 dev wlan0");
            let begun = Instant::now();
            while !is_refused() {
                assert!(begun.elapsed() < LONGEST, "nobody defends the address");
                tokio::select! {
                    change = watch.changed() => change.unwrap(),
                    () = tokio::time::sleep(Duration::from_millis(10)) => {}
                }
                assert_eq!(addresses(watch.networks(), "wlan0"), ["10.1.0.2/24"]);
            }
            ip("addr add 10.1.0.3/24 dev wlan0");
            until(&mut watch, "the next change", |networks| {
                addresses(networks, "wlan0") == ["10.1.0.2/24", "10.1.0.3/24"]
            })
            .await;
        },
    );
}

fn has_v6(networks: &Networks) -> bool {
    addresses(networks, "wlan0").contains(&format!("{LAPTOP}/64"))
}

fn can_be_bound() -> bool {
    let address: Ipv6Addr = LAPTOP.parse().unwrap();
    UdpSocket::bind((address, 0)).is_ok()
}

/// Another's eye on the same: the moment from which a socket can be bound.
fn when_usable() -> JoinHandle<Instant> {
    thread::spawn(|| {
        let begun = Instant::now();
        while !can_be_bound() {
            assert!(begun.elapsed() < LONGEST, "never usable");
            thread::sleep(Duration::from_micros(200));
        }
        Instant::now()
    })
}

/// Whether the kernel has found the address to be a duplicate.
fn is_refused() -> bool {
    let output = Command::new("ip")
        .args(["-6", "addr", "show", "dev", "wlan0", "dadfailed"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).contains(LAPTOP)
}
