//! One endpoint and a peer whose words are written by the test.

use std::time::{Duration, Instant};

use bellhop_endpoint::{
    Endpoint, Event, Flow, FlowId, Limits, RequestId, ServerTransactionId, Timers, Transmit,
    Transport, uas,
};
use bellhop_sip::{Request, Response, StatusCode};
use bytes::Bytes;

use crate::pair::{base, describe, register};

pub(crate) const LOCAL: &str = "192.0.2.7:40000";
pub(crate) const PEER: &str = "198.51.100.1:5060";
pub(crate) const FLOW: FlowId = FlowId(1);

pub(crate) struct Lone {
    pub(crate) endpoint: Endpoint,
    start: Instant,
    pub(crate) now: Instant,
}

impl Lone {
    pub(crate) fn new() -> Lone {
        Lone::with_limits(Limits::default())
    }

    pub(crate) fn with_limits(limits: Limits) -> Lone {
        let mut endpoint = Endpoint::new(Timers::default(), [3; 32]).with_limits(limits);
        endpoint.open_flow(FLOW, flow(LOCAL, PEER));
        let start = base();
        Lone {
            endpoint,
            start,
            now: start,
        }
    }

    /// Sends a REGISTER and returns its branch.
    pub(crate) fn register(&mut self, id: u64) -> String {
        self.endpoint
            .send_request(self.now, RequestId(id), FLOW, register())
            .unwrap();
        branch(self.sent().remove(0).as_bytes())
    }

    /// A datagram from `source`; a line a header, without the empty line.
    pub(crate) fn hear_from(&mut self, source: &str, text: &str) {
        self.hear_on(FLOW, source, text);
    }

    pub(crate) fn hear(&mut self, text: &str) {
        self.hear_from(PEER, text);
    }

    pub(crate) fn hear_on(&mut self, flow: FlowId, source: &str, text: &str) {
        let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
        let datagram = lines.join("\r\n") + "\r\n\r\n";
        self.hear_bytes(flow, source, datagram.into_bytes());
    }

    pub(crate) fn hear_bytes(&mut self, flow: FlowId, source: &str, datagram: Vec<u8>) {
        self.endpoint.handle_datagram(
            self.now,
            flow,
            source.parse().unwrap(),
            Bytes::from(datagram),
        );
    }

    /// The one event that waits must be a request.
    pub(crate) fn asked(&mut self) -> (ServerTransactionId, Request) {
        let event = self.endpoint.poll_event();
        let Some(Event::Request { id, request, .. }) = event else {
            panic!("not asked: {event:?}")
        };
        (id, request)
    }

    pub(crate) fn answer(&mut self, id: ServerTransactionId, request: &Request, status: u16) {
        self.endpoint.respond(
            self.now,
            id,
            Response::answering(request, StatusCode::from(status)),
        );
    }

    /// Answers what was asked as a line does.
    pub(crate) fn answer_as_a_line(&mut self) {
        let (id, request) = self.asked();
        let to_tag = self.endpoint.tag();
        self.endpoint
            .respond(self.now, id, uas::answer(&request, &to_tag));
    }

    pub(crate) fn told(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.endpoint.poll_event())
            .map(|event| describe(&event))
            .collect()
    }

    pub(crate) fn transmits(&mut self) -> Vec<Transmit> {
        std::iter::from_fn(|| self.endpoint.poll_transmit()).collect()
    }

    pub(crate) fn sent(&mut self) -> Vec<String> {
        self.transmits()
            .iter()
            .map(|transmit| String::from_utf8(transmit.payload.to_vec()).unwrap())
            .collect()
    }

    /// Jumps from wake-up to wake-up up to `until` milliseconds, and says when datagrams left and what they were.
    pub(crate) fn run_until(&mut self, until: u64) -> Vec<(u64, String)> {
        let end = self.start + Duration::from_millis(until);
        let mut sent = Vec::new();
        while let Some(next) = self.endpoint.poll_timeout().filter(|next| *next <= end) {
            self.now = next;
            self.endpoint.handle_timeout(next);
            let at = u64::try_from((next - self.start).as_millis()).unwrap();
            sent.extend(
                self.sent()
                    .iter()
                    .map(|text| (at, text.lines().next().unwrap().to_owned())),
            );
        }
        self.now = end;
        sent
    }
}

/// The branch of a request that was sent.
pub(crate) fn branch(request: &[u8]) -> String {
    let text = String::from_utf8_lossy(request);
    let branch = text.split("branch=").nth(1).unwrap();
    branch.split(['\r', ';']).next().unwrap().to_owned()
}

pub(crate) fn flow(local: &str, remote: &str) -> Flow {
    Flow {
        transport: Transport::Udp,
        local: local.parse().unwrap(),
        remote: Some(remote.parse().unwrap()),
    }
}

/// A request of the peer with the Via parameters and CSeq number of the test.
pub(crate) fn request(method: &str, via: &str) -> String {
    format!(
        "{method} sip:tina@192.0.2.7:40000 SIP/2.0
        Via: SIP/2.0/UDP {via}
        Max-Forwards: 70
        From: <sip:pbx@example.com>;tag=as5d1b
        To: <sip:tina@192.0.2.7:40000>
        Call-ID: 27e2d2f6@198.51.100.1
        CSeq: 102 {}",
        if method == "ACK" { "ACK" } else { method }
    )
}

/// A response of the peer to [`Lone::register`].
pub(crate) fn response(status: &str, branch: &str) -> String {
    format!(
        "SIP/2.0 {status}
        Via: SIP/2.0/UDP 192.0.2.7:40000;rport=40000;received=192.0.2.7;branch={branch}
        From: <sip:tina@example.com>;tag=a73kszlfl
        To: <sip:tina@example.com>;tag=37GkEhwl6
        Call-ID: 1j9FpLxk3uxtm8tn@192.0.2.7
        CSeq: 1 REGISTER"
    )
}
