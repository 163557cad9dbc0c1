//! What reading a typical REGISTER costs, beside rsip on the same machine in the same run.
//!
//! `cargo bench -p bellhop-sip`. The aim: at most 1 µs and a handful of allocations for the start line and Via, From, To, Call-ID, CSeq and Contact typed.
#![allow(
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

use bellhop_sip::{CSeq, Contact, Message, Method, NameAddr, Text, Uri, Via};
use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group};
use rsip::prelude::*;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

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
        b.iter_batched(datagram, bellhop_untyped, BATCH)
    });
    group.bench_function("bellhop, six headers typed", |b| {
        b.iter_batched(datagram, bellhop_typed, BATCH)
    });
    group.bench_function("rsip, untyped", |b| {
        b.iter_batched(datagram, rsip_untyped, BATCH)
    });
    group.bench_function("rsip, six headers typed", |b| {
        b.iter_batched(datagram, rsip_typed, BATCH)
    });
    group.finish();
}

/// What a socket hands over: a buffer of its own.
fn datagram() -> Bytes {
    Bytes::from(REGISTER.to_vec())
}

type Read = (Method, Uri, Via, NameAddr, NameAddr, Text, CSeq, Contact);

fn bellhop_untyped(datagram: Bytes) -> Message {
    Message::parse_datagram(datagram).unwrap()
}

fn bellhop_typed(datagram: Bytes) -> (Message, Option<Read>) {
    let message = Message::parse_datagram(datagram).unwrap();
    let Message::Request(request) = &message else {
        return (message, None);
    };
    let headers = &request.headers;
    let read = (
        request.method.clone(),
        request.uri.clone(),
        headers.top_via().unwrap(),
        headers.from().unwrap(),
        headers.to().unwrap(),
        headers.call_id().unwrap(),
        headers.cseq().unwrap(),
        headers.contacts().next().unwrap().unwrap(),
    );
    (message, Some(read))
}

fn rsip_untyped(datagram: Bytes) -> rsip::SipMessage {
    rsip::SipMessage::try_from(datagram.as_ref()).unwrap()
}

fn rsip_typed(datagram: Bytes) -> impl Sized {
    let message = rsip_untyped(datagram);
    let via = message.via_header().unwrap().clone().typed().unwrap();
    let from = message.from_header().unwrap().clone().typed().unwrap();
    let to = message.to_header().unwrap().clone().typed().unwrap();
    let call_id = message.call_id_header().unwrap().clone();
    let cseq = message.cseq_header().unwrap().clone().typed().unwrap();
    // rsip cannot type a Contact with +sip.instance, so its share is left out: it stays untyped.
    let contact = message.contact_header().unwrap().clone();
    (message, via, from, to, call_id, cseq, contact)
}

fn table() {
    println!(
        "\n{:<40} {:>9} {:>12} {:>9}",
        "REGISTER", "ns", "allocations", "times"
    );
    let rows = [
        row("bellhop, start line and headers found", bellhop_untyped),
        row("bellhop, six headers typed", bellhop_typed),
        row("rsip, untyped", rsip_untyped),
        row("rsip, six headers typed", rsip_typed),
    ];
    let ours = rows[1].1.as_secs_f64();
    for (name, time, allocations) in rows {
        println!(
            "{name:<40} {:>9} {allocations:>12} {:>9.1}",
            time.as_nanos(),
            time.as_secs_f64() / ours
        );
    }
}

/// The median over batches, copying the datagram out of a socket's buffer and dropping what was read included, and what one reading allocates.
fn row<T>(name: &'static str, read: impl Fn(Bytes) -> T) -> (&'static str, Duration, usize) {
    let once = datagram();
    let region = Region::new(ALLOCATOR);
    drop(black_box(read(once)));
    let allocations = region.change().allocations;
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..100 {
                drop(black_box(read(Bytes::copy_from_slice(black_box(REGISTER)))));
            }
            start.elapsed() / 100
        })
        .collect();
    times.sort_unstable();
    (
        name,
        times.get(times.len() / 2).copied().unwrap_or_default(),
        allocations,
    )
}
