//! Random lives of a registrar, held step by step against a reference that is too plain to be wrong: RFC 3261 §10.3, RFC 3327 §5.3 and RFC 5626 §6 in
//! the words of the RFCs, over lists that are searched from end to end. Restarts go through what the store was told to keep.

mod reference;
mod steps;

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use bellhop_registrar::{Arrival, Binding, Registrar, RegistrarConfig, StreamId};
use bellhop_sip::digest::{self, Challenge, Secret};
use bellhop_sip::{HeaderName, Method, Response, Transport};
use bytes::Bytes;
use proptest::prelude::*;

use self::reference::{Listed, Reference};
use self::steps::{Path, Register, Step, step};
use crate::desk::{challenges, config, header, request, response};

/// Seconds since 1970.
const WALL: u64 = 1_795_464_000;
const USERS: [(&str, &str); 2] = [("tina", "demo"), ("bob", "b0b")];
const SOURCES: [&str; 2] = ["198.51.100.7:5060", "203.0.113.9:40000"];
const MAX_CONTACTS: usize = 4;

/// A registrar with its store, and clients that log in with what they were last challenged with.
struct Home {
    registrar: Registrar,
    store: BTreeMap<String, Bytes>,
    begun: Instant,
    now: Instant,
    /// Streams are never used twice; closed ones have a successor.
    streams: [u64; 3],
    next_stream: u64,
    logins: [Option<(Challenge, u32)>; 2],
    cseqs: [i64; 3],
    branch: u64,
}

impl Home {
    fn new() -> Home {
        let now = Instant::now();
        Home {
            registrar: Registrar::new(limited(), [7; 32]),
            store: BTreeMap::new(),
            begun: now,
            now,
            streams: [0, 1, 2],
            next_stream: 3,
            logins: [None, None],
            cseqs: [10; 3],
            branch: 0,
        }
    }

    fn register(&mut self, wish: &Register) -> Response {
        let (user, client) = (USERS[wish.user].0, wish.client);
        let cseq = (self.cseqs[client] + wish.cseq).max(1);
        self.cseqs[client] = self.cseqs[client].max(cseq);
        let mut lines: String = wish
            .contacts
            .iter()
            .map(|contact| format!("Contact: {}\r\n", contact.written()))
            .collect();
        if wish.star {
            lines.push_str("Contact: *\r\n");
        }
        if let Some(expires) = wish.expires {
            lines.push_str(&format!("Expires: {expires}\r\n"));
        }
        lines.push_str(match wish.path {
            Path::None => "",
            Path::WithOb => "Path: <sip:edge.example;lr;ob>\r\n",
            Path::WithoutOb => "Path: <sip:edge.example;lr>, <sip:other.example;lr;ob>\r\n",
        });
        lines.push_str(if wish.outbound {
            "Supported: path, outbound\r\n"
        } else {
            "Supported: path\r\n"
        });
        let arrival = Arrival {
            source: SOURCES[usize::from(wish.moved)].parse().unwrap(),
            transport: wish.stream.map_or(Transport::Udp, |_| Transport::Tcp),
            stream: wish.stream.map(|at| StreamId(self.streams[at])),
        };
        for _ in 0..3 {
            self.branch += 1;
            let branch = self.branch;
            let text = format!(
                "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{branch}\r\nFrom: <sip:{user}@example.com>;tag=1\r\n\
                 To: <sip:{user}@example.com>\r\nCall-ID: client{client}\r\nCSeq: {cseq} REGISTER\r\n{lines}\r\n"
            );
            let mut asked = request(&text);
            if let Some((challenge, nc)) = &mut self.logins[wish.user] {
                *nc += 1;
                let (username, password) = USERS[wish.user];
                let secret = Secret { username, password };
                let uri = "sip:example.com";
                let credentials =
                    digest::answer(challenge, &secret, &Method::Register, uri, *nc, "c").unwrap();
                let value = credentials.to_string();
                asked.headers.set(HeaderName::Authorization, value);
            }
            let answer = self
                .registrar
                .handle_request(self.now, self.wall(), &arrival, &asked);
            self.keep();
            let answer = response(answer.response);
            if answer.status.code() != 401 {
                return answer;
            }
            self.logins[wish.user] =
                digest::strongest(challenges(&answer).into_iter()).map(|c| (c, 0));
        }
        panic!("no login")
    }

