//! Which networks are home: decided here, without a socket or a clock.
//!
//! A network is home while its gateway's MAC address and its subnet are those of a `[[home.network]]`. Whatever happens to an interface (link, route,
//! address) ends that at once, and it begins anew when the gateway has been asked for again: a laptop that was carried elsewhere shows nothing to anybody there.

use std::net::IpAddr;

use bellhop_netwatch::{Interface, InterfaceKind, Networks};
use bellhop_sip::Transport;

use super::listener::{Kind, Link, Place, Wanted};
use crate::config::home::HomeNetwork;

/// A gateway whose MAC address is to be asked for. The answer counts as long as nothing happened to the interface since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) interface: String,
    pub(crate) index: u32,
    pub(crate) gateway: IpAddr,
    /// Which question it is.
    pub(crate) number: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct HomeNetworks {
    known: Vec<HomeNetwork>,
    links: Vec<State>,
    questions: u64,
    asked: Vec<Question>,
    /// The machine sleeps, or is about to: nothing is asked and nothing opens.
    asleep: bool,
}

#[derive(Debug)]
struct State {
    interface: Interface,
    /// By gateway: the question that is open, or the answer.
    gateways: Vec<Gateway>,
}

#[derive(Clone, Debug)]
struct Gateway {
    address: IpAddr,
    question: u64,
    mac: Option<[u8; 6]>,
}

impl HomeNetworks {
    /// Other networks are home from now on. Gateways that have answered need not answer again.
    pub(crate) fn reconfigure(&mut self, known: Vec<HomeNetwork>) {
        self.known = known;
        self.ask_all();
    }

    /// What the machine's networks are now. Whatever differs is no home until it is confirmed; where nothing does, a route changed that the picture does not
    /// show, and every gateway is asked for again.
    pub(crate) fn handle_networks(&mut self, networks: &Networks) {
        let mut before = std::mem::take(&mut self.links);
        let mut all_the_same = before.len() == networks.interfaces.len();
        for interface in &networks.interfaces {
            let same = before
                .iter()
                .position(|state| state.interface == *interface);
            if let Some(at) = same {
                self.links.push(before.swap_remove(at));
            } else {
                all_the_same = false;
                let state = State {
                    gateways: Vec::new(),
                    interface: interface.clone(),
                };
                self.links.push(state);
                self.ask(self.links.len() - 1);
            }
        }
        if all_the_same {
            self.ask_again();
        }
    }

    /// The machine is about to sleep, and may wake anywhere.
    pub(crate) fn handle_sleep(&mut self) {
        self.asleep = true;
        self.asked.clear();
        for state in &mut self.links {
            state.gateways.clear();
        }
    }

    /// It has woken.
    pub(crate) fn handle_wake(&mut self) {
        self.handle_sleep();
        self.asleep = false;
        self.ask_all();
    }

    /// A gateway answered, or did not.
    pub(crate) fn handle_answer(&mut self, question: &Question, mac: Option<[u8; 6]>) {
        let gateway = self
            .links
            .iter_mut()
            .filter(|state| state.interface.index == question.index)
            .flat_map(|state| &mut state.gateways)
            .find(|it| it.address == question.gateway && it.question == question.number);
        if let Some(gateway) = gateway {
            gateway.mac = mac;
        }
    }

    /// The next gateway to be asked for.
    pub(crate) fn poll_question(&mut self) -> Option<Question> {
        self.asked.pop()
    }

    /// The home network that the machine is in now.
    pub(crate) fn home(&self) -> Option<bellhop_control::snapshot::HomeNetwork> {
        let (state, home) = self.homes().into_iter().next()?;
        let addresses = state.interface.addresses.iter().map(ipnet::IpNet::addr);
        let mac = home.gateway_mac.map(|byte| format!("{byte:02x}"));
        Some(bellhop_control::snapshot::HomeNetwork {
            subnet: home.subnet.to_string(),
            gateway_mac: mac.join(":"),
            interface: Some(state.interface.name.clone()),
            address: addresses
                .into_iter()
                .find(|it| home.subnet.contains(it))
                .map(|it| it.to_string()),
        })
    }

    /// The listeners that may be open now.
    pub(crate) fn wanted(&self) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for (state, home) in self.homes() {
            let addresses = state.interface.addresses.iter().map(ipnet::IpNet::addr);
            for address in addresses.filter(|it| home.subnet.contains(it)) {
                for (transport, port) in &home.listen {
                    wanted.extend(listener(state, home, *transport, address, *port));
                }
            }
        }
        wanted.sort();
        wanted.dedup();
        wanted
    }

    fn homes(&self) -> Vec<(&State, &HomeNetwork)> {
        let mut homes = Vec::new();
        for state in self
            .links
            .iter()
            .filter(|state| may_be_home(&state.interface))
        {
            for home in &self.known {
                let has_answered = state.gateways.iter().any(|gateway| {
                    gateway.mac == Some(home.gateway_mac) && home.subnet.contains(&gateway.address)
                });
                if has_answered {
                    homes.push((state, home));
                }
            }
        }
        homes
    }

    fn ask_all(&mut self) {
        for at in 0..self.links.len() {
            self.ask(at);
        }
    }

    /// Asks for the gateways of an interface of which nothing is known.
    fn ask(&mut self, at: usize) {
        if self.known.is_empty() || self.asleep {
            return;
        }
        let Some(state) = self.links.get_mut(at) else {
            return;
        };
        if !may_be_home(&state.interface) {
            return;
        }
        for address in &state.interface.gateways {
            let is_at_home = self.known.iter().any(|home| home.subnet.contains(address));
            if is_at_home && state.gateways.iter().all(|it| it.address != *address) {
                self.questions += 1;
                state.gateways.push(Gateway {
                    address: *address,
                    question: self.questions,
                    mac: None,
                });
                self.asked.push(Question {
                    interface: state.interface.name.clone(),
                    index: state.interface.index,
                    gateway: *address,
                    number: self.questions,
                });
            }
        }
    }

    /// What is home stays so until the answer says otherwise.
    fn ask_again(&mut self) {
        for state in &mut self.links {
            for gateway in &mut state.gateways {
                self.questions += 1;
                gateway.question = self.questions;
                self.asked.push(Question {
                    interface: state.interface.name.clone(),
                    index: state.interface.index,
                    gateway: gateway.address,
                    number: self.questions,
                });
            }
        }
        self.ask_all();
    }
}

/// Tunnels lead elsewhere, whatever they look like.
fn may_be_home(interface: &Interface) -> bool {
    let can = match interface.kind {
        InterfaceKind::Wifi | InterfaceKind::Ethernet | InterfaceKind::Other => true,
        InterfaceKind::Mobile | InterfaceKind::Vpn | InterfaceKind::Loopback => false,
    };
    can && interface.carrier && interface.default_route
}

fn listener(
    state: &State,
    home: &HomeNetwork,
    transport: Transport,
    address: IpAddr,
    port: u16,
) -> Option<Wanted> {
    Some(Wanted {
        kind: Kind::of(transport)?,
        place: Place {
            address: (address, port).into(),
            link: Some(Link {
                interface: state.interface.name.clone(),
                index: state.interface.index,
                subnet: home.subnet,
            }),
        },
    })
}

#[cfg(test)]
mod tests;
