//! Two endpoints and a clock. The caller sends to the callee over a wire with delay, loss, copies and overtaking; time jumps from one
//! wake-up to the next.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_endpoint::{
    Endpoint, Event, Flow, FlowId, RequestId, ServerTransactionId, Timers, Transmit, Transport,
};
use bellhop_sip::{HeaderName, Method, Request, Response, StatusCode};
use bytes::Bytes;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub(crate) const CALLER: &str = "192.0.2.7:40000";
pub(crate) const CALLEE: &str = "198.51.100.1:5060";
pub(crate) const FLOW: FlowId = FlowId(1);

/// What the callee's user does with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// Answers `.1` after `.0` milliseconds.
    After(u64, u16),
    /// Says nothing.
    Never,
}

/// How the wire treats datagrams; `lose` comes first.
pub(crate) struct Wire {
    /// One way, in milliseconds.
    pub(crate) delay: u64,
    /// At most this much later, in milliseconds: enough makes datagrams overtake each other.
    pub(crate) jitter: u64,
    /// Lost, of a hundred.
    pub(crate) loss: u64,
    /// Delivered twice, of a hundred.
    pub(crate) copies: u64,
    /// Lost, each once: the next datagram whose first line holds the text.
    pub(crate) lose: Vec<&'static str>,
    rng: ChaCha20Rng,
}

pub(crate) struct Pair {
    pub(crate) caller: Endpoint,
    pub(crate) callee: Endpoint,
    pub(crate) wire: Wire,
    /// What the callee's user does with the next requests; the last stays.
    pub(crate) replies: VecDeque<Reply>,
    start: Instant,
    now: Instant,
    /// By arrival and a number that keeps the order of departure.
    flying: BTreeMap<(Instant, u64), (SocketAddr, Bytes)>,
    answers: BTreeMap<(Instant, ServerTransactionId), Response>,
    /// Milliseconds and first line of all that the two sent.
    pub(crate) caller_sent: Vec<(u64, String)>,
    pub(crate) callee_sent: Vec<(u64, String)>,
    /// Milliseconds and what the caller's user was told.
    pub(crate) told: Vec<(u64, String)>,
    /// When the callee's user was told of requests.
    pub(crate) asked: Vec<u64>,
    sent: u64,
}

impl Pair {
    pub(crate) fn new(seed: u8) -> Pair {
        let (near, far): (SocketAddr, SocketAddr) =
            (CALLER.parse().unwrap(), CALLEE.parse().unwrap());
        let mut caller = Endpoint::new(Timers::default(), [seed; 32]);
        let mut callee = Endpoint::new(Timers::default(), [!seed; 32]);
        caller.open_flow(
            FLOW,
            Flow {
                transport: Transport::Udp,
                local: near,
                remote: Some(far),
            },
        );
        callee.open_flow(
            FLOW,
            Flow {
                transport: Transport::Udp,
                local: far,
                remote: None,
            },
        );
        let now = base();
        let rng = ChaCha20Rng::from_seed([seed; 32]);
        Pair {
            caller,
            callee,
            wire: Wire {
                delay: 20,
                jitter: 0,
                loss: 0,
                copies: 0,
                lose: Vec::new(),
                rng,
            },
            replies: VecDeque::from([Reply::After(0, 200)]),
            start: now,
            now,
            flying: BTreeMap::new(),
            answers: BTreeMap::new(),
            caller_sent: Vec::new(),
            callee_sent: Vec::new(),
            told: Vec::new(),
            asked: Vec::new(),
            sent: 0,
        }
    }

    pub(crate) fn register(&mut self, id: u64) {
        self.caller
            .send_request(self.now, RequestId(id), FLOW, register())
            .unwrap();
        self.settle();
    }

    /// Until nothing is due any more.
    pub(crate) fn run(&mut self) {
        self.run_until(u64::MAX);
        assert!(self.flying.is_empty() && self.answers.is_empty());
    }

    /// Through all that is due up to `until` milliseconds.
    pub(crate) fn run_until(&mut self, until: u64) {
        let end = self.start.checked_add(Duration::from_millis(until));
        while let Some(next) = self
            .next()
            .filter(|next| end.is_none_or(|end| *next <= end))
        {
            assert!(next >= self.now, "time does not run backwards");
            self.now = next;
            self.caller.handle_timeout(next);
            self.callee.handle_timeout(next);
            while self
                .flying
                .first_key_value()
                .is_some_and(|((at, _), _)| *at <= next)
            {
                let (_, (to, payload)) = self.flying.pop_first().unwrap();
                self.deliver(to, payload);
            }
            while self
                .answers
                .first_key_value()
                .is_some_and(|((at, _), _)| *at <= next)
            {
                let ((_, id), response) = self.answers.pop_first().unwrap();
                self.callee.respond(next, id, response);
            }
            self.settle();
        }
        if let Some(end) = end {
            self.now = end;
        }
    }

