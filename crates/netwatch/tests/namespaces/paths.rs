//! Paths that stay inside the machine, and hosts that nothing leads to.

use bellhop_netwatch::InterfaceKind;

use crate::host::{address, alone, interface, path, two_uplinks, watch_uplinks};

#[test]
fn loopback_hosts_are_reached_over_lo() {
    alone("paths::loopback_hosts_are_reached_over_lo", || async {
        two_uplinks();
        let watch = watch_uplinks().await;
        for host in ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"] {
            let path = path(&watch, host).await.unwrap();
            assert_eq!(
                (path.interface.as_str(), path.index, path.gateway),
                ("lo", 1, None),
                "{host}"
            );
            assert!(path.local.is_loopback(), "{host}");
        }
        assert_eq!(
            interface(watch.networks(), "lo").kind,
            InterfaceKind::Loopback
        );
        assert_eq!(
            interface(watch.networks(), "wlan0").kind,
            InterfaceKind::Ethernet
        );
        assert!(!watch.networks().online());
    });
}

#[test]
fn an_address_of_the_machine_is_reached_over_lo_from_itself() {
    alone(
        "paths::an_address_of_the_machine_is_reached_over_lo_from_itself",
        || async {
            two_uplinks();
            let watch = watch_uplinks().await;
            let path = path(&watch, "10.1.0.2").await.unwrap();
            assert_eq!(
                (path.interface.as_str(), path.local),
                ("lo", address("10.1.0.2"))
            );
        },
    );
}

#[test]
fn hosts_that_are_none_are_unreachable() {
    alone("paths::hosts_that_are_none_are_unreachable", || async {
        two_uplinks();
        crate::host::ip("route add default via 10.1.0.1 dev wlan0");
        let watch = watch_uplinks().await;
        for host in [
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "255.255.255.255",
            "10.1.0.255",
            "ff02::1",
            "2001:db8::1",
        ] {
            assert_eq!(path(&watch, host).await, None, "{host}");
        }
    });
}
