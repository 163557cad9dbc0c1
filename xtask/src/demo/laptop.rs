//! A laptop with Wi-Fi and a hotspot, and a company that is reached over both: each a network namespace, joined by links that really go up and down.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::stage::{Move, Stage};
use crate::Fallible;
use crate::namespaces::{self, Machine};
use crate::process::Running;

const REGISTRAR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10)), 5060);
const ON_WIFI: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 23));
const ON_HOTSPOT: IpAddr = IpAddr::V4(Ipv4Addr::new(172, 20, 10, 3));

/// Metrics as NetworkManager gives them: the Wi-Fi is preferred while both are up.
const WIFI_ROUTE: &str = "route add default via 192.168.1.1 dev wlan0 metric 600";
const HOTSPOT_ROUTE: &str = "route add default via 172.20.10.1 dev hot0 metric 700";

pub(crate) struct Laptop {
    company: Machine,
}

impl Laptop {
    /// Called inside fresh namespaces, which become the laptop.
    pub(crate) fn new() -> Fallible<Laptop> {
        let company = Machine::new()?;
        let pid = company.pid();
        namespaces::ip(&format!(
            "link set dev lo up\n\
             link add wlan0 type veth peer name wifi netns {pid}\n\
             link add hot0 type veth peer name hotspot netns {pid}\n\
             address add 192.168.1.23/24 dev wlan0\n\
             address add 172.20.10.3/28 dev hot0\n"
        ))?;
        company.ip("link set dev lo up\n\
             address add 203.0.113.10/32 dev lo\n\
             address add 192.168.1.1/24 dev wifi\n\
             address add 172.20.10.1/28 dev hotspot\n\
             link set dev wifi up\n\
             link set dev hotspot up\n")?;
        Ok(Laptop { company })
    }
}

impl Stage for Laptop {
    fn company(&self, bellhop: &Path) -> Command {
        self.company.command(bellhop)
    }

    fn registrar(&self) -> SocketAddr {
        REGISTRAR
    }

    fn engine_words(&self) -> &'static [&'static str] {
        &[]
    }

    fn begin(&mut self, _engine: &mut Running) -> Fallible<IpAddr> {
        namespaces::ip(&format!("link set dev wlan0 up\n{WIFI_ROUTE}\n"))?;
        Ok(ON_WIFI)
    }

    fn alarm(&self) -> &'static str {
        "the kernel's change"
    }

    fn moves(&self) -> Vec<Move> {
        let steps = |lines: &[&str]| lines.iter().map(|line| format!("ip {line}")).collect();
        vec![
            Move {
                title: "The Wi-Fi is lost, then the hotspot comes up",
                steps: steps(&[
                    "link set dev wlan0 down",
                    "link set dev hot0 up",
                    HOTSPOT_ROUTE,
                ]),
                local: ON_HOTSPOT,
            },
            Move {
                title: "The Wi-Fi comes back while the hotspot is still up",
                steps: steps(&["link set dev wlan0 up", WIFI_ROUTE]),
                local: ON_WIFI,
            },
        ]
    }

    fn perform(&mut self, change: &Move, _engine: &mut Running) -> Fallible<Instant> {
        let lines: String = change
            .steps
            .iter()
            .filter_map(|step| step.strip_prefix("ip "))
            .map(|line| format!("{line}\n"))
            .collect();
        let start = Instant::now();
        namespaces::ip(&lines)?;
        Ok(start)
    }
}
