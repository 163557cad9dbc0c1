//! The two internets: the same hosts, reached in two ways.

use std::net::{IpAddr, SocketAddr};

use anyhow::Result;

use crate::ipv6;
use crate::laptop::Uplink;
use crate::topology::{Lab, REGISTRAR};
use crate::verbs::PREFERRED;

/// By which protocol the laptop and the company are on the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Internet {
    /// IPv4, behind NATs.
    V4,
    /// IPv6, where every host has an address of its own.
    V6,
}

impl Internet {
    /// The laptop's address in a network.
    #[must_use]
    pub fn address(self, uplink: Uplink) -> IpAddr {
        match self {
            Self::V4 => uplink.address().into(),
            Self::V6 => uplink.address6().into(),
        }
    }

    pub(super) fn registrar(self) -> SocketAddr {
        match self {
            Self::V4 => REGISTRAR,
            Self::V6 => ipv6::REGISTRAR,
        }
    }

    pub(super) fn join(self, lab: &Lab, uplink: Uplink) -> Result<()> {
        match self {
            Self::V4 => lab.join(uplink, PREFERRED),
            Self::V6 => lab.join_ipv6(uplink, PREFERRED),
        }
    }
}
