//! A phone that speaks to a registrar in one call, and a clock that only the test moves.

use std::time::{Duration, Instant, SystemTime};

use bellhop_sip::digest::{self, Challenge, Secret};
use bellhop_sip::{HeaderName, Message, Method, Request, Response};

use crate::{Account, Answer, Arrival, Event, Registrar, RegistrarConfig};

/// 2026-11-23 20:00:00 UTC, a Monday.
const WALL: u64 = 1_795_464_000;

pub(super) struct Desk {
    pub(super) registrar: Registrar,
    pub(super) now: Instant,
    begun: Instant,
}

const PHONE: &str = "198.51.100.7:5060";

impl Desk {
    pub(super) fn new() -> Desk {
        Desk::with(|_| {})
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "there is no other way to an Instant"
    )]
    pub(super) fn with(change: impl FnOnce(&mut RegistrarConfig)) -> Desk {
        let mut config = RegistrarConfig::new(
            "example.com",
            vec![Account::new("tina", "demo"), Account::new("bob", "b0b")],
        );
        config.aliases = vec!["192.0.2.1".into()];
        change(&mut config);
        let now = Instant::now();
        Desk {
            registrar: Registrar::new(config, [7; 32]),
            now,
            begun: now,
        }
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    pub(super) fn send(&mut self, request: &Request) -> Response {
        self.send_by(&Arrival::udp(PHONE.parse().unwrap()), request)
    }

    pub(super) fn send_by(&mut self, arrival: &Arrival, request: &Request) -> Response {
        response(self.answer(arrival, request).response)
    }

    pub(super) fn answer(&mut self, arrival: &Arrival, request: &Request) -> Answer {
        let wall = self.wall();
        self.registrar
            .handle_request(self.now, wall, arrival, request)
    }

    pub(super) fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(WALL) + (self.now - self.begun)
    }

    /// The Contact values that `tina` asks for in a query.
    pub(super) fn query(&mut self) -> Vec<String> {
        contacts(&Phone::tina("query").register(self, ""))
    }

    pub(super) fn events(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.registrar.poll_event())
            .map(|event: Event| event.to_string())
            .collect()
    }
}

pub(super) struct Phone {
    pub(super) user: &'static str,
    pub(super) password: &'static str,
    pub(super) call_id: &'static str,
    pub(super) cseq: u32,
    pub(super) uri: &'static str,
    pub(super) aor: &'static str,
}

impl Phone {
    pub(super) fn tina(call_id: &'static str) -> Phone {
        Phone {
            user: "tina",
            password: "demo",
            call_id,
            cseq: 0,
            uri: "sip:example.com",
            aor: "sip:tina@example.com",
        }
    }

    /// A REGISTER with the next CSeq and these further header lines, each ended by CRLF.
    pub(super) fn request(&mut self, lines: &str) -> Request {
        self.cseq += 1;
        let (uri, aor, call_id, cseq) = (self.uri, self.aor, self.call_id, self.cseq);
        request(&format!(
            "REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK{cseq}\r\nFrom: <{aor}>;tag=1\r\nTo: <{aor}>\r\n\
             Call-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\nMax-Forwards: 70\r\n{lines}\r\n"
        ))
    }

    /// The answer to the strongest challenge of `refusal`, put into `request`.
    pub(super) fn answer(&self, request: &mut Request, refusal: &Response, nc: u32) {
        let challenge = digest::strongest(challenges(refusal).into_iter()).unwrap();
        self.answer_one(request, &challenge, nc);
    }

    pub(super) fn answer_one(&self, request: &mut Request, challenge: &Challenge, nc: u32) {
        let secret = Secret {
            username: self.user,
            password: self.password,
        };
        let credentials = digest::answer(
            challenge,
            &secret,
            &Method::Register,
            self.uri,
            nc,
            "c0ffee",
        )
        .unwrap();
        request
            .headers
            .set(HeaderName::Authorization, credentials.to_string());
    }

    /// Asks, is challenged, answers; the last response.
    pub(super) fn register(&mut self, desk: &mut Desk, lines: &str) -> Response {
        let refusal = desk.send(&self.request(lines));
        if refusal.status.code() != 401 {
            return refusal;
        }
        let mut again = self.request(lines);
        self.answer(&mut again, &refusal, 1);
        desk.send(&again)
    }
}

pub(super) fn request(text: &str) -> Request {
    match Message::parse_datagram(text.to_owned().into()).unwrap() {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a request is expected"),
    }
}

pub(super) fn response(bytes: bytes::Bytes) -> Response {
    match Message::parse_datagram(bytes).unwrap() {
        Message::Response(response) => response,
        Message::Request(_) => panic!("a response is expected"),
    }
}

pub(super) fn challenges(response: &Response) -> Vec<Challenge> {
    response
        .headers
        .challenges(&HeaderName::WwwAuthenticate)
        .map(Result::unwrap)
        .collect()
}

pub(super) fn contacts(response: &Response) -> Vec<String> {
    assert_eq!(response.status.code(), 200, "{}", response.reason);
    header(response, &HeaderName::Contact)
}

pub(super) fn header(response: &Response, name: &HeaderName) -> Vec<String> {
    response
        .headers
        .get_all(name)
        .map(|value| value.as_text().unwrap().to_string())
        .collect()
}
