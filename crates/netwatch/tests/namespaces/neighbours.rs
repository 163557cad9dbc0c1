//! Who is at the other end: gateways that answer, are known of old, or were never heard of.

use bellhop_netwatch::{Neighbour, gateway_mac};

use crate::host::{address, alone, interface, ip, two_uplinks, watch_uplinks};

const MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0xa];

#[test]
fn a_gateway_is_told_apart_by_its_link_and_whether_it_is_confirmed() {
    alone(
        "neighbours::a_gateway_is_told_apart_by_its_link_and_whether_it_is_confirmed",
        || async {
            two_uplinks();
            let watch = watch_uplinks().await;
            let wlan0 = interface(watch.networks(), "wlan0").index;
            let eth0 = interface(watch.networks(), "eth0").index;
            let gateway = address("10.1.0.1");
            assert_eq!(gateway_mac(wlan0, gateway).unwrap(), None);
            for (state, confirmed) in [("reachable", true), ("permanent", false), ("stale", false)]
            {
                ip(&format!(
                    "neigh replace 10.1.0.1 lladdr 02:00:00:00:00:0a dev wlan0 nud {state}"
                ));
                let known = Some(Neighbour {
                    mac: MAC,
                    confirmed,
                });
                assert_eq!(gateway_mac(wlan0, gateway).unwrap(), known, "{state}");
            }
            assert_eq!(gateway_mac(eth0, gateway).unwrap(), None);
            assert_eq!(gateway_mac(wlan0, address("10.1.0.2")).unwrap(), None);
            assert_eq!(gateway_mac(9999, gateway).unwrap(), None);
            ip("neigh replace 10.1.0.1 dev wlan0 nud failed");
            assert_eq!(gateway_mac(wlan0, gateway).unwrap(), None);
        },
    );
}

#[test]
fn a_gateway_of_ipv6_is_known_as_well() {
    alone("neighbours::a_gateway_of_ipv6_is_known_as_well", || async {
        two_uplinks();
        let watch = watch_uplinks().await;
        let wlan0 = interface(watch.networks(), "wlan0").index;
        ip("neigh replace fe80::1 lladdr 02:00:00:00:00:0a dev wlan0 nud permanent");
        let known = gateway_mac(wlan0, address("fe80::1")).unwrap();
        assert_eq!(known.map(|it| it.mac), Some(MAC));
    });
}
