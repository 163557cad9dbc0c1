//! The load: many users, so and so many requests under way, from one thread.
//!
//! It never sleeps in a read: it looks, and where nothing has come it naps for a moment. So no registrar pays for waking it, and all find
//! several requests waiting when they look. [`Generator::paced`] is the other way: requests leave at their time, whatever has come back.

mod paced;

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::answer::{self, Answer};
use super::message::{Ask, Place, User};
use super::tally::Tally;
use super::wire::Wire;

/// Requests under way at a time. Fewer than what a socket's receive buffer of the default size holds (212,992 bytes, of which a datagram
/// of a kilobyte may take 2,304), so that none is lost.
const UNDER_WAY: usize = 64;
/// The nap where nothing has come: shorter than what it takes even the bare answer loop to run out of requests.
const NAP: Duration = Duration::from_micros(100);
/// T1 of RFC 3261 §17.1.1.1: when a request is sent again.
const AGAIN: Duration = Duration::from_millis(500);
/// Users that log in from one address: Bellhop sends one address eighty 401s at once, and then twenty a second.
const AT_ONE_ADDRESS: usize = 64;
/// A registrar that stays silent for so long is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream of requests to one registrar.
pub(super) struct Generator {
    registrar: SocketAddr,
    wire: Wire,
    place: Place,
    users: Vec<User>,
    states: Vec<State>,
    /// Whose turn it is.
    next: usize,
    /// To be sent at the next occasion.
    batch: Vec<usize>,
    under_way: usize,
    tally: Tally,
    ask: Ask,
    /// Whether each answer with 200 must list the binding, which takes time to see.
    looks_closely: bool,
    /// How long answers took, while that is asked for.
    took: Option<Vec<Duration>>,
}

/// Where the first nonce of a user comes from.
#[derive(Clone, Copy)]
pub(super) enum Nonces<'a> {
    /// From nowhere, for one that asks for none.
    MadeUp(&'a [u8]),
    /// From 401s to the address that everything comes from.
    FromOneAddress,
    /// From 401s to many addresses.
    FromMany,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// Under way since it was `due`; `challenged` when it answers a 401.
    Waiting {
        due: Instant,
        sent: Instant,
        challenged: bool,
    },
}

impl Generator {
    /// `count` users of `domain` at `registrar`, none of which has a nonce yet.
    ///
    /// # Errors
    /// When there is no socket to be had.
    pub(super) fn new(
        registrar: SocketAddr,
        domain: &str,
        password: &str,
        count: u32,
    ) -> Result<Self> {
        let wire = Wire::to(registrar)?;
        let place = Place::new(domain, wire.local()?, password);
        Ok(Self {
            registrar,
            users: (0..count).map(|index| User::new(index, &place)).collect(),
            states: vec![State::Idle; usize::try_from(count)?],
            wire,
            place,
            next: 0,
            batch: Vec::new(),
            under_way: 0,
            tally: Tally::default(),
            ask: Ask::Bind,
            looks_closely: false,
            took: None,
        })
    }

    /// What became of all requests so far.
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Gives every user a nonce, by a request without credentials.
    ///
    /// # Errors
    /// When the registrar falls silent.
    pub(super) fn log_in(&mut self, login: Nonces<'_>) -> Result<()> {
        match login {
            Nonces::MadeUp(nonce) => {
                for user in &mut self.users {
                    user.learn(nonce, &self.place);
                }
                Ok(())
            }
            Nonces::FromOneAddress => self.each_once(Ask::Bind, Login::Only),
            Nonces::FromMany => {
                for (host, first) in (1_u16..).zip((0..self.users.len()).step_by(AT_ONE_ADDRESS)) {
                    let [high, low] = host.to_be_bytes();
                    let own = Ipv4Addr::new(127, 1, high, low);
                    let other = Wire::from_to(own, self.registrar)?;
                    let usual = std::mem::replace(&mut self.wire, other);
                    let some = AT_ONE_ADDRESS.min(self.users.len() - first);
                    self.next = first;
                    let done = self.run(Login::Only, some, &mut |_| Ok(true));
                    self.wire = usual;
                    done?;
                }
                Ok(())
            }
        }
    }

    /// Binds every user; each answer must list the binding. A registrar that stores nothing is not looked at closely.
    ///
    /// # Errors
    /// When the registrar falls silent.
    pub(super) fn bind_all(&mut self, closely: bool) -> Result<()> {
        self.looks_closely = closely;
        let done = self.each_once(Ask::Bind, Login::AndGoOn);
        self.looks_closely = false;
        done
    }

    /// Asks for every user what he is bound to; an answer that does not list his binding is a fault.
    ///
    /// # Errors
    /// When the registrar falls silent.
    pub(super) fn hear_all(&mut self) -> Result<()> {
        self.looks_closely = true;
        let done = self.each_once(Ask::Tell, Login::AndGoOn);
        self.looks_closely = false;
        done
    }

    /// Ends the binding of every user.
    ///
    /// # Errors
    /// When the registrar falls silent.
    pub(super) fn remove_all(&mut self) -> Result<()> {
        self.each_once(Ask::Remove, Login::AndGoOn)
    }

