//! Traced messages as a pcapng capture: an IP packet each, with the addresses, the direction and the time of the datagram. A pure function.

use std::net::SocketAddr;
use std::time::Duration;

use bellhop_control::protocol::{Direction, TraceEntry};
use etherparse::PacketBuilder;
use pcap_file::DataLink;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use pcap_file::pcapng::{PcapNgWriteError, PcapNgWriter};
use time::OffsetDateTime;

use super::message::{Bodies, Written, written};

/// Hops that are left in every packet: what a laptop starts with. The true number is not known.
const HOPS: u8 = 64;
/// No packet is longer.
const LONGEST: u32 = 65_535;

/// A capture, and what is to be said of it.
#[derive(Debug, Default)]
pub(super) struct Capture {
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// Messages in it.
    pub(super) messages: usize,
    /// Of them, those whose body is not there.
    pub(super) without_body: usize,
    /// Of them, those that are longer than the trace keeps.
    pub(super) cut: usize,
    /// Messages that are not in it: no packet can carry them between these addresses.
    pub(super) left_out: usize,
}

impl Capture {
    /// What there is to know, one sentence a line.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut said = vec![format!("Messages in the capture: {}.", self.messages)];
        if self.without_body > 0 {
            said.push(format!(
                "Without their bodies: {}. --bodies keeps them.",
                self.without_body
            ));
        }
        if self.cut > 0 {
            said.push(format!(
                "Longer than the trace keeps, and cut: {}.",
                self.cut
            ));
        }
        if self.left_out > 0 {
            said.push(format!(
                "Left out, because no packet can carry them: {}.",
                self.left_out
            ));
        }
        said
    }
}

/// The capture of `entries`.
///
/// # Errors
/// If the format can't express one of them: none that an engine tells is such.
pub(super) fn of(entries: &[TraceEntry], bodies: Bodies) -> Result<Capture, PcapNgWriteError> {
    let mut capture = Capture::default();
    let mut writer = PcapNgWriter::new(Vec::new())?;
    let mut interfaces: Vec<&str> = Vec::new();
    for entry in entries {
        let written = written(&entry.text, bodies);
        let Some(packet) = packet(entry, written.payload.as_bytes()) else {
            capture.left_out += 1;
            continue;
        };
        capture.messages += 1;
        capture.without_body += usize::from(written.body_left_out);
        capture.cut += usize::from(written.cut);
        let name = entry.flow.interface.as_str();
        let place = match interfaces.iter().position(|known| *known == name) {
            Some(place) => place,
            None => {
                writer.write_pcapng_block(interface(name))?;
                interfaces.push(name);
                interfaces.len() - 1
            }
        };
        writer.write_pcapng_block(EnhancedPacketBlock {
            interface_id: u32::try_from(place).unwrap_or(u32::MAX),
            timestamp: time(entry),
            original_len: u32::try_from(packet.len()).unwrap_or(u32::MAX),
            data: packet.into(),
            options: vec![
                EnhancedPacketOption::Flags(match entry.direction {
                    Direction::In => 1,
                    Direction::Out => 2,
                }),
                EnhancedPacketOption::Common(CommonOption::Comment(
                    comment(entry, &written).into(),
                )),
            ],
        })?;
    }
    capture.bytes = writer.into_inner();
    Ok(capture)
}

fn interface(name: &str) -> InterfaceDescriptionBlock<'_> {
    InterfaceDescriptionBlock {
        // Bare IPv4 and IPv6: the trace knows nothing of the link below.
        linktype: DataLink::RAW,
        snaplen: LONGEST,
        options: vec![
            InterfaceDescriptionOption::IfName(name.into()),
            InterfaceDescriptionOption::IfTsResol(InterfaceTsResolution::MICRO),
        ],
    }
}

/// The IP packet; none if the addresses are not two of one kind, or if it would be too long.
fn packet(entry: &TraceEntry, payload: &[u8]) -> Option<Vec<u8>> {
    let local: SocketAddr = entry.flow.local.parse().ok()?;
    let remote: SocketAddr = entry.flow.remote.parse().ok()?;
    let (from, to) = match entry.direction {
        Direction::Out => (local, remote),
        Direction::In => (remote, local),
    };
    let headers = match (from, to) {
        (SocketAddr::V4(from), SocketAddr::V4(to)) => {
            PacketBuilder::ipv4(from.ip().octets(), to.ip().octets(), HOPS)
        }
        (SocketAddr::V6(from), SocketAddr::V6(to)) => {
            PacketBuilder::ipv6(from.ip().octets(), to.ip().octets(), HOPS)
        }
        (SocketAddr::V4(_), SocketAddr::V6(_)) | (SocketAddr::V6(_), SocketAddr::V4(_)) => {
            return None;
        }
    }
    .udp(from.port(), to.port());
    let mut packet = Vec::with_capacity(headers.size(payload.len()));
    headers.write(&mut packet, payload).ok()?;
    Some(packet)
}

/// Since 1970. A clock that is set before then has no time in this format.
fn time(entry: &TraceEntry) -> Duration {
    Duration::try_from(entry.at.as_utc() - OffsetDateTime::UNIX_EPOCH).unwrap_or_default()
        + Duration::from_micros(entry.micros.into())
}

/// What a reader can't see in the packet.
fn comment(entry: &TraceEntry, written: &Written) -> String {
    let mut said = vec![format!("line {}", entry.line)];
    if let Some(why) = &entry.dropped {
        said.push(format!("dropped: {why}"));
    }
    if written.body_left_out {
        said.push("body left out".into());
    }
    if written.cut {
        said.push("longer than the trace keeps".into());
    }
    said.join("; ")
}

#[cfg(test)]
mod tests;
