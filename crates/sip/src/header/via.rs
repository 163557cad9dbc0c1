//! Via (RFC 3261 §20.42) with rport (RFC 3581).

use std::fmt::{self, Write as _};
use std::net::IpAddr;

use crate::{Host, HostPort, Params, Text, Transport, lex};

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
        self.params
            .replace_all(STAMPED, |name, to| stamp(name, rport, received, to));
    }

    /// As it stands on the wire once [stamped](Self::stamp).
    pub(crate) fn written_stamped(&self, rport: Option<u16>, received: Option<IpAddr>) -> String {
        let mut to = self.written_front();
        let write = |name: &str, to: &mut String| stamp(name, rport, received, to);
        self.params.write_replaced(STAMPED, write, &mut to);
        to
    }

    /// As it stands on the wire.
    pub(crate) fn written(&self) -> String {
        let mut to = self.written_front();
        self.params.write(&mut to);
        to
    }

    /// All but the parameters.
    fn written_front(&self) -> String {
        let mut to = String::with_capacity(96 + self.params.written_len());
        to.push_str(&self.protocol);
        to.push('/');
        to.push_str(self.transport.name());
        to.push(' ');
        match &self.sent_by.host {
            Host::Name(name) => to.push_str(name),
            Host::V4(address) => lex::push_ip(&mut to, IpAddr::V4(*address)),
            Host::V6(address) => {
                let _ = write!(to, "[{address}]");
            }
        }
        if let Some(port) = self.sent_by.port {
            to.push(':');
            lex::push_number(&mut to, u32::from(port));
        }
        to
    }

    /// `maddr`, the address answers must go to.
    #[must_use]
    pub fn maddr(&self) -> Option<Text> {
        self.params.value("maddr")
    }

    pub(crate) fn parse_part(whole: &Text, part: &str) -> Result<Via, &'static str> {
        let (protocol, rest) = match part.strip_prefix("SIP/2.0/") {
            Some(rest) => (Text::from_static(SIP_2_0), rest),
            None => protocol(part)?,
        };
        let rest = rest.trim_ascii_start();
        let end = rest.bytes().position(lex::is_space).ok_or("no sent-by")?;
        let (transport, rest) = rest.split_at_checked(end).ok_or("no sent-by")?;
        if !lex::is_token(transport) {
            return Err("the transport is not a token");
        }
        let (sent_by, params) = rest
            .split_at_checked(
                rest.bytes()
                    .position(|byte| byte == b';')
                    .unwrap_or(rest.len()),
            )
            .ok_or("no sent-by")?;
        Ok(Via {
            protocol,
            transport: ViaTransport::part_of(whole, transport),
            sent_by: HostPort::parse_part(whole, lex::trim(sent_by))
                .ok_or("sent-by is not a host with an optional port")?,
            params: Params::parse_part(whole, params).ok_or("malformed parameters")?,
        })
    }
}

/// Protocol and version with white space around the slashes, and what follows them.
fn protocol(part: &str) -> Result<(Text, &str), &'static str> {
    let (name, rest) = part.split_once('/').ok_or("no protocol")?;
    let (version, rest) = rest.split_once('/').ok_or("no protocol version")?;
    let (name, version) = (lex::trim(name), lex::trim(version));
    if !(lex::is_token(name) && lex::is_token(version)) {
        return Err("the protocol is not a token");
    }
    let protocol = if name.eq_ignore_ascii_case("SIP") && version == "2.0" {
        Text::from_static(SIP_2_0)
    } else {
        Text::from(format!("{name}/{version}"))
    };
    Ok((protocol, rest))
}

/// What says where a request came from (RFC 3261 §18.2.1, RFC 3581 §4).
const STAMPED: [&str; 2] = ["rport", "received"];

fn stamp(
    name: &str,
    rport: Option<u16>,
    received: Option<IpAddr>,
    to: &mut String,
) -> Option<bool> {
    if name == "rport" {
        lex::push_number(to, u32::from(rport?));
    } else {
        lex::push_ip(to, received?);
    }
    Some(true)
}

const KNOWN: [(&str, Transport); 7] = [
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
        KNOWN
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(part))
            .map_or_else(
                || ViaTransport::Other(whole.part(part)),
                |(_, transport)| ViaTransport::Known(*transport),
            )
    }
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