    /// What a store does.
    fn keep(&mut self) {
        while let Some(write) = self.registrar.poll_write() {
            match write.record {
                Some(record) => self.store.insert(write.user.to_string(), record),
                None => self.store.remove(&*write.user),
            };
            self.registrar.handle_committed(write.seq);
        }
        while self.registrar.poll_event().is_some() {}
    }

    fn close(&mut self, at: usize) {
        let stream = StreamId(self.streams[at]);
        self.registrar.handle_stream_closed(self.now, stream);
        self.streams[at] = self.next_stream;
        self.next_stream += 1;
        self.keep();
    }

    fn restart(&mut self) {
        self.next_stream += 3;
        self.streams = [
            self.next_stream - 3,
            self.next_stream - 2,
            self.next_stream - 1,
        ];
        self.registrar = Registrar::new(limited(), [8; 32]);
        for (user, record) in &self.store {
            let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(WALL) + (self.now - self.begun);
            self.registrar
                .restore(self.now, wall, user, record)
                .unwrap();
        }
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(WALL) + (self.now - self.begun)
    }

    /// What would be called.
    fn callable(&mut self, user: usize) -> Vec<Vec<String>> {
        self.registrar.handle_timeout(self.now);
        let groups = self.registrar.lookup(self.now, USERS[user].0);
        groups
            .into_iter()
            .map(|group| {
                let called = |b: &&Binding| format!("{} at {}", plain(b.contact()), b.source());
                let mut group: Vec<String> = group.iter().map(called).collect();
                group.sort();
                group
            })
            .collect()
    }
}

fn limited() -> RegistrarConfig {
    RegistrarConfig {
        max_contacts: MAX_CONTACTS,
        ..config()
    }
}

/// Either spelling in one.
fn plain(uri: &str) -> String {
    uri.to_lowercase().replace("%70", "p")
}

/// Contacts of a 200, in one spelling, in any order.
fn listed(response: &Response) -> Vec<Listed> {
    let mut all: Vec<Listed> = header(response, &HeaderName::Contact)
        .iter()
        .map(|contact| {
            let (address, params) = contact.split_once('>').unwrap();
            let (params, expires) = params.rsplit_once(";expires=").unwrap();
            Listed {
                uri: plain(address.trim_start_matches('<')),
                params: params.to_owned(),
                expires: expires.parse().unwrap(),
            }
        })
        .collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 4000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn it_does_what_a_plain_reading_of_the_rfcs_does(steps in prop::collection::vec(step(), 1..60)) {
        let mut home = Home::new();
        let mut reference = Reference::new(MAX_CONTACTS);
        let mut last = None;
        for step in &steps {
            let again = match step {
                Step::Again { one, moved } => last.clone().map(|last: Register| {
                    let skipped = if *one { last.contacts.len().saturating_sub(1) } else { 0 };
                    Step::Register(Register {
                        contacts: last.contacts[skipped..].to_vec(),
                        moved: *moved,
                        ..last
                    })
                }),
                Step::Register(_) | Step::Wait(_) | Step::Close(_) | Step::Restart => None,
            };
            let step = again.as_ref().unwrap_or(step);
            match step {
                Step::Again { .. } => {}
                Step::Wait(seconds) => {
                    home.now += Duration::from_secs(*seconds);
                    reference.wait(*seconds);
                }
                Step::Close(at) => {
                    reference.close(home.streams[*at]);
                    home.close(*at);
                }
                Step::Restart => {
                    reference.restart();
                    home.restart();
                }
                Step::Register(wish) => {
                    last = Some(Register { cseq: 1, ..wish.clone() });
                    let cseq = (home.cseqs[wish.client] + wish.cseq).max(1);
                    let stream = wish.stream.map(|at| home.streams[at]);
                    let expected = reference.register(wish, cseq, stream);
                    let response = home.register(wish);
                    let status = response.status.code();
                    match expected {
                        Ok(expected) => {
                            prop_assert_eq!(status, 200, "{:?}", wish);
                            prop_assert_eq!(listed(&response), expected.listed);
                            let required = header(&response, &HeaderName::Require);
                            prop_assert_eq!(!required.is_empty(), expected.outbound);
                        }
                        Err(faults) => prop_assert!(faults.contains(&status), "{status} is none of {faults:?}: {wish:?}"),
                    }
                }
            }
            for user in 0..USERS.len() {
                prop_assert_eq!(home.callable(user), reference.callable(user), "after {:?}", step);
            }
        }
    }
}