    /// When the caller sent, in milliseconds.
    pub(crate) fn caller_times(&self) -> Vec<u64> {
        self.caller_sent.iter().map(|(at, _)| *at).collect()
    }

    fn next(&self) -> Option<Instant> {
        let flying = self.flying.first_key_value().map(|((at, _), _)| *at);
        let answer = self.answers.first_key_value().map(|((at, _), _)| *at);
        [
            self.caller.poll_timeout(),
            self.callee.poll_timeout(),
            flying,
            answer,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn deliver(&mut self, to: SocketAddr, payload: Bytes) {
        let caller: SocketAddr = CALLER.parse().unwrap();
        let callee: SocketAddr = CALLEE.parse().unwrap();
        if to == callee {
            self.callee.handle_datagram(self.now, FLOW, caller, payload);
        } else {
            assert_eq!(to, caller);
            self.caller.handle_datagram(self.now, FLOW, callee, payload);
        }
    }

    /// Events to the users, datagrams to the wire, until both endpoints are quiet.
    fn settle(&mut self) {
        let at = self.millis();
        while let Some(event) = self.callee.poll_event() {
            let Event::Request { id, request, .. } = event else {
                panic!("the callee is told of requests alone: {event:?}")
            };
            self.asked.push(at);
            let reply = if self.replies.len() > 1 {
                self.replies.pop_front()
            } else {
                self.replies.front().copied()
            };
            match reply.unwrap() {
                Reply::Never => {}
                Reply::After(0, status) => {
                    self.callee
                        .respond(self.now, id, answering(&request, status));
                }
                Reply::After(wait, status) => {
                    self.answers.insert(
                        (self.now + Duration::from_millis(wait), id),
                        answering(&request, status),
                    );
                }
            }
        }
        while let Some(event) = self.caller.poll_event() {
            self.told.push((at, describe(&event)));
        }
        while let Some(transmit) = self.caller.poll_transmit() {
            self.caller_sent.push((at, first_line(&transmit.payload)));
            self.launch(transmit);
        }
        while let Some(transmit) = self.callee.poll_transmit() {
            self.callee_sent.push((at, first_line(&transmit.payload)));
            self.launch(transmit);
        }
    }

    fn launch(&mut self, transmit: Transmit) {
        let line = first_line(&transmit.payload);
        if let Some(lost) = self.wire.lose.iter().position(|text| line.contains(text)) {
            self.wire.lose.remove(lost);
            return;
        }
        if self.wire.rng.next_u64() % 100 < self.wire.loss {
            return;
        }
        let deliveries = if self.wire.rng.next_u64() % 100 < self.wire.copies {
            2
        } else {
            1
        };
        for _ in 0..deliveries {
            let late = self.wire.rng.next_u64() % (self.wire.jitter + 1);
            let arrival = self.now + Duration::from_millis(self.wire.delay + late);
            self.sent += 1;
            self.flying.insert(
                (arrival, self.sent),
                (transmit.destination, transmit.payload.clone()),
            );
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from((self.now - self.start).as_millis()).unwrap()
    }
}

/// Where virtual time starts.
#[allow(
    clippy::disallowed_methods,
    reason = "std offers no other Instant to count from; only differences matter"
)]
pub(crate) fn base() -> Instant {
    Instant::now()
}

pub(crate) fn register() -> Request {
    let mut request = Request::new(Method::Register, "sip:example.com".parse().unwrap());
    request.headers.push(HeaderName::MaxForwards, "70");
    request
        .headers
        .push(HeaderName::From, "<sip:tina@example.com>;tag=a73kszlfl");
    request
        .headers
        .push(HeaderName::To, "<sip:tina@example.com>");
    request
        .headers
        .push(HeaderName::CallId, "1j9FpLxk3uxtm8tn@192.0.2.7");
    request.headers.push(HeaderName::CSeq, "1 REGISTER");
    request
}

fn answering(request: &Request, status: u16) -> Response {
    Response::answering(request, StatusCode::from(status))
}

pub(crate) fn describe(event: &Event) -> String {
    match event {
        Event::Response { id, response } => format!("{} {}", id.0, response.status.code()),
        Event::TimedOut { id } => format!("{} timed out", id.0),
        Event::Request { request, .. } => format!("asked {}", request.method),
        Event::Discarded { why, .. } => format!("discarded: {why}"),
    }
}

pub(crate) fn first_line(datagram: &[u8]) -> String {
    String::from_utf8_lossy(datagram)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}
