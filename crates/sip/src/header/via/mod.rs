//! Via (RFC 3261 §20.42) with rport (RFC 3581).

mod borrowed;

use std::fmt::{self, Write as _};
use std::net::IpAddr;

pub use self::borrowed::ViaRef;
use crate::{HostPort, HostRef, Params, ParamsRef, Text, Transport, lex};

/// One hop a request took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// Protocol and version without white space: `SIP/2.0`.
    pub protocol: Text,
    /// What carried the request.
    pub transport: ViaTransport,
    /// Who sent it, as he says.
    pub sent_by: HostPort,
    /// branch, rport, received, maddr, ttl and others.
    pub params: Params,
}

/// The transport of a Via: an open set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViaTransport {
    /// One of those everyone knows.
    Known(Transport),
    /// Any other token.
    Other(Text),
}

const SIP_2_0: &str = "SIP/2.0";

impl Via {
    /// A Via for a request of ours over UDP, with an empty `rport` (RFC 3581 §3). The branch must begin with `z9hG4bK` (RFC 3261 §8.1.1.7).
    #[must_use]
    pub fn udp(sent_by: HostPort, branch: &str) -> Via {
        let mut params = Params::new();
        params.set("branch", Some(branch));
        params.set("rport", None);
        Via {
            protocol: Text::from_static(SIP_2_0),
            transport: ViaTransport::Known(Transport::Udp),
            sent_by,
            params,
        }
    }

    /// The branch: with the top Via's sent-by, the name of the transaction.
    #[must_use]
    pub fn branch(&self) -> Option<Text> {
        self.params.value("branch")
    }

    /// `rport`: `Some(None)` where the sender asks for it, `Some(Some(port))` where it was filled in. What is no port counts as absent.
    #[must_use]
    pub fn rport(&self) -> Option<Option<u16>> {
        match self.params.get("rport")? {
            None => Some(None),
            Some(port) => lex::number(&port).map(Some),
        }
    }

    /// Fills in `rport` (RFC 3581 §4).
    pub fn set_rport(&mut self, port: u16) {
        self.params.set("rport", Some(&port.to_string()));
    }

    /// The address the request came from, as its receiver saw it. IPv6 is understood with and without brackets (RFC 5118 §4.5).
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.value("received")?;
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        bare.unwrap_or(&text).parse().ok()
    }

    /// Notes the address the request came from. IPv6 is written without brackets, as the grammar has it (RFC 3261 §25.1, `via-received`).
    pub fn set_received(&mut self, address: IpAddr) {
        self.params.set("received", Some(&address.to_string()));
    }

    /// Fills in `rport` and notes the address that the request came from, each where it is given, in one go: [`Via::set_rport`] and
    /// [`Via::set_received`] together.
    pub fn stamp(&mut self, rport: Option<u16>, received: Option<IpAddr>) {
        let mut written = String::with_capacity(self.params.written_len() + 64);
        write_stamped(self.params.borrowed(), rport, received, &mut written);
        self.params = Params::of_checked(Text::from(written));
    }

    /// As it stands on the wire.
    pub(crate) fn written(&self) -> String {
        let mut to = String::with_capacity(96 + self.params.written_len());
        let host = self.sent_by.host.borrowed();
        write_front(
            &self.protocol,
            self.transport.name(),
            host,
            self.sent_by.port,
            &mut to,
        );
        self.params.write(&mut to);
        to
    }

    /// `maddr`, the address answers must go to.
    #[must_use]
    pub fn maddr(&self) -> Option<Text> {
        self.params.value("maddr")
    }

    pub(crate) fn parse_part(whole: &Text, part: &str) -> Result<Via, &'static str> {
        ViaRef::parse(part).map(|via| via.shared(whole))
    }
}

/// Appends all but the parameters.
fn write_front(
    protocol: &str,
    transport: &str,
    host: HostRef<'_>,
    port: Option<u16>,
    to: &mut String,
) {
    to.push_str(protocol);
    to.push('/');
    to.push_str(transport);
    to.push(' ');
    match host {
        HostRef::Name(name) => to.push_str(name),
        HostRef::V4(address) => lex::push_ip(to, IpAddr::V4(address)),
        HostRef::V6(address) => {
            let _ = write!(to, "[{address}]");
        }
    }
    if let Some(port) = port {
        to.push(':');
        lex::push_number(to, u32::from(port));
    }
}

/// Appends `params` with what says where a request came from (RFC 3261 §18.2.1, RFC 3581 §4): each where it is given, in the place of the first of that
/// name, or last. Others of that name are left out.
fn write_stamped(
    params: ParamsRef<'_>,
    rport: Option<u16>,
    received: Option<IpAddr>,
    to: &mut String,
) {
    let write_rport = |port: u16, to: &mut String| {
        to.push_str(";rport=");
        lex::push_number(to, u32::from(port));
    };
    let (mut next_rport, mut next_received) = (rport, received);
    for param in params.raw() {
        if rport.is_some() && param.is("rport") {
            next_rport
                .take()
                .into_iter()
                .for_each(|port| write_rport(port, to));
        } else if received.is_some() && param.is("received") {
            next_received
                .take()
                .into_iter()
                .for_each(|address| write_received(address, to));
        } else {
            param.write(to);
        }
    }
    next_rport
        .into_iter()
        .for_each(|port| write_rport(port, to));
    next_received
        .into_iter()
        .for_each(|address| write_received(address, to));
}

fn write_received(address: IpAddr, to: &mut String) {
    to.push_str(";received=");
    lex::push_ip(to, address);
}

static KNOWN: [(&str, Transport); 7] = [
    ("UDP", Transport::Udp),
    ("TCP", Transport::Tcp),
    ("TLS", Transport::Tls),
    ("WS", Transport::Ws),
    ("WSS", Transport::Wss),
    ("SCTP", Transport::Sctp),
    ("TLS-SCTP", Transport::TlsSctp),
];

impl ViaTransport {
    fn name(&self) -> &str {
        match self {
            ViaTransport::Known(transport) => KNOWN
                .iter()
                .find(|(_, known)| known == transport)
                .map_or("UDP", |(name, _)| name),
            ViaTransport::Other(name) => name,
        }
    }

    fn part_of(whole: &Text, part: &str) -> ViaTransport {
        known(part).map_or_else(
            || ViaTransport::Other(whole.part(part)),
            |(_, transport)| ViaTransport::Known(*transport),
        )
    }
}

/// The transport that these letters spell in any case, with the name that we write.
fn known(name: &str) -> Option<&'static (&'static str, Transport)> {
    KNOWN
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
}

impl std::str::FromStr for Via {
    type Err = crate::ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let whole = Text::from(text);
        Self::parse_part(&whole, lex::trim(&whole)).map_err(crate::ValueError)
    }
}

impl fmt::Display for ViaTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written())
    }
}
