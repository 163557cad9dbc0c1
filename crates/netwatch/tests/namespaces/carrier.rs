//! Links that are lost while their addresses and routes stay.

use bellhop_netwatch::Networks;

use crate::host::{
    addresses, alone, interface, ip, next_change, path, two_uplinks, until, until_path,
    watch_uplinks,
};

const COMPANY: &str = "203.0.113.5";

#[test]
fn a_lost_carrier_moves_the_path_to_the_next_interface_and_then_to_none() {
    alone(
        "carrier::a_lost_carrier_moves_the_path_to_the_next_interface_and_then_to_none",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0 metric 100
            route add default via 10.2.0.1 dev eth0 metric 600");
            let mut watch = watch_uplinks().await;
            assert_eq!(path(&watch, COMPANY).await.unwrap().interface, "wlan0");

            ip("link set dev air down");
            until(&mut watch, "wlan0 without carrier", |networks| {
                !interface(networks, "wlan0").carrier
            })
            .await;
            assert_eq!(addresses(watch.networks(), "wlan0"), ["10.1.0.2/24"]);
            assert!(interface(watch.networks(), "wlan0").default_route);
            assert!(watch.networks().online());
            let other = path(&watch, COMPANY).await.unwrap();
            assert_eq!(
                (other.interface.as_str(), other.local.to_string()),
                ("eth0", "10.2.0.2".to_owned())
            );

            ip("link set dev cable down");
            until(&mut watch, "offline", |networks| !networks.online()).await;
            assert_eq!(path(&watch, COMPANY).await, None);

            ip("link set dev air up");
            until_path(&mut watch, COMPANY, "by wlan0 again", |path| {
                path.is_some_and(|path| path.interface == "wlan0")
            })
            .await;
        },
    );
}

#[test]
fn of_several_other_interfaces_the_one_with_the_best_metric_takes_over() {
    alone(
        "carrier::of_several_other_interfaces_the_one_with_the_best_metric_takes_over",
        || async {
            two_uplinks();
            ip("link add wwan0 type veth peer name mast
            link set dev mast up
            link set dev wwan0 up
            addr add 10.3.0.2/24 dev wwan0
            route add default via 10.1.0.1 dev wlan0 metric 100
            route add default via 10.2.0.1 dev eth0 metric 700
            route add default via 10.3.0.1 dev wwan0 metric 600");
            let mut watch = watch_uplinks().await;
            until(&mut watch, "wwan0 with carrier", |networks| {
                interface(networks, "wwan0").carrier
            })
            .await;
            ip("link set dev air down");
            until_path(&mut watch, COMPANY, "by wwan0", |path| {
                path.is_some_and(|path| path.interface == "wwan0")
            })
            .await;
        },
    );
}

#[test]
fn an_interface_without_a_route_to_the_host_takes_nothing_over() {
    alone(
        "carrier::an_interface_without_a_route_to_the_host_takes_nothing_over",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            ip("link set dev air down");
            until(&mut watch, "offline", |networks| !networks.online()).await;
            assert_eq!(path(&watch, COMPANY).await, None);
            assert!(path(&watch, "10.2.0.77").await.is_some());
        },
    );
}

#[test]
fn an_interface_set_down_and_up_again_is_told() {
    alone(
        "carrier::an_interface_set_down_and_up_again_is_told",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            ip("link set dev wlan0 down");
            until(&mut watch, "offline", |networks| !networks.online()).await;
            ip("link set dev wlan0 up
            route add default via 10.1.0.1 dev wlan0");
            until(&mut watch, "online", Networks::online).await;
        },
    );
}

/// Another Wi-Fi with the same subnet and the same gateway address.
#[test]
fn a_link_lost_and_found_is_told_both_times_and_is_another_path() {
    alone(
        "carrier::a_link_lost_and_found_is_told_both_times_and_is_another_path",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            let before = path(&watch, COMPANY).await.unwrap();
            ip("link set dev air down");
            until(&mut watch, "the loss", |networks| !networks.online()).await;
            ip("link set dev air up");
            until(&mut watch, "the return", Networks::online).await;
            let after = path(&watch, COMPANY).await.unwrap();
            assert_eq!(
                (&before.interface, before.local, before.gateway),
                (&after.interface, after.local, after.gateway)
            );
            assert_ne!(before, after);
        },
    );
}

#[test]
fn a_link_lost_and_found_while_nobody_looked_is_told_once_and_is_another_path() {
    alone(
        "carrier::a_link_lost_and_found_while_nobody_looked_is_told_once_and_is_another_path",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            let before = path(&watch, COMPANY).await.unwrap();
            ip("link set dev air down
            link set dev air up");
            next_change(&mut watch).await;
            until(&mut watch, "online", Networks::online).await;
            assert_ne!(before, path(&watch, COMPANY).await.unwrap());
        },
    );
}
