//! Interfaces that change their name: a person's `ip link set name`, or udev's at boot and when a dock is plugged in.

use std::net::UdpSocket;

use bellhop_netwatch::{Networks, Watch};
use nix::sys::socket::{getsockopt, setsockopt, sockopt};

use crate::host::{
    addresses, alone, interface, ip, ip_accepts, path, two_uplinks, until, watch_uplinks,
};

const COMPANY: &str = "203.0.113.5";

#[test]
fn an_interface_renamed_while_it_is_up_is_told_and_a_socket_bound_to_it_goes_on() {
    alone(
        "renames::an_interface_renamed_while_it_is_up_is_told_and_a_socket_bound_to_it_goes_on",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            let before = path(&watch, COMPANY).await.unwrap();
            let socket = UdpSocket::bind("10.1.0.2:0").unwrap();
            setsockopt(&socket, sockopt::BindToDevice, &"wlan0".into()).unwrap();

            if !ip_accepts("link set dev wlan0 name wlp2s0") {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "this kernel renames nothing that is up"
                );
                eprintln!(
                    "NOT TESTED: this kernel renames no interface that is up (Linux 6.2 and later do)"
                );
                return;
            }
            until(&mut watch, "the new name", has("wlp2s0")).await;
            assert!(!has("wlan0")(watch.networks()));
            assert_eq!(addresses(watch.networks(), "wlp2s0"), ["10.1.0.2/24"]);
            assert!(watch.networks().online());

            let after = path(&watch, COMPANY).await.unwrap();
            assert_eq!(
                (after.interface.as_str(), after.index, after.local),
                ("wlp2s0", before.index, before.local)
            );
            // Nothing was lost: the kernel binds to the device, whatever its name.
            assert_eq!(after.carrier_changes, before.carrier_changes);
            assert_eq!(bound_to(&socket), "wlp2s0");
            socket.send_to(b"out", (COMPANY, 5060)).unwrap();
        },
    );
}

#[test]
fn an_interface_set_down_renamed_and_set_up_is_told_and_is_another_path() {
    alone(
        "renames::an_interface_set_down_renamed_and_set_up_is_told_and_is_another_path",
        || async {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            let mut watch = watch_uplinks().await;
            let before = path(&watch, COMPANY).await.unwrap();
            let socket = UdpSocket::bind("10.1.0.2:0").unwrap();
            setsockopt(&socket, sockopt::BindToDevice, &"wlan0".into()).unwrap();

            ip("link set dev wlan0 down
            link set dev wlan0 name wlp2s0");
            until(&mut watch, "the new name, and offline", |networks| {
                has("wlp2s0")(networks) && !networks.online()
            })
            .await;
            assert_eq!(path(&watch, COMPANY).await, None);
            ip("link set dev wlp2s0 up
            route add default via 10.1.0.1 dev wlp2s0");
            until(&mut watch, "online", Networks::online).await;

            let after = path(&watch, COMPANY).await.unwrap();
            assert_eq!(
                (after.interface.as_str(), after.index, after.local),
                ("wlp2s0", before.index, before.local)
            );
            // The link was lost meanwhile, so behind it may be another network.
            assert_ne!(after.carrier_changes, before.carrier_changes);
            assert_eq!(bound_to(&socket), "wlp2s0");
            socket.send_to(b"out", (COMPANY, 5060)).unwrap();
        },
    );
}

/// With an IPv4 address the kernel tells of that, too, since its label is the interface's name; without one it tells of the link alone.
#[test]
fn an_interface_without_an_address_that_is_renamed_is_told() {
    alone(
        "renames::an_interface_without_an_address_that_is_renamed_is_told",
        || async {
            two_uplinks();
            ip("link add wwan0 type veth peer name mast");
            // Its addresses are tentative for a second, and then ring.
            std::fs::write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1").unwrap();
            let mut watch = watch_uplinks().await;
            ip("link set dev wwan0 name wwp0s20");
            until(&mut watch, "the new name", has("wwp0s20")).await;
        },
    );
}

#[test]
fn two_interfaces_that_swap_their_names_are_told_apart_by_index() {
    alone(
        "renames::two_interfaces_that_swap_their_names_are_told_apart_by_index",
        || async {
            two_uplinks();
            let mut watch = watch_uplinks().await;
            let index = interface(watch.networks(), "wlan0").index;
            ip("link set dev wlan0 down
            link set dev eth0 down
            link set dev wlan0 name other
            link set dev eth0 name wlan0
            link set dev other name eth0
            link set dev wlan0 up
            link set dev eth0 up
            route add default via 10.1.0.1 dev eth0");
            until(&mut watch, "the names swapped, and online", |networks| {
                interface(networks, "eth0").index == index && networks.online()
            })
            .await;
            assert_eq!(addresses(watch.networks(), "eth0"), ["10.1.0.2/24"]);
            assert_eq!(addresses(watch.networks(), "wlan0"), ["10.2.0.2/24"]);
            let path = path(&watch, COMPANY).await.unwrap();
            assert_eq!((path.interface.as_str(), path.index), ("eth0", index));
            let truth = Watch::new().await.unwrap();
            until(&mut watch, "the true state", |networks| {
                networks == truth.networks()
            })
            .await;
        },
    );
}

fn has(name: &str) -> impl Fn(&Networks) -> bool {
    move |networks| networks.interfaces.iter().any(|it| it.name == name)
}

/// The device that the kernel has a socket bound to, by the name that it has now.
fn bound_to(socket: &UdpSocket) -> String {
    let name = getsockopt(socket, sockopt::BindToDevice).unwrap();
    name.to_string_lossy().trim_end_matches('\0').to_owned()
}