    /// Refreshes one binding after the other until `more` says no; it is asked after every look at the wire.
    ///
    /// # Errors
    /// When the registrar falls silent, or what `more` says.
    pub(super) fn refresh_while(
        &mut self,
        mut more: impl FnMut(&Tally) -> Result<bool>,
    ) -> Result<()> {
        self.ask = Ask::Bind;
        self.run(Login::AndGoOn, usize::MAX, &mut more)
    }

    fn each_once(&mut self, ask: Ask, login: Login) -> Result<()> {
        self.ask = ask;
        self.next = 0;
        self.run(login, self.users.len(), &mut |_| Ok(true))
    }

    /// Makes `left` requests, or fewer if `more` says no, and waits for the last answer.
    fn run(
        &mut self,
        login: Login,
        mut left: usize,
        more: &mut dyn FnMut(&Tally) -> Result<bool>,
    ) -> Result<()> {
        let (mut looked, mut heard) = (Instant::now(), Instant::now());
        loop {
            if left > 0 && !more(&self.tally)? {
                left = 0;
            }
            let now = Instant::now();
            while left > 0 && self.under_way < UNDER_WAY && self.begin_next(now) {
                left -= 1;
            }
            self.send()?;
            if left == 0 && self.under_way == 0 {
                return Ok(());
            }
            if self.receive(login)? > 0 {
                heard = now;
            } else if now.duration_since(heard) > PATIENCE {
                bail!("no answer for {} s", PATIENCE.as_secs());
            } else {
                thread::sleep(NAP);
            }
            if now.duration_since(looked) > AGAIN / 2 {
                looked = now;
                self.repeat_what_is_late(now);
            }
        }
    }

    /// Makes the request of the user whose turn it is, unless his last one is not answered yet.
    fn begin_next(&mut self, due: Instant) -> bool {
        let index = self.next;
        let idle = self.states.get(index) == Some(&State::Idle);
        if idle {
            self.begin(index, due, false);
            self.under_way += 1;
            self.next = (index + 1) % self.users.len().max(1);
        }
        idle
    }

    fn begin(&mut self, index: usize, due: Instant, challenged: bool) {
        let (Some(user), Some(state)) = (self.users.get_mut(index), self.states.get_mut(index))
        else {
            return;
        };
        user.prepare(self.ask, &self.place);
        *state = State::Waiting {
            due,
            sent: due,
            challenged,
        };
        self.batch.push(index);
    }

    fn send(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let users = &self.users;
        let bytes = self.batch.iter().filter_map(|&index| users.get(index));
        self.wire
            .send(&bytes.map(User::bytes).collect::<Vec<_>>())
            .context("sending to the registrar")?;
        self.batch.clear();
        Ok(())
    }

    fn receive(&mut self, login: Login) -> Result<usize> {
        let mut again = Vec::new();
        let Self {
            wire,
            users,
            states,
            place,
            tally,
            under_way,
            took,
            looks_closely,
            ..
        } = self;
        let now = Instant::now();
        let count = wire
            .receive(|bytes| {
                let Some(answer) = Answer::read(bytes) else {
                    return tally.refuse(u16::MAX);
                };
                let index = usize::try_from(answer.user).unwrap_or(usize::MAX);
                let (Some(user), Some(state)) = (users.get_mut(index), states.get_mut(index))
                else {
                    return;
                };
                let State::Waiting {
                    challenged, due, ..
                } = *state
                else {
                    // To a request that was sent twice.
                    return;
                };
                if answer.request != user.requests() || answer.status < 200 {
                    return;
                }
                if answer.status == 401
                    && !challenged
                    && let Some(nonce) = answer::nonce(bytes)
                {
                    tally.challenges += 1;
                    user.learn(nonce, place);
                    if login == Login::AndGoOn {
                        return again.push((index, due));
                    }
                } else if answer.status != 200 {
                    tally.refuse(answer.status);
                } else if *looks_closely && !lists(bytes, user) {
                    tally.refuse(0);
                } else {
                    tally.successes += 1;
                    if let Some(took) = took {
                        took.push(now.saturating_duration_since(due));
                    }
                }
                *state = State::Idle;
                *under_way -= 1;
            })
            .context("reading what the registrar answers")?;
        for (index, due) in again {
            self.begin(index, due, true);
        }
        Ok(count)
    }

    fn repeat_what_is_late(&mut self, now: Instant) {
        for (index, state) in self.states.iter_mut().enumerate() {
            if let State::Waiting { sent, .. } = state
                && now.saturating_duration_since(*sent) > AGAIN
            {
                *sent = now;
                self.tally.repeats += 1;
                self.batch.push(index);
            }
        }
    }
}

/// What a 401 leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    /// Its nonce is kept for later.
    Only,
    /// Its nonce is answered at once.
    AndGoOn,
}

fn lists(bytes: &[u8], user: &User) -> bool {
    let header = b"\r\nContact: ";
    memchr::memmem::find(bytes, header).is_some_and(|at| {
        let value = bytes.get(at + header.len()..).unwrap_or_default();
        value.starts_with(user.contact().as_bytes())
    })
}
