//! A Via as it stands in a header, for who only looks at it or stamps it: nothing is copied.

use std::borrow::Cow;
use std::net::IpAddr;

use super::{SIP_2_0, Via, ViaTransport, known, write_front, write_received, write_stamped};
use crate::{HeaderValue, HostPort, HostRef, ParamsRef, Text, host, lex, params};

/// What [`Via`] is, borrowed from the header that it was read from.
#[derive(Clone, Copy, Debug)]
pub struct ViaRef<'a> {
    /// Protocol, transport and sent-by as they were written.
    front: &'a str,
    /// Whether we would write them alike.
    usual: bool,
    name: &'a str,
    version: &'a str,
    transport: &'a str,
    host: HostRef<'a>,
    port: Option<u16>,
    params: ParamsRef<'a>,
    /// The first `rport`, as it was written.
    rport: Option<Option<&'a str>>,
    received: bool,
    /// Where in the parameters the value of the `rport` is to be put in, if that and a new `received` is all that a stamp changes.
    vacancy: Option<usize>,
    /// Those that are joined to it by commas.
    behind: Option<&'a str>,
}

impl<'a> ViaRef<'a> {
    pub(crate) fn parse(part: &'a str) -> Result<ViaRef<'a>, &'static str> {
        let plain = part.strip_prefix("SIP/2.0/");
        let ((name, version), rest) = match plain {
            Some(rest) => (("SIP", "2.0"), rest),
            None => protocol(part)?,
        };
        let rest = rest.trim_ascii_start();
        let end = rest.bytes().position(lex::is_space).ok_or("no sent-by")?;
        let (transport, rest) = rest.split_at_checked(end).ok_or("no sent-by")?;
        if !lex::is_token(transport) {
            return Err("the transport is not a token");
        }
        let end = memchr::memchr(b';', rest.as_bytes()).unwrap_or(rest.len());
        let (sent_by, params) = rest.split_at_checked(end).ok_or("no sent-by")?;
        let front = part
            .get(..part.len() - params.len())
            .unwrap_or_default()
            .trim_ascii_end();
        let bad_sent_by = "sent-by is not a host with an optional port";
        let (text, port) = host::split(lex::trim(sent_by)).ok_or(bad_sent_by)?;
        let host = HostRef::of_split(text).ok_or(bad_sent_by)?;
        let usual_length = SIP_2_0.len()
            + transport.len()
            + text.len()
            + port.map_or(2, |port| 3 + lex::digits(u32::from(port)));
        let (mut rport, mut received, mut vacancy) = (None, false, None);
        let params = ParamsRef::parse_each(params, |param, end| {
            if param.is("rport") {
                let vacant = param.name == "rport" && param.value.is_none();
                vacancy = (rport.is_none() && vacant).then_some(end);
                rport.get_or_insert(param.value);
            }
            received |= param.is("received");
        });
        let params = params.ok_or("malformed parameters")?;
        Ok(ViaRef {
            front,
            // Nothing but what has to be there, so that it is in its place.
            usual: plain.is_some()
                && front.len() == usual_length
                && sent_by.starts_with(' ')
                && known(transport).is_none_or(|(name, _)| *name == transport)
                && !matches!(host, HostRef::V6(_)),
            name,
            version,
            transport,
            host,
            port,
            params,
            rport,
            received,
            vacancy: vacancy.filter(|_| !received && !params.is_spaced()),
            behind: None,
        })
    }

    /// The host of sent-by.
    #[must_use]
    pub fn host(&self) -> HostRef<'a> {
        self.host
    }

    /// The port of sent-by, where it is written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// branch, rport, received, maddr, ttl and others.
    #[must_use]
    pub fn params(&self) -> ParamsRef<'a> {
        self.params
    }

    /// As [`Via::rport`].
    #[must_use]
    pub fn rport(&self) -> Option<Option<u16>> {
        match self.rport? {
            None => Some(None),
            Some(port) => lex::number(&params::plain(port)).map(Some),
        }
    }

    /// Whether it says already where the request came from.
    #[must_use]
    pub fn has_received(&self) -> bool {
        self.received
    }

    /// The header line that it stands in, [stamped](Via::stamp).
    #[must_use]
    pub fn line_stamped(&self, rport: Option<u16>, received: Option<IpAddr>) -> HeaderValue {
        let behind = self.behind.map(lex::trim);
        let mut to = String::with_capacity(
            self.front.len()
                + self.params.as_str().len()
                + rport.map_or(0, |port| "=".len() + lex::digits(u32::from(port)))
                + received.map_or(0, |address| ";received=".len() + lex::ip_length(address))
                + behind.map_or(0, |behind| ", ".len() + behind.len()),
        );
        if self.usual {
            to.push_str(self.front);
        } else {
            let transport = known(self.transport).map_or(self.transport, |(name, _)| name);
            write_front(&self.protocol(), transport, self.host, self.port, &mut to);
        }
        let vacancy = self
            .vacancy
            .and_then(|at| self.params.as_str().split_at_checked(at));
        match (vacancy, rport, received) {
            (Some((before, behind)), Some(port), Some(address)) => {
                to.push_str(before);
                to.push('=');
                lex::push_number(&mut to, u32::from(port));
                to.push_str(behind);
                write_received(address, &mut to);
            }
            _ => write_stamped(self.params, rport, received, &mut to),
        }
        if let Some(behind) = behind {
            to.push_str(", ");
            to.push_str(behind);
        }
        HeaderValue::of_checked(Text::from(to))
    }

    /// The first of the Vias that stand in a header line.
    pub(crate) fn first_of(line: &'a str) -> Result<ViaRef<'a>, &'static str> {
        let mut elements = lex::elements(line);
        let first = Self::parse(elements.next().unwrap_or_default())?;
        Ok(ViaRef {
            behind: elements.rest(),
            ..first
        })
    }

    /// The same, sharing `whole`, which it was read from.
    pub(crate) fn shared(&self, whole: &Text) -> Via {
        Via {
            protocol: match self.protocol() {
                Cow::Borrowed(usual) => Text::from_static(usual),
                Cow::Owned(protocol) => Text::from(protocol),
            },
            transport: ViaTransport::part_of(whole, self.transport),
            sent_by: HostPort {
                host: self.host.shared(whole),
                port: self.port,
            },
            params: self.params.shared(whole),
        }
    }

    fn protocol(&self) -> Cow<'static, str> {
        if self.name.eq_ignore_ascii_case("SIP") && self.version == "2.0" {
            Cow::Borrowed(SIP_2_0)
        } else {
            Cow::Owned(format!("{}/{}", self.name, self.version))
        }
    }
}

/// Protocol and version with white space around the slashes, and what follows them.
fn protocol(part: &str) -> Result<((&str, &str), &str), &'static str> {
    let (name, rest) = part.split_once('/').ok_or("no protocol")?;
    let (version, rest) = rest.split_once('/').ok_or("no protocol version")?;
    let (name, version) = (lex::trim(name), lex::trim(version));
    if !(lex::is_token(name) && lex::is_token(version)) {
        return Err("the protocol is not a token");
    }
    Ok(((name, version), rest))
}
