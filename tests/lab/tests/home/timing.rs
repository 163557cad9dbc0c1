//! A 401 takes as long for a user that exists as for one that does not.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bellhop_tests_lab::digest::Challenge;
use bellhop_tests_lab::namespace::Namespace;

use crate::client::{self, Carrier as _};
use crate::house::{House, config};
use crate::runner::Trials;

/// Without a login, and again with a wrong one: half of them of a user that exists.
const REQUESTS: usize = 10_000;
/// A guard tells 4,096 addresses apart, and each may guess wrong twice before it has to wait: so many Bellhops, one after the other, share the requests.
const HOUSES: usize = 2;
/// One address is sent so many challenges at once, at most.
const PAIRS_OF_ONE: usize = 40;
const KNOWN: &str = "101";
const UNKNOWN: &str = "909";
static ADDRESSES: Addresses = Addresses(AtomicU32::new(0));
/// Of the medians.
const SHARE: f64 = 0.05;
/// On a machine that is busy with other things, once more.
const TRIES: usize = 3;

/// Adds the trial.
pub(crate) fn add(trials: &mut Trials) {
    trials.add_alone(
        "a_challenge_takes_as_long_for_a_user_that_exists_as_for_one_that_does_not",
        challenges,
    );
}

fn challenges() -> Result<()> {
    let mut told = Vec::new();
    for _ in 0..TRIES {
        let difference = difference()?;
        if difference.abs() < SHARE {
            return Ok(());
        }
        told.push(format!("{:.1} %", difference * 100.0));
    }
    anyhow::bail!("unknown users differ by {}", told.join(", "))
}

/// How much longer the median for unknown users is, as a share: the larger of the two kinds of request.
fn difference() -> Result<f64> {
    let (mut without, mut with) = (Times::default(), Times::default());
    for _ in 0..HOUSES {
        let host = Namespace::new("the machine")?;
        let limits = "[home.limits]\nrequests_per_second = 0\n";
        let house = House::start(&host, &config(20, limits))?;
        let pairs = REQUESTS / 2 / HOUSES;
        without.measure(&host, pairs, PAIRS_OF_ONE, |_, _| Ok(String::new()))?;
        // Each pair is from another address.
        with.measure(&host, pairs, 1, |socket, user| {
            let challenged = ask(socket, user, "")?.1;
            let challenge = Challenge::of(&challenged).context("no challenge")?;
            Ok(format!(
                "{}\r\n",
                challenge.answer(user, "a guess", "sip:home", 1)
            ))
        })?;
        house.home()?;
    }
    let (without, with) = (without.medians()?, with.medians()?);
    let share = |(known, unknown): (Duration, Duration)| {
        (unknown.as_secs_f64() - known.as_secs_f64()) / known.as_secs_f64()
    };
    println!("401s: {without:?} without a login, {with:?} with one (known, unknown)");
    let (without, with) = (share(without), share(with));
    Ok(if without.abs() > with.abs() {
        without
    } else {
        with
    })
}

/// How long the answers took.
#[derive(Default)]
struct Times {
    known: Vec<Duration>,
    unknown: Vec<Duration>,
}

impl Times {
    /// Of so many pairs of requests, some of each address of loopback.
    fn measure(
        &mut self,
        host: &Namespace,
        pairs: usize,
        of_one: usize,
        login: impl Fn(&mut UdpSocket, &str) -> Result<String> + Sync,
    ) -> Result<()> {
        host.inside(|| {
            let mut socket = socket(ADDRESSES.next())?;
            for pair in 0..pairs {
                if pair % of_one == 0 {
                    socket = self::socket(ADDRESSES.next())?;
                }
                let mut one = |user: &str, into: &mut Vec<Duration>| -> Result<()> {
                    let login = login(&mut socket, user)?;
                    into.push(ask(&mut socket, user, &login)?.0);
                    Ok(())
                };
                // Whoever comes second has warmer caches.
                if pair % 2 == 0 {
                    one(KNOWN, &mut self.known)?;
                    one(UNKNOWN, &mut self.unknown)?;
                } else {
                    one(UNKNOWN, &mut self.unknown)?;
                    one(KNOWN, &mut self.known)?;
                }
            }
            Ok(())
        })
    }

    /// For a known user and for an unknown one.
    fn medians(self) -> Result<(Duration, Duration)> {
        Ok((median(self.known)?, median(self.unknown)?))
    }
}

fn ask(socket: &mut UdpSocket, user: &str, login: &str) -> Result<(Duration, String)> {
    let message = client::register("UDP", socket.local_addr()?, (user, "home"), 1, 60, login);
    let begun = Instant::now();
    let answer = socket.ask(&message)?;
    let took = begun.elapsed();
    ensure!(answer.starts_with("SIP/2.0 401 "), "{answer}");
    Ok((took, answer))
}

fn socket(own: Ipv4Addr) -> Result<UdpSocket> {
    let socket = UdpSocket::bind((own, 0))?;
    socket.connect((Ipv4Addr::LOCALHOST, 5070))?;
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    Ok(socket)
}

fn median(mut times: Vec<Duration>) -> Result<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied().context("no times")
}

/// Addresses of loopback that nothing was sent from yet.
struct Addresses(AtomicU32);

impl Addresses {
    fn next(&self) -> Ipv4Addr {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Ipv4Addr::from(0x7f01_0001 + number)
    }
}
