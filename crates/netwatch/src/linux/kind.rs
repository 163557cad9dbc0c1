//! What kind of link an interface is.

use std::path::Path;

use super::uapi::{ARPHRD_ETHER, ARPHRD_LOOPBACK, ARPHRD_RAWIP};
use crate::InterfaceKind;

/// From the hardware type and the kind of virtual link; for a device of its own from what its driver says in sysfs.
pub(super) fn kind_of(name: &str, hardware: u16, link_kind: Option<&str>) -> InterfaceKind {
    if hardware == ARPHRD_LOOPBACK {
        return InterfaceKind::Loopback;
    }
    match link_kind {
        // Only then sysfs: it may show the devices of another network namespace, which may share the name of a virtual link here.
        None => device_kind(name, hardware),
        Some(
            "tun" | "wireguard" | "ovpn" | "ipip" | "sit" | "gre" | "gretap" | "ip6gre"
            | "ip6gretap" | "ip6tnl" | "vti" | "vti6" | "xfrm",
        ) => InterfaceKind::Vpn,
        Some("wwan") => InterfaceKind::Mobile,
        Some("veth" | "vlan" | "bond" | "team" | "macvlan" | "ipvlan") => InterfaceKind::Ethernet,
        Some(_) => InterfaceKind::Other,
    }
}

fn device_kind(name: &str, hardware: u16) -> InterfaceKind {
    let device = Path::new("/sys/class/net").join(name);
    if device.join("wireless").exists() || device.join("phy80211").exists() {
        return InterfaceKind::Wifi;
    }
    let described = std::fs::read_to_string(device.join("uevent")).unwrap_or_default();
    match described
        .lines()
        .find_map(|line| line.strip_prefix("DEVTYPE="))
    {
        Some("wlan") => InterfaceKind::Wifi,
        Some("wwan") => InterfaceKind::Mobile,
        _ if hardware == ARPHRD_RAWIP => InterfaceKind::Mobile,
        _ if hardware == ARPHRD_ETHER => InterfaceKind::Ethernet,
        _ => InterfaceKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_links_are_told_by_their_link_kind() {
        assert_eq!(
            kind_of("lo", ARPHRD_LOOPBACK, None),
            InterfaceKind::Loopback
        );
        assert_eq!(
            kind_of("wg0", 0xfffe, Some("wireguard")),
            InterfaceKind::Vpn
        );
        assert_eq!(kind_of("tun0", 0xfffe, Some("tun")), InterfaceKind::Vpn);
        assert_eq!(
            kind_of("wlan0", ARPHRD_ETHER, Some("veth")),
            InterfaceKind::Ethernet
        );
        assert_eq!(
            kind_of("docker0", ARPHRD_ETHER, Some("bridge")),
            InterfaceKind::Other
        );
        assert_eq!(
            kind_of("no-such-device", ARPHRD_RAWIP, None),
            InterfaceKind::Mobile
        );
        assert_eq!(
            kind_of("no-such-device", ARPHRD_ETHER, None),
            InterfaceKind::Ethernet
        );
    }
}
