//! Changes of network and of the registrar's addresses, and how the agents hear of them.

use std::net::IpAddr;
use std::time::Instant;

use bellhop_agent::{Network, Path};
use bellhop_netwatch as netwatch;

use super::{Driver, Found};
use crate::net::dns::{self, Dns};
use crate::net::flow_socket::unusable_towards;
use crate::net::targets::Target;

impl Driver {
    /// Tells every line at once, by the addresses that are known.
    pub(super) async fn networks_changed(&mut self, now: Instant) {
        self.tell_house_networks();
        let networks = self.inputs.networks.networks();
        tracing::debug!(online = networks.online(), "networks");
        for interface in &networks.interfaces {
            self.kinds.insert(interface.name.clone(), interface.kind);
        }
        for line in &mut self.lines {
            // What DNS said on another network counts no more; it is asked anew after this.
            line.addresses.unresolved = None;
        }
        let mut ways = Ways::default();
        let numbers: Vec<u32> = self.lines.iter().map(|line| line.number).collect();
        for number in numbers {
            self.tell_network(now, number, &mut ways).await;
        }
    }

    /// Tells lines that are new, and asks for their registrars' names.
    pub(super) async fn tell_fresh_lines(&mut self, now: Instant) {
        for interface in &self.inputs.networks.networks().interfaces {
            self.kinds.insert(interface.name.clone(), interface.kind);
        }
        let mut ways = Ways::default();
        let fresh: Vec<u32> = self
            .lines
            .iter()
            .filter(|line| line.told.is_none())
            .map(|line| line.number)
            .collect();
        for number in fresh {
            self.tell_network(now, number, &mut ways).await;
            self.search(number);
        }
    }

    async fn tell_network(&mut self, now: Instant, number: u32, ways: &mut Ways) {
        let Some(line) = self.line_by_number(number) else {
            return;
        };
        let addresses = line.addresses.good.clone();
        let mut paths = Vec::with_capacity(addresses.len());
        for registrar in addresses {
            if let Some(path) = ways.to(registrar.ip(), &self.inputs.networks).await {
                let netwatch::Path {
                    interface,
                    index,
                    local,
                    gateway,
                    carrier_changes,
                } = path;
                paths.push((
                    Path {
                        interface,
                        index,
                        local,
                        gateway,
                        registrar,
                    },
                    carrier_changes,
                ));
            }
        }
        let online = self.inputs.networks.networks().online();
        let Some(line) = self.line_by_number(number) else {
            return;
        };
        let (network, bounced) = line.network(paths, online);
        if bounced {
            line.agent.handle_network_change(now, Network::Offline);
        }
        line.agent.handle_network_change(now, network);
        // This line's REGISTER leaves before the next line's way is asked for.
        self.carry_out(now);
    }

    /// Asks DNS anew for every line whose registrar has a name.
    pub(super) fn search_all(&mut self) {
        let numbers: Vec<u32> = self.lines.iter().map(|line| line.number).collect();
        for number in numbers {
            self.search(number);
        }
    }

    /// Asks DNS for a line's registrar. The answer comes as an input.
    pub(super) fn search(&mut self, number: u32) {
        let (outlet, seed) = (self.outlets.found.clone(), self.dns_seed);
        let Some(line) = self.line_by_number(number) else {
            return;
        };
        if let Target::Address(_) = line.settings.target {
            return;
        }
        line.addresses.stop_search();
        let target = line.settings.target.clone();
        line.addresses.search = Some(tokio::spawn(async move {
            let begun = Instant::now();
            let result = match Dns::from_system() {
                Ok(dns) => dns::resolve(&target, &dns, seed).await,
                Err(why) => Err(why),
            };
            let _ = outlet.send(Found {
                line: number,
                result,
                took: begun.elapsed(),
            });
        }));
    }

    pub(super) async fn found(&mut self, now: Instant, found: Found) {
        let Some(line) = self.line_by_number(found.line) else {
            return;
        };
        line.addresses.search = None;
        line.addresses.took = Some(found.took);
        match found.result {
            Ok(addresses) => {
                line.addresses.unresolved = None;
                if line.addresses.good != addresses {
                    line.addresses.good.clone_from(&addresses);
                    let (id, aor) = (line.settings.id.clone(), line.settings.aor.clone());
                    self.store.save_last_good(&id, &aor, &addresses);
                }
            }
            Err(why) => {
                tracing::debug!(
                    why,
                    line = line.settings.id,
                    "the registrar's name has no address"
                );
                line.addresses.unresolved = Some(why);
            }
        }
        self.tell_network(now, found.line, &mut Ways::default())
            .await;
    }
}

/// The ways of one turn: a hundred lines at one registrar ask the kernel once.
#[derive(Default)]
struct Ways(Vec<(IpAddr, Option<netwatch::Path>)>);

impl Ways {
    async fn to(
        &mut self,
        remote: IpAddr,
        networks: &crate::net::networks::Source,
    ) -> Option<netwatch::Path> {
        if let Some((_, way)) = self.0.iter().find(|(ip, _)| *ip == remote) {
            return way.clone();
        }
        let way = networks
            .path_to(remote)
            .await
            .filter(|path| !unusable_towards(path.local, remote));
        self.0.push((remote, way.clone()));
        way
    }
}
