//! Reading `[home]` with its limits and networks.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use ipnet::IpNet;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::field::{Field, tables};
use super::listen::{ListenAt, ListenOn, Transport};
use super::{At, Reader};

const KEYS: &str =
    "enabled, domain, listen, digest, min_expires, max_contacts, certificate, limits, network";
const LIMIT_KEYS: &str = "requests_per_second";
const NETWORK_KEYS: &str = "gateway_mac, subnet, listen";

/// Seconds under which a phone's wish may be refused: never an hour or more (RFC 3261 §10.3 step 7).
pub const MIN_EXPIRES: RangeInclusive<u32> = 1..=3600;
/// Contacts that one device may bind at once.
pub const MAX_CONTACTS: RangeInclusive<u32> = 1..=100;
/// Requests a second from one source; 0 is no limit.
pub const REQUESTS_PER_SECOND: RangeInclusive<u32> = 0..=1_000_000;

/// A `[home]` table; without one, what holds then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenHome {
    /// The registrar at home is on.
    pub enabled: bool,
    /// Domain of the devices' AORs and digest realm.
    pub domain: String,
    /// Listeners at loopback addresses.
    pub listen: Vec<ListenAt>,
    /// What is offered, strongest first.
    pub digest: Vec<Digest>,
    /// Seconds, within [`MIN_EXPIRES`].
    pub min_expires: u32,
    /// Within [`MAX_CONTACTS`].
    pub max_contacts: u32,
    /// Within [`REQUESTS_PER_SECOND`].
    pub requests_per_second: u32,
    /// For TLS and WSS; one that is made once where none is named.
    pub certificate: Option<At<WrittenCertificate>>,
    /// The `[[home.network]]` tables.
    pub networks: Vec<WrittenNetwork>,
}

impl Default for WrittenHome {
    fn default() -> WrittenHome {
        WrittenHome {
            enabled: false,
            domain: "home".to_owned(),
            listen: ListenAt::defaults(),
            digest: vec![Digest::Sha256, Digest::Md5],
            min_expires: 60,
            max_contacts: 10,
            requests_per_second: 200,
            certificate: None,
            networks: Vec::new(),
        }
    }
}

/// What a digest is computed with (RFC 8760).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// MD5, which many phones know alone.
    Md5,
}

impl Digest {
    /// As the config and the headers write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Digest::Sha256 => "SHA-256",
            Digest::Md5 => "MD5",
        }
    }

    /// As it is written, whatever the case.
    pub fn of(text: &str) -> Option<Digest> {
        let mut all = [Digest::Sha256, Digest::Md5].into_iter();
        all.find(|it| it.as_str().eq_ignore_ascii_case(text))
    }
}

/// A certificate of the person's own; PEM files, relative to the config's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenCertificate {
    /// The certificate, and those that lead to an authority.
    pub chain: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A `[[home.network]]` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenNetwork {
    /// Line of the file where the table begins.
    pub line: usize,
    /// What the gateway's Ethernet address is.
    pub gateway_mac: [u8; 6],
    /// Which addresses the network has.
    pub subnet: IpNet,
    /// What listens there.
    pub listen: Vec<ListenOn>,
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    at: usize,
    value: &Spanned<DeValue<'_>>,
) -> WrittenHome {
    let mut home = WrittenHome::default();
    let Some(table) = value.get_ref().as_table() else {
        reader.report(at, "home", "must be written as [home], in single brackets");
        return home;
    };
    for (key, value) in table {
        let mut at = Field::of(reader, key, value);
        match at.key {
            "enabled" => take(&mut home.enabled, at.switch()),
            "domain" => take(&mut home.domain, domain(&mut at)),
            "listen" => {
                home.listen = listeners(&mut at, ListenAt::parse, |one, other| {
                    one.address == other.address && one.transport.shares_ports_with(other.transport)
                });
            }
            "digest" => home.digest = digests(&mut at),
            "min_expires" => take(&mut home.min_expires, at.number(MIN_EXPIRES, "seconds")),
            "max_contacts" => take(&mut home.max_contacts, at.number(MAX_CONTACTS, "contacts")),
            "certificate" => home.certificate = certificate(&mut at),
            "limits" => {
                let line = at.line;
                limits(reader, line, value, &mut home);
            }
            "network" => {
                let line = at.line;
                home.networks = tables(reader, line, "home.network", value, network);
            }
            _ => at.unknown("[home]", KEYS),
        }
    }
    report_twins(reader, &home.networks);
    home
}

fn take<T>(into: &mut T, found: Option<At<T>>) {
    if let Some(found) = found {
        *into = found.value;
    }
}

fn limits(
    reader: &mut Reader<'_>,
    at: usize,
    value: &Spanned<DeValue<'_>>,
    home: &mut WrittenHome,
) {
    let Some(table) = value.get_ref().as_table() else {
        reader.report(at, "limits", "must be written as [home.limits]");
        return;
    };
    for (key, value) in table {
        let mut at = Field::of(reader, key, value);
        match at.key {
            "requests_per_second" => take(
                &mut home.requests_per_second,
                at.number(REQUESTS_PER_SECOND, "requests"),
            ),
            _ => at.unknown("[home.limits]", LIMIT_KEYS),
        }
    }
}

