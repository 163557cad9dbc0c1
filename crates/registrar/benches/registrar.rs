//! What a refresh costs from its bytes to those of its answer, a challenge, a lookup, and what a binding weighs.
//!
//! `cargo bench -p bellhop-registrar`. The aim: a refresh with MD5 under 3 µs, 600 bytes a binding, and a lookup that does not grow with the number of
//! users.
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark"
)]

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use bellhop_endpoint::stateless::{Received, StatelessUas};
use bellhop_registrar::{Account, Answer, Arrival, Registrar, RegistrarConfig};
use bellhop_sip::digest::{self, Algorithm, Challenge, Secret};
use bellhop_sip::{HeaderName, Message, Method, Response};
use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

const USERS: usize = 10_000;
const URI: &str = "sip:home.example";

criterion_group!(benches, refresh, challenge, lookup);
criterion_main!(benches);

struct Home {
    uas: StatelessUas,
    registrar: Registrar,
    now: Instant,
    wall: SystemTime,
}

impl Home {
    fn new(users: usize) -> Home {
        let accounts = (0..users)
            .map(|n| Account::new(format!("u{n}"), format!("secret of {n}")))
            .collect();
        Home {
            uas: StatelessUas::new([1; 32]),
            registrar: Registrar::new(RegistrarConfig::new("home.example", accounts), [7; 32]),
            now: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// Bytes in, bytes out.
    fn serve(&mut self, source: SocketAddr, datagram: Bytes) -> Answer {
        match self.uas.receive(source, datagram) {
            Received::Request { request, .. } => {
                let arrival = Arrival::udp(source);
                self.registrar
                    .handle_request(self.now, self.wall, &arrival, &request)
            }
            other @ (Received::Refused { .. }
            | Received::Response(_)
            | Received::KeepAlive
            | Received::Discarded(_)) => panic!("{other:?}"),
        }
    }

    fn drain(&mut self) {
        while let Some(write) = self.registrar.poll_write() {
            self.registrar.handle_committed(write.seq);
        }
        while self.registrar.poll_event().is_some() {}
    }
}

struct Phone {
    user: usize,
    cseq: u32,
    challenge: Option<Challenge>,
    nc: u32,
}

impl Phone {
    fn source(&self) -> SocketAddr {
        let [_, a, b, c] = u32::try_from(self.user).unwrap().to_be_bytes();
        SocketAddr::from(([10, a, b, c], 5060))
    }

    fn request(&mut self) -> Bytes {
        self.cseq += 1;
        self.nc += 1;
        let (user, cseq) = (self.user, self.cseq);
        let ip = self.source().ip();
        let authorization = self.challenge.as_ref().map_or(String::new(), |challenge| {
            let (name, password) = (format!("u{user}"), format!("secret of {user}"));
            let secret = Secret {
                username: &name,
                password: &password,
            };
            let answer = digest::answer(
                challenge,
                &secret,
                &Method::Register,
                URI,
                self.nc,
                "0a4f113b8c2d",
            )
            .unwrap();
            format!("Authorization: {answer}\r\n")
        });
        Bytes::from(format!(
            "REGISTER {URI} SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:5060;branch=z9hG4bK-{user}-{cseq}-5f3a9c;rport\r\nMax-Forwards: 70\r\n\
             From: <sip:u{user}@home.example>;tag=a6c85cf{user}\r\nTo: <sip:u{user}@home.example>\r\nCall-ID: 843817637684230-{user}@{ip}\r\n\
             CSeq: {cseq} REGISTER\r\nContact: <sip:u{user}@{ip}:5060>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-{user:012}>\"\r\n{authorization}\
             Expires: 3600\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, MESSAGE\r\nSupported: replaces, path\r\nUser-Agent: Bench phone 1.0\r\n\
             Content-Length: 0\r\n\r\n"
        ))
    }

    fn challenged(&mut self, home: &mut Home, algorithm: &Algorithm) {
        let datagram = self.request();
        let refusal = home.serve(self.source(), datagram);
        assert_eq!(refusal.status, 401);
        self.challenge = challenges(refusal.response)
            .into_iter()
            .find(|c| c.algorithm == *algorithm);
        self.nc = 0;
    }
}

fn challenges(response: Bytes) -> Vec<Challenge> {
    let Ok(Message::Response(response)) = Message::parse_datagram(response) else {
        panic!("a response");
    };
    let response: Response = response;
    response
        .headers
        .challenges(&HeaderName::WwwAuthenticate)
        .map(Result::unwrap)
        .collect()
}

/// All users bound.
fn full(users: usize, algorithm: &Algorithm) -> (Home, Vec<Phone>) {
    let mut home = Home::new(users);
    let mut phones: Vec<Phone> = (0..users)
        .map(|user| Phone {
            user,
            cseq: 0,
            challenge: None,
            nc: 0,
        })
        .collect();
    for phone in &mut phones {
        phone.challenged(&mut home, algorithm);
        let datagram = phone.request();
        assert_eq!(home.serve(phone.source(), datagram).status, 200);
        home.drain();
    }
    (home, phones)
}

fn refresh(criterion: &mut Criterion) {
    for algorithm in [Algorithm::Md5, Algorithm::Sha256] {
        let (mut home, mut phones) = full(USERS, &algorithm);
        let mut turn = 0;
        // Each user in his turn, as they come: nothing of him is in the caches. The datagrams are made before the clock runs.
        criterion.bench_function(&format!("refresh of 10 k users, {algorithm}"), |b| {
            b.iter_custom(|iterations| {
                let mut taken = Duration::ZERO;
                let mut left = usize::try_from(iterations).unwrap();
                while left > 0 {
                    let batch = left.min(1000);
                    left -= batch;
                    let datagrams: Vec<(SocketAddr, Bytes)> = (0..batch)
                        .map(|_| {
                            turn = (turn + 1) % USERS;
                            let phone = &mut phones[turn];
                            (phone.source(), phone.request())
                        })
                        .collect();
                    home.now += Duration::from_millis(1);
                    let begun = Instant::now();
                    for (source, datagram) in datagrams {
                        let answer = home.serve(source, datagram);
                        assert_eq!(answer.status, 200);
                        black_box(answer);
                    }
                    taken += begun.elapsed();
                    home.drain();
                }
                // No nonce grows old.
                taken
            });
        });
    }
}

fn challenge(criterion: &mut Criterion) {
    let mut home = Home::new(100);
    let mut phone = Phone {
        user: 1,
        cseq: 0,
        challenge: None,
        nc: 0,
    };
    let source = phone.source();
    let datagram = phone.request();
    criterion.bench_function("challenge", |b| {
        b.iter_batched(
            || Bytes::copy_from_slice(&datagram),
            |datagram| home.serve(source, datagram),
            BatchSize::SmallInput,
        );
    });
}

fn lookup(criterion: &mut Criterion) {
    for users in [10, 10_000, 1_000_000] {
        let mut home = Home::new(users);
        // A few are bound; the table holds all.
        for user in (0..users).step_by((users / 10).max(1)) {
            let mut phone = Phone {
                user,
                cseq: 0,
                challenge: None,
                nc: 0,
            };
            phone.challenged(&mut home, &Algorithm::Md5);
            let datagram = phone.request();
            assert_eq!(home.serve(phone.source(), datagram).status, 200);
        }
        let names: Vec<String> = (0..1000)
            .map(|n| format!("u{}", n * 7919 % users))
            .collect();
        let mut turn = 0;
        criterion.bench_function(&format!("lookup among {users}"), |b| {
            b.iter(|| {
                turn = (turn + 1) % names.len();
                black_box(home.registrar.lookup(home.now, &names[turn]).len())
            });
        });
    }
}
