//! What reading a typical REGISTER costs, beside rsip on the same machine in the same run.
//!
//! `cargo bench -p bellhop-sip`. The aim: at most 1 µs for the start line and Via, From, To, Call-ID, CSeq and Contact typed. The allocations are counted by
//! `tests/allocations.rs`, since counting costs time.
// Expected, not allowed: this is also where it shows that the lint against rsip's parser bites.
#![expect(
    clippy::disallowed_types,
    reason = "rsip's own parser is what is compared with"
)]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bellhop_sip::Message;
use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group};
use rsip::prelude::*;

const REGISTER: &[u8] = include_bytes!("../tests/register.sip");

/// Few enough that neither the datagrams nor what is read out of them leave the cache.
const BATCH: BatchSize = BatchSize::NumIterations(32);

criterion_group!(benches, register);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    table();
}

fn register(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("REGISTER");
    group.bench_function("bellhop, start line and headers found", |b| {
        b.iter_batched(datagram, bellhop_untyped, BATCH);
    });
    group.bench_function("bellhop, six headers typed", |b| {
        b.iter_batched(datagram, bellhop_typed, BATCH);
    });
    group.bench_function("rsip, untyped", |b| {
        b.iter_batched(datagram, rsip_untyped, BATCH);
    });
    group.bench_function("rsip, six headers typed", |b| {
        b.iter_batched(datagram, rsip_typed, BATCH);
    });
    group.finish();
}

/// What a socket hands over: a buffer of its own.
fn datagram() -> Bytes {
    Bytes::from(REGISTER.to_vec())
}

fn bellhop_untyped(datagram: Bytes) -> Message {
    Message::parse_datagram(datagram).unwrap()
}

fn bellhop_typed(datagram: Bytes) -> Message {
    let message = bellhop_untyped(datagram);
    let headers = message.headers();
    black_box(&headers.top_via().unwrap());
    black_box(&headers.from().unwrap());
    black_box(&headers.to().unwrap());
    black_box(&headers.call_id().unwrap());
    black_box(&headers.cseq().unwrap());
    black_box(&headers.contacts().next().unwrap().unwrap());
    message
}

fn rsip_untyped(datagram: Bytes) -> rsip::SipMessage {
    rsip::SipMessage::try_from(datagram.as_ref()).unwrap()
}

/// rsip cannot type a Contact with `+sip.instance`, so that its share is left out: it stays untyped.
fn rsip_typed(datagram: Bytes) -> rsip::SipMessage {
    let message = rsip_untyped(datagram);
    black_box(&message.via_header().unwrap().clone().typed().unwrap());
    black_box(&message.from_header().unwrap().clone().typed().unwrap());
    black_box(&message.to_header().unwrap().clone().typed().unwrap());
    black_box(&message.call_id_header().unwrap().clone());
    black_box(&message.cseq_header().unwrap().clone().typed().unwrap());
    black_box(&message.contact_header().unwrap().clone());
    message
}

fn table() {
    println!("\n{:<40} {:>9} {:>9}", "REGISTER", "ns", "times");
    let rows = [
        (
            "bellhop, start line and headers found",
            median(bellhop_untyped),
        ),
        ("bellhop, six headers typed", median(bellhop_typed)),
        ("rsip, untyped", median(rsip_untyped)),
        ("rsip, six headers typed", median(rsip_typed)),
    ];
    let ours = rows[1].1.as_secs_f64();
    for (name, time) in rows {
        println!(
            "{name:<40} {:>9} {:>9.1}",
            time.as_nanos(),
            time.as_secs_f64() / ours
        );
    }
}

/// The median over batches; copying the datagram out of a socket's buffer and dropping what was read are included.
fn median<T>(read: impl Fn(Bytes) -> T) -> Duration {
    let mut times: Vec<Duration> = (0..500)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..100 {
                drop(black_box(read(Bytes::copy_from_slice(black_box(REGISTER)))));
            }
            start.elapsed() / 100
        })
        .collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