fn network(reader: &mut Reader<'_>, header: usize, table: &DeTable<'_>) -> Option<WrittenNetwork> {
    let (mut mac, mut net, mut listen) = (None, None, None);
    let (mut has_mac, mut has_net) = (false, false);
    for (key, value) in table {
        let mut at = Field::of(reader, key, value);
        match at.key {
            "gateway_mac" => {
                has_mac = true;
                mac = gateway_mac(&mut at);
            }
            "subnet" => {
                has_net = true;
                net = subnet(&mut at);
            }
            "listen" => {
                listen = Some(listeners(&mut at, ListenOn::parse, |one, other| {
                    one.port == other.port && one.transport.shares_ports_with(other.transport)
                }));
            }
            _ => at.unknown("[[home.network]]", NETWORK_KEYS),
        }
    }
    if !has_mac {
        reader.report(
            header,
            "gateway_mac",
            "is missing; `bellhop home here` finds it out",
        );
    }
    if !has_net {
        reader.report(
            header,
            "subnet",
            "is missing: the network's addresses, as \"192.168.1.0/24\"",
        );
    }
    Some(WrittenNetwork {
        line: header,
        gateway_mac: mac?,
        subnet: net?,
        listen: listen.unwrap_or_else(ListenOn::defaults),
    })
}

/// Two tables of one network would open its listeners twice.
fn report_twins(reader: &mut Reader<'_>, networks: &[WrittenNetwork]) {
    for (place, network) in networks.iter().enumerate() {
        let mut before = networks.iter().take(place);
        if before.any(|it| (it.gateway_mac, it.subnet) == (network.gateway_mac, network.subnet)) {
            reader.report(
                network.line,
                "gateway_mac",
                "another [[home.network]] is the same network",
            );
        }
    }
}

fn domain(at: &mut Field<'_, '_, '_>) -> Option<At<String>> {
    let written = at.text()?;
    let host = |text: &str| {
        text.len() <= 253
            && text.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            })
    };
    if host(&written.value) {
        return Some(written);
    }
    at.refuse("must be a name of letters, digits, `-` and `.`, like \"home\"");
    None
}

fn listeners<T: Copy>(
    at: &mut Field<'_, '_, '_>,
    parse: impl Fn(&str) -> Result<T, &'static str>,
    collides: impl Fn(&T, &T) -> bool,
) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for text in at.texts() {
        match parse(&text) {
            Ok(listener) if found.iter().any(|before| collides(before, &listener)) => {
                at.refuse_at(text.line, "names one port twice");
            }
            Ok(listener) => found.push(listener),
            Err(wrong) => at.refuse_at(text.line, wrong),
        }
    }
    found
}

fn digests(at: &mut Field<'_, '_, '_>) -> Vec<Digest> {
    let mut found = Vec::new();
    let texts = at.texts();
    let nothing_said = texts.is_empty();
    for text in texts {
        match Digest::of(&text) {
            Some(digest) if found.contains(&digest) => at.refuse_at(text.line, "names one twice"),
            Some(digest) => found.push(digest),
            None => at.refuse_at(text.line, DIGESTS),
        }
    }
    if nothing_said && at.value.as_array().is_some_and(|values| values.is_empty()) {
        at.refuse("must name one at least: \"SHA-256\" or \"MD5\"");
    }
    // The strongest is offered first, however they are written (RFC 8760 §2.4).
    found.sort_by_key(|digest| match digest {
        Digest::Sha256 => 0,
        Digest::Md5 => 1,
    });
    found
}

/// What is said where something else is named.
pub(super) const DIGESTS: &str = "must be \"SHA-256\" or \"MD5\"";

fn certificate(at: &mut Field<'_, '_, '_>) -> Option<At<WrittenCertificate>> {
    let path = |table: &DeTable<'_>, key: &str| {
        let text = table.get(key)?.get_ref().as_str()?;
        let usable = !text.trim().is_empty() && !text.chars().any(char::is_control);
        usable.then(|| PathBuf::from(text))
    };
    let read = at.value.as_table().filter(|table| table.len() == 2);
    let read = read.and_then(|table| {
        Some(WrittenCertificate {
            chain: path(table, "chain")?,
            key: path(table, "key")?,
        })
    });
    match read {
        Some(certificate) => at.found(certificate),
        None => {
            at.refuse("must be { chain = \"…\", key = \"…\" }, two PEM files");
            None
        }
    }
}

fn gateway_mac(at: &mut Field<'_, '_, '_>) -> Option<[u8; 6]> {
    let written = at.text()?;
    match parse_mac(&written) {
        Some(mac) => Some(mac),
        None => {
            at.refuse("must be an Ethernet address like \"aa:bb:cc:dd:ee:ff\"");
            None
        }
    }
}

/// An Ethernet address as people write it.
pub fn mac_text(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

/// Six pairs of hexadecimal digits; one that is all zeros, or means several machines, identifies no gateway.
fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let mut mac = [0_u8; 6];
    let mut pairs = text.split([':', '-']);
    for byte in &mut mac {
        let pair = pairs.next().filter(|pair| {
            pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit())
        })?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    let [first, ..] = mac;
    (pairs.next().is_none() && mac != [0; 6] && first & 1 == 0).then_some(mac)
}

fn subnet(at: &mut Field<'_, '_, '_>) -> Option<IpNet> {
    let written = at.text()?;
    let wrong = match written.parse::<IpNet>() {
        Ok(net) if net.prefix_len() == 0 => "must not be every address there is",
        Ok(net) if net.addr().is_loopback() || net.addr().is_multicast() => {
            "must be a network that this machine has an address in"
        }
        // Written as one of its addresses it means the network all the same.
        Ok(net) => return Some(net.trunc()),
        Err(_) => "must be addresses like \"192.168.1.0/24\"",
    };
    at.refuse(wrong);
    None
}

impl ListenOn {
    /// Where a home network names none.
    pub fn defaults() -> Vec<ListenOn> {
        [Transport::Udp, Transport::Tcp]
            .map(|transport| ListenOn {
                transport,
                port: super::listen::DEFAULT_PORT,
            })
            .into()
    }
}
