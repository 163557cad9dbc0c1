//! What a lookup costs as the location service grows: the registrar as a library, since a wire would be most of it.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use bellhop_registrar::{Account, Arrival, Registrar, RegistrarConfig};
use bellhop_sip::Message;
use bellhop_sip::digest::Algorithm;
use bytes::Bytes;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::answer;
use super::message::{self, Ask, Place, User};

const DOMAIN: &str = "home";
const PASSWORD: &str = "secret";
/// Users asked for, in an order that no cache knows.
const ASKED: usize = 1 << 16;
/// How long each size is measured, several times, of which the quickest counts: what is slower is the machine's.
const WINDOW: Duration = Duration::from_millis(100);
const TIMES: usize = 7;

/// One lookup among so many records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lookup {
    pub(super) records: u32,
    pub(super) nanos: f64,
}

impl Lookup {
    /// How much more one takes among the most records than among a thousand.
    pub(super) fn growth(lookups: &[Lookup]) -> Option<f64> {
        let small = lookups.iter().find(|lookup| lookup.records == 1_000)?;
        Some(lookups.last()?.nanos / small.nanos)
    }

    pub(super) fn line(&self) -> String {
        format!("lookup among {}: {:.0} ns", self.records, self.nanos)
    }
}

/// Fills a registrar with so many records, one binding each, and looks them up.
pub(super) fn among(records: u32) -> Result<Lookup> {
    let registrar = filled(records)?;
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(records));
    let names: Vec<_> = (0..ASKED)
        .map(|_| message::name(random.random_range(0..records)))
        .collect();
    let now = Instant::now();
    let mut best = f64::INFINITY;
    for _ in 0..TIMES {
        best = best.min(nanos_of_one(&registrar, now, &names)?);
    }
    Ok(Lookup {
        records,
        nanos: best,
    })
}

fn nanos_of_one(registrar: &Registrar, now: Instant, names: &[String]) -> Result<f64> {
    let begun = Instant::now();
    let (mut done, mut found) = (0_u32, 0_u32);
    while begun.elapsed() < WINDOW {
        for name in names
            .iter()
            .skip(usize::try_from(done)? % names.len())
            .take(1024)
        {
            found += u32::from(!black_box(registrar.lookup(now, name)).is_empty());
            done += 1;
        }
    }
    let took = begun.elapsed();
    if found != done {
        bail!("{} of {done} lookups found nothing", done - found);
    }
    Ok(took.as_secs_f64() * 1e9 / f64::from(done))
}

fn filled(records: u32) -> Result<Registrar> {
    let accounts = (0..records).map(|index| Account::new(message::name(index), PASSWORD));
    let config = RegistrarConfig {
        digest: vec![Algorithm::Md5],
        ..RegistrarConfig::new(DOMAIN, accounts.collect())
    };
    let source = SocketAddr::from(([127, 0, 0, 1], 5070));
    let place = Place::new(DOMAIN, source, PASSWORD);
    let mut registrar = Registrar::new(config, [7; 32]);
    let (now, wall) = (Instant::now(), SystemTime::now());
    for index in 0..records {
        let mut user = User::new(index, &place);
        let mut ask = |user: &mut User| -> Result<(u16, Bytes)> {
            user.prepare(Ask::Bind, &place);
            let request = Bytes::copy_from_slice(user.bytes());
            let Ok(Message::Request(request)) = Message::parse_datagram(request) else {
                bail!("a REGISTER of the bench is none");
            };
            let arrival = Arrival::udp(source);
            let answer = registrar.handle_request(now, wall, &arrival, &request);
            while registrar.poll_event().is_some() || registrar.poll_write().is_some() {}
            Ok((answer.status, answer.response))
        };
        let (_, challenge) = ask(&mut user)?;
        let nonce = answer::nonce(&challenge).context("no nonce in the answer")?;
        user.learn(nonce, &place);
        let (status, _) = ask(&mut user)?;
        if status != 200 {
            bail!("filling the location service: {status}");
        }
    }
    Ok(registrar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_bound_is_found() {
        assert!(among(10).unwrap().nanos > 0.0);
    }
}
