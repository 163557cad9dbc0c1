//! Routes: what makes a machine online, and which way packets go.

use crate::host::{
    address, alone, interface, ip, next_change, path, two_uplinks, until, until_path, watch_uplinks,
};

const COMPANY: &str = "203.0.113.5";

#[test]
fn a_link_that_is_up_without_a_route_is_not_online() {
    alone(
        "routes::a_link_that_is_up_without_a_route_is_not_online",
        || async {
            two_uplinks();
            let watch = watch_uplinks().await;
            assert!(!watch.networks().online());
            assert_eq!(path(&watch, COMPANY).await, None);
            assert_eq!(path(&watch, "10.1.0.77").await.unwrap().gateway, None);
        },
    );
}

#[test]
fn a_default_route_added_replaced_and_removed_is_seen() {
    alone(
        "routes::a_default_route_added_replaced_and_removed_is_seen",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            ip("route add default via 10.1.0.1 dev wlan0");
            until(&mut watch, "online", bellhop_netwatch::Networks::online).await;
            assert_eq!(
                interface(watch.networks(), "wlan0").gateways,
                [address("10.1.0.1")]
            );
            let before = path(&watch, COMPANY).await.unwrap();
            assert_eq!(
                (before.interface.as_str(), before.local, before.gateway),
                ("wlan0", address("10.1.0.2"), Some(address("10.1.0.1")))
            );

            // Only the gateway: same interface, same address.
            ip("route replace default via 10.1.0.254 dev wlan0");
            until(&mut watch, "the other gateway", |networks| {
                interface(networks, "wlan0").gateways == [address("10.1.0.254")]
            })
            .await;
            let after = path(&watch, COMPANY).await.unwrap();
            assert_eq!(
                (after.local, after.gateway),
                (before.local, Some(address("10.1.0.254")))
            );

            ip("route del default");
            until(&mut watch, "offline", |networks| !networks.online()).await;
            assert_eq!(path(&watch, COMPANY).await, None);
        },
    );
}

#[test]
fn the_lowest_metric_wins() {
    alone("routes::the_lowest_metric_wins", || async {
        two_uplinks();
        ip("route add default via 10.1.0.1 dev wlan0 metric 600
            route add default via 10.2.0.1 dev eth0 metric 100");
        let mut watch = watch_uplinks().await;
        assert_eq!(path(&watch, COMPANY).await.unwrap().interface, "eth0");
        ip("route add default via 10.1.0.1 dev wlan0 metric 50");
        until_path(&mut watch, COMPANY, "by wlan0", |path| {
            path.is_some_and(|path| path.interface == "wlan0")
        })
        .await;
        ip("route del default via 10.1.0.1 dev wlan0 metric 50");
        until_path(&mut watch, COMPANY, "by eth0", |path| {
            path.is_some_and(|path| path.interface == "eth0")
        })
        .await;
    });
}

#[test]
fn a_route_to_the_company_alone_is_told_and_followed() {
    alone(
        "routes::a_route_to_the_company_alone_is_told_and_followed",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            ip("route add 203.0.113.0/24 via 10.2.0.1 dev eth0");
            until_path(&mut watch, COMPANY, "by eth0", |path| {
                path.is_some_and(|path| path.local == address("10.2.0.2"))
            })
            .await;
            ip("route add unreachable 203.0.113.5/32");
            until_path(&mut watch, COMPANY, "unreachable", |path| path.is_none()).await;
            ip("route replace blackhole 203.0.113.5/32");
            next_change(&mut watch).await;
            assert_eq!(path(&watch, COMPANY).await, None);
        },
    );
}

#[test]
fn several_gateways_of_one_default_route_are_all_told() {
    alone(
        "routes::several_gateways_of_one_default_route_are_all_told",
        || async {
            two_uplinks();
            ip("route add default nexthop via 10.1.0.1 dev wlan0 nexthop via 10.2.0.1 dev eth0");
            let watch = watch_uplinks().await;
            assert_eq!(
                interface(watch.networks(), "wlan0").gateways,
                [address("10.1.0.1")]
            );
            assert_eq!(
                interface(watch.networks(), "eth0").gateways,
                [address("10.2.0.1")]
            );
            assert!(path(&watch, COMPANY).await.is_some());
        },
    );
}

#[test]
fn a_routing_rule_is_told_and_followed() {
    alone("routes::a_routing_rule_is_told_and_followed", || async {
        two_uplinks();
        ip("route add default via 10.1.0.1 dev wlan0
            route add default via 10.2.0.1 dev eth0 table 77");
        let mut watch = watch_uplinks().await;
        assert_eq!(path(&watch, COMPANY).await.unwrap().interface, "wlan0");
        ip("rule add to 203.0.113.0/24 lookup 77");
        until_path(&mut watch, COMPANY, "by the rule's table", |path| {
            path.is_some_and(|path| {
                path.interface == "eth0" && path.gateway == Some(address("10.2.0.1"))
            })
        })
        .await;
    });
}
