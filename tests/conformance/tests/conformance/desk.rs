//! A phone that speaks to a registrar in one call, and a clock that only the test moves.

use std::time::{Duration, Instant, SystemTime};

use bellhop_endpoint::stateless::{Received, StatelessUas};
use bellhop_registrar::{
    Account, Answer, Arrival, Event, Hold, Outcome, Registrar, RegistrarConfig, StreamId,
};
use bellhop_sip::digest::{self, Challenge, Secret};
use bellhop_sip::{HeaderName, Message, Method, Request, Response};

/// 2026-11-23 20:00:00 UTC, a Monday.
const WALL: u64 = 1_795_464_000;

pub(crate) struct Desk {
    pub(crate) registrar: Registrar,
    uas: StatelessUas,
    pub(crate) now: Instant,
    begun: Instant,
}

const PHONE: &str = "198.51.100.7:5060";

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut RegistrarConfig)) -> Desk {
        let mut config = config();
        change(&mut config);
        let now = Instant::now();
        Desk {
            registrar: Registrar::new(config, [7; 32]),
            uas: StatelessUas::new([9; 32]),
            now,
            begun: now,
        }
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    pub(crate) fn send(&mut self, request: &Request) -> Response {
        self.send_by(&at_home(), request)
    }

    pub(crate) fn send_by(&mut self, arrival: &Arrival, request: &Request) -> Response {
        response(self.answer(arrival, request).response)
    }

    /// The whole way: bytes in, bytes out.
    pub(crate) fn answer(&mut self, arrival: &Arrival, request: &Request) -> Answer {
        self.receive(arrival, request.to_bytes())
            .unwrap_or_else(|| panic!("no answer"))
    }

    pub(crate) fn receive(&mut self, arrival: &Arrival, message: bytes::Bytes) -> Option<Answer> {
        let wall = self.wall();
        match self.uas.receive(arrival.source, message) {
            Received::Request { request, .. } => Some(
                self.registrar
                    .handle_request(self.now, wall, arrival, &request),
            ),
            Received::Refused {
                response, status, ..
            } => Some(Answer {
                response,
                status,
                hold: Hold::Nothing,
                outcome: Outcome::Refused,
                unsaved: None,
            }),
            Received::Response(_) | Received::KeepAlive | Received::Discarded(_) => None,
        }
    }

    pub(crate) fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(WALL) + (self.now - self.begun)
    }

    /// The Contact values that `tina` asks for in a query.
    pub(crate) fn query(&mut self) -> Vec<String> {
        contacts(&Phone::tina("query").register(self, ""))
    }

    pub(crate) fn events(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.registrar.poll_event())
            .map(|event: Event| event.to_string())
            .collect()
    }
}

pub(crate) fn config() -> RegistrarConfig {
    let accounts = vec![Account::new("tina", "demo"), Account::new("bob", "b0b")];
    let mut config = RegistrarConfig::new("example.com", accounts);
    config.aliases = vec!["192.0.2.1".into()];
    config
}

pub(crate) struct Phone {
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
    pub(crate) call_id: &'static str,
    pub(crate) cseq: u32,
    pub(crate) uri: &'static str,
    pub(crate) aor: &'static str,
}

impl Phone {
    pub(crate) fn tina(call_id: &'static str) -> Phone {
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
    pub(crate) fn request(&mut self, lines: &str) -> Request {
        self.cseq += 1;
        let (uri, aor, call_id, cseq) = (self.uri, self.aor, self.call_id, self.cseq);
        request(&format!(
            "REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK{cseq}\r\nFrom: <{aor}>;tag=1\r\nTo: <{aor}>\r\n\
             Call-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\nMax-Forwards: 70\r\n{lines}\r\n"
        ))
    }

    /// The answer to the strongest challenge of `refusal`, put into `request`.
    pub(crate) fn answer(&self, request: &mut Request, refusal: &Response, nc: u32) {
        let challenge = digest::strongest(challenges(refusal).into_iter()).unwrap();
        self.answer_one(request, &challenge, nc);
    }

    pub(crate) fn answer_one(&self, request: &mut Request, challenge: &Challenge, nc: u32) {
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
    pub(crate) fn register(&mut self, desk: &mut Desk, lines: &str) -> Response {
        self.register_by(desk, &at_home(), lines)
    }

    pub(crate) fn register_by(&mut self, desk: &mut Desk, by: &Arrival, lines: &str) -> Response {
        response(self.log_in(desk, by, lines).response)
    }

    pub(crate) fn log_in(&mut self, desk: &mut Desk, by: &Arrival, lines: &str) -> Answer {
        let refusal = desk.answer(by, &self.request(lines));
        if refusal.status != 401 {
            return refusal;
        }
        let mut again = self.request(lines);
        self.answer(&mut again, &response(refusal.response), 1);
        desk.answer(by, &again)
    }
}

/// A datagram from the phone.
pub(crate) fn at_home() -> Arrival {
    Arrival::udp(PHONE.parse().unwrap())
}

/// A request on a stream.
pub(crate) fn by_stream(stream: u64) -> Arrival {
    Arrival {
        source: PHONE.parse().unwrap(),
        transport: bellhop_sip::Transport::Tcp,
        stream: Some(StreamId(stream)),
    }
}

pub(crate) fn request(text: &str) -> Request {
    match Message::parse_datagram(text.to_owned().into()).unwrap() {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a request is expected"),
    }
}

pub(crate) fn response(bytes: bytes::Bytes) -> Response {
    match Message::parse_datagram(bytes).unwrap() {
        Message::Response(response) => response,
        Message::Request(_) => panic!("a response is expected"),
    }
}

pub(crate) fn challenges(response: &Response) -> Vec<Challenge> {
    response
        .headers
        .challenges(&HeaderName::WwwAuthenticate)
        .map(Result::unwrap)
        .collect()
}

pub(crate) fn contacts(response: &Response) -> Vec<String> {
    assert_eq!(response.status.code(), 200, "{}", response.reason);
    header(response, &HeaderName::Contact)
}

pub(crate) fn header(response: &Response, name: &HeaderName) -> Vec<String> {
    response
        .headers
        .get_all(name)
        .map(|value| value.as_text().unwrap().to_string())
        .collect()
}
