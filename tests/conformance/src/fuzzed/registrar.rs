//! Requests in a row, to one registrar.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use bellhop_endpoint::stateless::{Received, StatelessUas};
use bellhop_registrar::{
    Account, Arrival, Guard, GuardConfig, Qualified, Registrar, RegistrarConfig, StreamId,
};
use bellhop_sip::digest::{self, Challenge, Secret};
use bellhop_sip::{HeaderName, Message, Method, Request, Transport};
use bytes::Bytes;

/// Between two requests of one input.
const APART: [u8; 3] = [b'\n', 0, b'\n'];
/// More would be slow and find no more.
const MOST: usize = 64;
const USERS: [Secret<'static>; 2] = [
    Secret {
        username: "tina",
        password: "demo",
    },
    Secret {
        username: "bob",
        password: "b0b",
    },
];

/// What comes before a request: a byte that is no letter. Without one, `tina` logs in over UDP.
#[derive(Clone, Copy)]
struct Orders(u8);

impl Orders {
    fn split(part: &[u8]) -> (Orders, &[u8]) {
        match part.split_first() {
            Some((first, rest)) if !first.is_ascii_alphabetic() => (Orders(*first), rest),
            Some(_) | None => (Orders(1), part),
        }
    }

    fn has(self, bit: u8) -> bool {
        self.0 & (1 << bit) != 0
    }
}

/// Requests with logins, over UDP and a stream, with time and qualifications between them: the registrar's bounds hold, its answers can be read, and what it has
/// stored it reads again.
///
/// # Panics
/// Where that does not hold.
pub fn registrar(bytes: &[u8]) {
    let mut desk = Desk::new();
    let mut rest = bytes;
    for _ in 0..MOST {
        let end = rest.windows(APART.len()).position(|it| it == APART);
        let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let (orders, message) = Orders::split(part);
        desk.hear(orders, message);
        let Some(end) = end else { break };
        rest = rest.get(end + APART.len()..).unwrap_or_default();
    }
}

struct Desk {
    uas: StatelessUas,
    registrar: Registrar,
    guard: Guard,
    now: Instant,
    wall: SystemTime,
    challenge: Option<Challenge>,
    count: u32,
}

impl Desk {
    fn new() -> Desk {
        Desk {
            uas: StatelessUas::new([1; 32]),
            registrar: Registrar::new(config(), [2; 32]),
            guard: Guard::new(GuardConfig::default(), [3; 32]),
            now: Instant::now(),
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_464_000),
            challenge: None,
            count: 0,
        }
    }

    fn hear(&mut self, orders: Orders, message: &[u8]) {
        let stream = orders.has(2).then_some(StreamId(1));
        let arrival = Arrival {
            source: SocketAddr::from(([192, 0, 2, 7], 5060)),
            transport: if stream.is_some() {
                Transport::Tcp
            } else {
                Transport::Udp
            },
            stream,
        };
        self.ask(&arrival, Bytes::copy_from_slice(message), None);
        if orders.has(0) {
            let user = USERS.get(usize::from(orders.has(1)));
            self.ask(&arrival, Bytes::copy_from_slice(message), user);
        }
        if orders.has(3) {
            let time = Duration::from_secs(30);
            (self.now, self.wall) = (self.now + time, self.wall + time);
            self.registrar.handle_timeout(self.now);
        }
        if orders.has(4) {
            self.registrar.handle_stream_closed(self.now, StreamId(1));
        }
        if orders.has(5) {
            self.qualify();
        }
        if orders.has(6) {
            self.registrar.reconfigure(self.now, config());
        }
        self.look();
    }

    fn ask(&mut self, arrival: &Arrival, message: Bytes, user: Option<&Secret<'_>>) {
        let _ = self.guard.admit(self.now, arrival.source.ip());
        let message = match user {
            Some(user) => match self.logged_in(message, user) {
                Some(message) => message,
                None => return,
            },
            None => message,
        };
        let Received::Request { request, .. } = self.uas.receive(arrival.source, message) else {
            return;
        };
        let answer = self
            .registrar
            .handle_request(self.now, self.wall, arrival, &request);
        let _ = self
            .guard
            .judge(self.now, arrival.source.ip(), answer.outcome);
        if request.method == Method::Ack {
            return;
        }
        assert!((200..700).contains(&answer.status));
        // It may be longer than what we read, by what it repeats of the request and the bindings.
        if answer.response.len() < bellhop_sip::limits::MAX_MESSAGE / 2
            && let Ok(Message::Response(response)) = Message::parse_datagram(answer.response)
        {
            assert_eq!(response.status.code(), answer.status);
            let challenges = response.headers.challenges(&HeaderName::WwwAuthenticate);
            if let Some(challenge) = digest::strongest(challenges.flatten()) {
                self.challenge = Some(challenge);
                self.count = 0;
            }
        }
    }

    /// The request with an answer to the last challenge.
    fn logged_in(&mut self, message: Bytes, user: &Secret<'_>) -> Option<Bytes> {
        let Ok(Message::Request(mut request)) = Message::parse_datagram(message) else {
            return None;
        };
        let challenge = self.challenge.as_ref()?;
        self.count += 1;
        let Request { method, uri, .. } = &request;
        let login = digest::answer(challenge, user, method, uri.as_str(), self.count, "c")?;
        request
            .headers
            .set(HeaderName::Authorization, login.to_string());
        Some(request.to_bytes())
    }

    fn qualify(&mut self) {
        for user in USERS {
            let keys: Vec<_> = self
                .registrar
                .bindings(user.username)
                .map(bellhop_registrar::Binding::key)
                .collect();
            for key in keys {
                self.registrar.handle_qualified(
                    self.now,
                    user.username,
                    key,
                    Qualified::Unreachable,
                );
            }
        }
    }

    fn look(&mut self) {
        for user in USERS {
            let bound = self.registrar.bindings(user.username).count();
            assert!(bound <= config().max_contacts, "{bound} bindings");
            let forked = self.registrar.lookup(self.now, user.username);
            assert!(forked.iter().map(Vec::len).sum::<usize>() <= bound);
        }
        while self.registrar.poll_event().is_some() {}
        let mut again = Registrar::new(config(), [4; 32]);
        while let Some(write) = self.registrar.poll_write() {
            if let Some(record) = write.record {
                let read = again.restore(self.now, self.wall, &write.user, &record);
                assert!(read.is_ok(), "a record that can't be read");
            }
            self.registrar.handle_committed(write.seq);
        }
    }
}

fn config() -> RegistrarConfig {
    let accounts = USERS
        .iter()
        .map(|user| Account::new(user.username, user.password))
        .collect();
    let mut config = RegistrarConfig::new("example.com", accounts);
    config.min_expires = 1;
    config.max_contacts = 4;
    config
}
