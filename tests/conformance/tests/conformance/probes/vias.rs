//! Via.

use bellhop_sip::{HeaderName, Headers, Host, Transport, ViaTransport};

use crate::common::{request, response, via, vias};

#[test]
fn probe_04_folded_via_parameters() {
    let request = request(
        "OPTIONS sip:ex.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa\r\n ;rport\r\nFrom: <sip:a@ex.com>;tag=1\r\nTo: <sip:b@ex.com>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n",
    );
    let via = request.headers.top_via().unwrap();
    assert_eq!(
        (via.rport(), via.branch().unwrap().as_str()),
        (Some(None), "z9hG4bKa")
    );
}

#[test]
fn probe_12_ipv6_in_received() {
    let response = response(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP [2001:db8::9:1]:5060;received=[2001:db8::9:255];branch=z9hG4bKas3\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n",
    );
    let via = response.headers.top_via().unwrap();
    assert_eq!(via.received(), Some("2001:db8::9:255".parse().unwrap()));
    assert_eq!(via.branch().unwrap(), "z9hG4bKas3");
    assert_eq!(
        (via.sent_by.host, via.sent_by.port),
        (Host::V6("2001:db8::9:1".parse().unwrap()), Some(5060))
    );
}

#[test]
fn probe_14_white_space_everywhere() {
    let via = via("SIP / 2.0\t/ UDP  192.0.2.2:5060 ; branch=z9hG4bK390skdjuw");
    assert_eq!(
        via.to_string(),
        "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK390skdjuw"
    );
}

#[test]
fn probe_14b_a_space_before_the_semicolon() {
    let via = via("SIP/2.0/UDP 192.0.2.2:5060 ;branch=z9hG4bK390skdjuw");
    assert_eq!(
        (via.branch().unwrap().as_str(), via.sent_by.port),
        ("z9hG4bK390skdjuw", Some(5060))
    );
}

#[test]
fn probe_30_rport_and_received_filled_in() {
    let text = "SIP/2.0/UDP 10.0.0.1:5060;rport=5061;received=192.0.2.1;branch=z9hG4bKa";
    let via = via(text);
    assert_eq!(
        (via.rport(), via.received()),
        (Some(Some(5061)), Some("192.0.2.1".parse().unwrap()))
    );
    assert_eq!(via.to_string(), text);
}

#[test]
fn probe_31_two_vias_in_one_line() {
    let mut headers = Headers::new();
    headers.push(
        HeaderName::Via,
        "SIP/2.0/UDP a.ex:5060;branch=z9hG4bK1, SIP/2.0/TCP b.ex;branch=z9hG4bK2",
    );
    let said: Vec<_> = vias(&headers).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "SIP/2.0/UDP a.ex:5060;branch=z9hG4bK1",
            "SIP/2.0/TCP b.ex;branch=z9hG4bK2"
        ]
    );
}

#[test]
fn probe_32_websockets() {
    let via = via("SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks");
    assert_eq!(via.transport, ViaTransport::Known(Transport::Wss));
}

#[test]
fn probe_33_an_unknown_transport() {
    assert_eq!(
        via("SIP/2.0/FOO h.ex;branch=z9hG4bK1").transport,
        ViaTransport::Other("FOO".into())
    );
    assert_eq!(
        via("SIP/2.0/TLS-SCTP h.ex;branch=z9hG4bK1").transport,
        ViaTransport::Known(Transport::TlsSctp)
    );
}

#[test]
fn probe_61_every_transport() {
    for transport in ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"] {
        let via = via(&format!(
            "SIP/2.0/{transport} t.example.com;branch=z9hG4bKkdjuw"
        ));
        assert_eq!(
            (
                via.transport.to_string().as_str(),
                via.branch().unwrap().as_str()
            ),
            (transport, "z9hG4bKkdjuw")
        );
    }
}
