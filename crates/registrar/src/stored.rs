//! A record as the store keeps it: by the wall clock, versioned, with a sum that tells damage.
//!
//! ```text
//! u8 version · u8 count · count × binding · u64 FNV-1a of all before; integers little-endian
//! binding: u64 ends, u64 bound, u64 updated (ms since 1970) · u32 cseq · u32 reg-id · u16 q · u8 transport
//!          u8 4 or 6 · address · u16 port · u32 scope · 5 × u16 ends of texts · u16 length · texts
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::{Duration, Instant, SystemTime};

use bellhop_sip::{Transport, Uri};
use bytes::{BufMut as _, Bytes, BytesMut};

use crate::binding::{Binding, BindingKey, Rtt};
use crate::location::millis;
use crate::record::Bindings;
use crate::texts::{PARTS, Texts};

const VERSION: u8 = 1;

/// A stored record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored record is damaged, or of another version")]
pub struct Damaged;

/// An instant and what the wall clock said at it.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) now: Instant,
    pub(crate) wall: SystemTime,
}

impl Clock {
    fn to_wall(self, at: Instant) -> u64 {
        let wall = match at.checked_duration_since(self.now) {
            Some(ahead) => self.wall + ahead,
            None => self.wall - self.now.saturating_duration_since(at),
        };
        wall.duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, millis)
    }

    fn of_wall(self, at: u64) -> Option<Instant> {
        let now = self
            .wall
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, millis);
        let apart = Duration::from_millis(at.abs_diff(now));
        if at >= now {
            self.now.checked_add(apart)
        } else {
            self.now.checked_sub(apart)
        }
    }
}

/// Those of `bindings` that outlive the process; `None` where there are none.
pub(crate) fn write(bindings: &[Binding], clock: Clock) -> Option<Bytes> {
    let count = bindings.iter().filter(|b| b.lasts()).count();
    if count == 0 {
        return None;
    }
    let mut to = BytesMut::with_capacity(2 + 320 * count);
    to.put_u8(VERSION);
    to.put_u8(u8::try_from(count).unwrap_or(u8::MAX));
    for binding in bindings
        .iter()
        .filter(|b| b.lasts())
        .take(usize::from(u8::MAX))
    {
        write_binding(binding, clock, &mut to);
    }
    let sum = sum(&to);
    to.put_u64_le(sum);
    Some(to.freeze())
}

fn write_binding(binding: &Binding, clock: Clock, to: &mut BytesMut) {
    to.put_u64_le(clock.to_wall(binding.expires_at));
    to.put_u64_le(clock.to_wall(binding.bound_at));
    to.put_u64_le(clock.to_wall(binding.updated_at));
    to.put_u32_le(binding.cseq);
    to.put_u32_le(binding.reg_id);
    to.put_u16_le(binding.q);
    to.put_u8(transport_number(binding.transport));
    let scope = match binding.source {
        SocketAddr::V4(source) => {
            to.put_u8(4);
            to.put_slice(&source.ip().octets());
            0
        }
        SocketAddr::V6(source) => {
            to.put_u8(6);
            to.put_slice(&source.ip().octets());
            source.scope_id()
        }
    };
    to.put_u16_le(binding.source.port());
    to.put_u32_le(scope);
    let (all, ends) = binding.texts.written();
    for end in ends {
        to.put_u16_le(end);
    }
    to.put_u16_le(u16::try_from(all.len()).unwrap_or(u16::MAX));
    to.put_slice(all.as_bytes());
}

/// The bindings of a record that are not over.
///
/// # Errors
/// [`Damaged`] where anything in it cannot be.
pub(crate) fn read(record: &[u8], clock: Clock) -> Result<Bindings, Damaged> {
    let (body, stored) = record.split_last_chunk::<8>().ok_or(Damaged)?;
    if sum(body) != u64::from_le_bytes(*stored) {
        return Err(Damaged);
    }
    let mut reader = Reader { rest: body };
    if reader.u8()? != VERSION {
        return Err(Damaged);
    }
    let count = reader.u8()?;
    let mut bindings = Bindings::with_capacity(usize::from(count));
    for _ in 0..count {
        bindings.extend(read_binding(&mut reader, clock)?);
    }
    if reader.rest.is_empty() {
        Ok(bindings)
    } else {
        Err(Damaged)
    }
}

fn read_binding(reader: &mut Reader<'_>, clock: Clock) -> Result<Option<Binding>, Damaged> {
    let [expires, bound, updated] = [reader.u64()?, reader.u64()?, reader.u64()?];
    let (cseq, reg_id, q) = (reader.u32()?, reader.u32()?, reader.u16()?);
    let transport = transport_of(reader.u8()?).ok_or(Damaged)?;
    let ip = match reader.u8()? {
        4 => IpAddr::V4(Ipv4Addr::from(reader.take::<4>()?)),
        6 => IpAddr::V6(Ipv6Addr::from(reader.take::<16>()?)),
        _ => return Err(Damaged),
    };
    let (port, scope) = (reader.u16()?, reader.u32()?);
    let source = match ip {
        IpAddr::V4(_) => SocketAddr::new(ip, port),
        IpAddr::V6(ip) => SocketAddr::V6(SocketAddrV6::new(ip, port, 0, scope)),
    };
    let mut ends = [0; PARTS - 1];
    for end in &mut ends {
        *end = reader.u16()?;
    }
    let length = usize::from(reader.u16()?);
    let all = std::str::from_utf8(reader.slice(length)?).map_err(|_| Damaged)?;
    let texts = Texts::read(all, ends).ok_or(Damaged)?;
    let uri: Uri = texts.uri().parse().map_err(|_| Damaged)?;
    if q > 1000 || uri.host().is_none() {
        return Err(Damaged);
    }
    // An end that no clock of this machine reaches back or forth to is over, or no end that was ever granted.
    let Some(expires_at) = clock.of_wall(expires).filter(|at| *at > clock.now) else {
        return Ok(None);
    };
    Ok(Some(Binding {
        key: BindingKey(0),
        texts,
        expires_at,
        // Before the machine started there are no instants.
        bound_at: clock.of_wall(bound).unwrap_or(clock.now),
        updated_at: clock.of_wall(updated).unwrap_or(clock.now),
        source,
        stream: None,
        cseq,
        reg_id,
        q,
        transport,
        qualified: Rtt::Unknown,
    }))
}

const TRANSPORTS: [Transport; 7] = [
    Transport::Udp,
    Transport::Tcp,
    Transport::Tls,
    Transport::Ws,
    Transport::Wss,
    Transport::Sctp,
    Transport::TlsSctp,
];

fn transport_number(transport: Transport) -> u8 {
    let at = TRANSPORTS.iter().position(|known| *known == transport);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
}

fn transport_of(number: u8) -> Option<Transport> {
    TRANSPORTS.get(usize::from(number)).copied()
}

/// FNV-1a: against worn-out disks, not against people.
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn slice(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (slice, rest) = self.rest.split_at_checked(length).ok_or(Damaged)?;
        self.rest = rest;
        Ok(slice)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Result<u8, Damaged> {
        self.take().map(u8::from_le_bytes)
    }

    fn u16(&mut self) -> Result<u16, Damaged> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, Damaged> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Damaged> {
        self.take().map(u64::from_le_bytes)
    }
}
