//! Addresses: which there are, on which interface, and which do not count.

use crate::host::{
    address, addresses, alone, interface, ip, path, two_uplinks, until, until_path, watch_uplinks,
};

#[test]
fn an_address_that_comes_and_goes_is_seen() {
    alone(
        "addresses::an_address_that_comes_and_goes_is_seen",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            ip("addr add 10.1.0.3/24 dev wlan0");
            until(&mut watch, "the second address", |networks| {
                addresses(networks, "wlan0") == ["10.1.0.2/24", "10.1.0.3/24"]
            })
            .await;
            ip("addr del 10.1.0.3/24 dev wlan0");
            until(&mut watch, "the second address gone", |networks| {
                addresses(networks, "wlan0") == ["10.1.0.2/24"]
            })
            .await;
        },
    );
}

#[test]
fn the_same_address_on_a_second_interface_is_seen_and_its_removal_there_leaves_the_first() {
    alone(
        "addresses::the_same_address_on_a_second_interface_is_seen_and_its_removal_there_leaves_the_first",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            ip("addr add 10.1.0.2/24 dev eth0");
            until(&mut watch, "the address on eth0", |networks| {
                addresses(networks, "eth0") == ["10.1.0.2/24", "10.2.0.2/24"]
            })
            .await;
            ip("addr del 10.1.0.2/24 dev eth0");
            until(&mut watch, "the address gone from eth0", |networks| {
                addresses(networks, "eth0") == ["10.2.0.2/24"]
            })
            .await;
            assert_eq!(addresses(watch.networks(), "wlan0"), ["10.1.0.2/24"]);
            assert!(watch.networks().online());
        },
    );
}

#[test]
fn the_laptop_that_moves_its_address_to_another_interface_has_another_path() {
    alone(
        "addresses::the_laptop_that_moves_its_address_to_another_interface_has_another_path",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            assert_eq!(
                path(&watch, "203.0.113.5").await.unwrap().interface,
                "wlan0"
            );
            ip("addr flush dev wlan0
            addr add 10.1.0.2/24 dev eth0
            route add default via 10.1.0.1 dev eth0");
            until_path(
                &mut watch,
                "203.0.113.5",
                "the same address by eth0",
                |path| {
                    path.is_some_and(|path| {
                        path.interface == "eth0" && path.local == address("10.1.0.2")
                    })
                },
            )
            .await;
        },
    );
}

#[test]
fn a_point_to_point_link_has_its_own_address_not_the_peers() {
    alone(
        "addresses::a_point_to_point_link_has_its_own_address_not_the_peers",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            ip("addr add 192.168.9.1 peer 192.168.9.2/32 dev eth0");
            until(&mut watch, "the local address", |networks| {
                addresses(networks, "eth0").contains(&"192.168.9.1/32".to_owned())
            })
            .await;
            assert!(
                !addresses(watch.networks(), "eth0")
                    .iter()
                    .any(|net| net.starts_with("192.168.9.2/"))
            );
            let path = path(&watch, "192.168.9.2").await.unwrap();
            assert_eq!(
                (path.interface.as_str(), path.local, path.gateway),
                ("eth0", address("192.168.9.1"), None)
            );
        },
    );
}

#[test]
fn an_ipv6_point_to_point_link_that_takes_the_default_route_has_its_own_address_too() {
    alone(
        "addresses::an_ipv6_point_to_point_link_that_takes_the_default_route_has_its_own_address_too",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            ip(
                "addr add 2001:db8:9::1 peer 2001:db8:9::2/128 dev eth0 nodad
            route add default dev eth0",
            );
            until(&mut watch, "the local address", |networks| {
                addresses(networks, "eth0").contains(&"2001:db8:9::1/128".to_owned())
            })
            .await;
            assert!(
                !addresses(watch.networks(), "eth0")
                    .iter()
                    .any(|net| net.starts_with("2001:db8:9::2/"))
            );
            until(&mut watch, "online", bellhop_netwatch::Networks::online).await;
            assert!(interface(watch.networks(), "eth0").gateways.is_empty());
            let peer = path(&watch, "2001:db8:9::2").await.unwrap();
            assert_eq!(
                (peer.interface.as_str(), peer.local, peer.gateway),
                ("eth0", address("2001:db8:9::1"), None)
            );
            // The IPv4 default route without a gateway.
            let far = path(&watch, "203.0.113.5").await.unwrap();
            assert_eq!((far.interface.as_str(), far.gateway), ("eth0", None));
        },
    );
}

#[test]
fn tentative_deprecated_and_link_local_addresses_do_not_count() {
    alone(
        "addresses::tentative_deprecated_and_link_local_addresses_do_not_count",
        || async {
            two_uplinks();
            ip("route add default via fe80::1 dev wlan0");
            let mut watch = watch_uplinks().await;
            // Duplicate address detection takes about a second: until then nothing can be bound to the address.
            ip("addr add 2001:db8:1::2/64 dev wlan0
            addr add 169.254.7.7/16 dev wlan0");
            until(
                &mut watch,
                "the IPv6 address, once it is usable",
                |networks| {
                    let seen =
                        addresses(networks, "wlan0").contains(&"2001:db8:1::2/64".to_owned());
                    assert!(
                        !seen || std::net::UdpSocket::bind("[2001:db8:1::2]:0").is_ok(),
                        "told while nothing can be bound to it"
                    );
                    seen
                },
            )
            .await;
            assert_eq!(
                addresses(watch.networks(), "wlan0"),
                ["10.1.0.2/24", "2001:db8:1::2/64"]
            );
            assert!(interface(watch.networks(), "wlan0").default_route);
            let by_v6 = path(&watch, "2001:db8:ffff::1").await.unwrap();
            assert_eq!(
                (by_v6.local, by_v6.gateway),
                (address("2001:db8:1::2"), Some(address("fe80::1")))
            );

            ip("addr change 2001:db8:1::2/64 dev wlan0 preferred_lft 0");
            until(&mut watch, "the deprecated address gone", |networks| {
                addresses(networks, "wlan0") == ["10.1.0.2/24"]
            })
            .await;
            assert_eq!(path(&watch, "2001:db8:ffff::1").await, None);
        },
    );
}
