use bellhop_control::protocol::TraceFlow;
use bellhop_control::timestamp::Timestamp;
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use pcap_file::pcapng::PcapNgReader;

use super::*;

const REGISTER: &str =
    "REGISTER sip:example.com SIP/2.0\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n";

fn entry(local: &str, remote: &str, direction: Direction, text: &str) -> TraceEntry {
    TraceEntry {
        at: Timestamp::parse("2026-11-23T14:02:05.123Z").unwrap(),
        micros: 456,
        line: "work".into(),
        flow: TraceFlow {
            interface: "wlan0".into(),
            local: local.into(),
            remote: remote.into(),
        },
        direction,
        dropped: None,
        text: text.into(),
    }
}

fn packets(capture: &Capture) -> Vec<EnhancedPacketBlock<'static>> {
    let mut reader = PcapNgReader::new(capture.bytes.as_slice()).unwrap();
    let mut packets = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Some(packet) = block.unwrap().0.into_enhanced_packet() {
            packets.push(packet.into_owned());
        }
    }
    packets
}

#[test]
fn both_directions_have_their_addresses_time_and_right_checksums() {
    for (local, remote) in [
        ("192.168.1.23:40112", "203.0.113.1:5060"),
        ("[2001:db8::23]:40112", "[2001:db8:1::1]:5060"),
        ("[fe80::23%2]:40112", "[fe80::1%2]:5060"),
    ] {
        let capture = of(
            &[
                entry(local, remote, Direction::Out, REGISTER),
                entry(local, remote, Direction::In, REGISTER),
            ],
            Bodies::LeftOut,
        )
        .unwrap();
        assert_eq!(capture.messages, 2);
        let packets = packets(&capture);
        for (packet, (flags, from, to)) in
            packets.iter().zip([(2, local, remote), (1, remote, local)])
        {
            assert_eq!(
                packet.timestamp,
                Duration::from_micros(1_795_442_525_123_456)
            );
            assert!(packet.options.contains(&EnhancedPacketOption::Flags(flags)));
            let sliced = SlicedPacket::from_ip(&packet.data).unwrap();
            let Some(TransportSlice::Udp(udp)) = sliced.transport else {
                panic!("no UDP")
            };
            assert_eq!(udp.payload(), REGISTER.as_bytes());
            let (source, destination, checksum) = match sliced.net.unwrap() {
                NetSlice::Ipv4(ip) => {
                    let header = ip.header().to_header();
                    assert_eq!(header.header_checksum, header.calc_header_checksum());
                    (
                        ip.header().source_addr().into(),
                        ip.header().destination_addr().into(),
                        udp.to_header().calc_checksum_ipv4(&header, udp.payload()),
                    )
                }
                NetSlice::Ipv6(ip) => (
                    std::net::IpAddr::from(ip.header().source_addr()),
                    std::net::IpAddr::from(ip.header().destination_addr()),
                    udp.to_header()
                        .calc_checksum_ipv6(&ip.header().to_header(), udp.payload()),
                ),
                NetSlice::Arp(_) => panic!("no IP"),
            };
            assert_eq!(udp.checksum(), checksum.unwrap());
            let [from, to]: [SocketAddr; 2] = [from, to].map(|address| address.parse().unwrap());
            assert_eq!((source, udp.source_port()), (from.ip(), from.port()));
            assert_eq!((destination, udp.destination_port()), (to.ip(), to.port()));
        }
        assert_eq!(packets.len(), 2);
    }
}

#[test]
fn each_interface_is_named_once() {
    let (mut wired, wireless) = (
        entry("192.0.2.1:1", "192.0.2.2:5060", Direction::Out, REGISTER),
        entry("192.0.2.3:1", "192.0.2.2:5060", Direction::Out, REGISTER),
    );
    wired.flow.interface = "eth0".into();
    let capture = of(
        &[wired.clone(), wireless.clone(), wired, wireless],
        Bodies::LeftOut,
    )
    .unwrap();
    let places: Vec<u32> = packets(&capture)
        .iter()
        .map(|packet| packet.interface_id)
        .collect();
    assert_eq!(places, [0, 1, 0, 1]);
}

#[test]
fn what_the_packet_does_not_show_stands_in_its_comment_and_is_said() {
    let mut garbage = entry(
        "192.0.2.1:1",
        "192.0.2.2:5060",
        Direction::In,
        "\\u{1}junk\r\n\r\nsecret",
    );
    garbage.dropped = Some("not SIP".into());
    let capture = of(&[garbage], Bodies::LeftOut).unwrap();
    let packet = packets(&capture).remove(0);
    assert!(packet.data.ends_with(b"\\u{1}junk\r\n\r\n"));
    assert!(
        packet
            .options
            .contains(&EnhancedPacketOption::Common(CommonOption::Comment(
                "line work; dropped: not SIP; body left out".into()
            )))
    );
    assert_eq!(
        capture.sentences(),
        [
            "Messages in the capture: 1.",
            "Without their bodies: 1. --bodies keeps them."
        ]
    );
}

#[test]
fn what_no_packet_can_carry_is_left_out_and_said() {
    let long = "x".repeat(70_000);
    let capture = of(
        &[
            entry(
                "192.0.2.1:1",
                "[2001:db8::1]:5060",
                Direction::Out,
                REGISTER,
            ),
            entry("nowhere", "192.0.2.1:5060", Direction::In, REGISTER),
            entry("192.0.2.1:1", "192.0.2.2:5060", Direction::In, &long),
        ],
        Bodies::Kept,
    )
    .unwrap();
    assert_eq!((capture.messages, capture.left_out), (0, 3));
    assert!(packets(&capture).is_empty());
    assert_eq!(
        capture.sentences().last().unwrap(),
        "Left out, because no packet can carry them: 3."
    );
}
