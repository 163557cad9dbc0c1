//! A message that came: what it is, what it is answered, and when that leaves.

use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use bellhop_endpoint::stateless::Received;
use bellhop_registrar::{
    Admission, Arrival, Event, GuardEvent, Hold, Outcome, StreamId, Treatment, Unbinding,
};
use bellhop_sip::Text;
use bytes::Bytes;

use super::bound_by::BoundBy;
use super::{Desk, Stream};
use crate::home::keepalive;
use crate::home::listener::stream::{Answer, Asked, FromStream};
use crate::home::listener::udp::BATCH;
use crate::home::post::{Letter, To};

/// Batches of one listener in one turn.
const BATCHES: usize = 4;
/// Words of connections in one turn.
const WORDS: usize = 256;

/// The time of a batch.
#[derive(Clone, Copy)]
pub(super) struct Time {
    pub(super) now: Instant,
    pub(super) wall: SystemTime,
}

/// Where a message came in.
#[derive(Clone, Copy)]
struct Door {
    arrival: Arrival,
    /// The UDP listener, and where it is.
    datagram: Option<(u64, SocketAddr)>,
}

impl Desk {
    /// Takes what is there, of each listener so much. True where there is more.
    pub(super) fn read_datagrams(&mut self) -> bool {
        let mut more = false;
        for at in 0..self.listeners.udp.len() {
            for round in 0..BATCHES {
                let mut batch = std::mem::take(&mut self.batch);
                let Some(open) = self.listeners.udp.get_mut(at) else {
                    break;
                };
                let (number, local) = (open.number, open.socket.local());
                let received = open.socket.receive(&mut self.room, &mut batch);
                let place = open.wanted.place.clone();
                let time = self.time();
                for (source, payload) in batch.drain(..) {
                    if place.hears(source) {
                        let door = Door {
                            arrival: Arrival::udp(source),
                            datagram: Some((number, local)),
                        };
                        self.message(time, door, payload, None);
                    }
                }
                self.batch = batch;
                if received < BATCH {
                    break;
                }
                more |= round + 1 == BATCHES;
            }
        }
        more
    }

    /// Takes what connections say, so many of them.
    pub(super) fn read_streams(&mut self, first: Option<FromStream>) {
        let mut next = first;
        for _ in 0..WORDS {
            let Some(said) = next.take().or_else(|| self.inputs.streams.try_recv().ok()) else {
                break;
            };
            let time = self.time();
            match said {
                FromStream::Opened(id, handle) => {
                    let stream = Stream {
                        handle,
                        bound: BoundBy::default(),
                    };
                    self.streams.insert(id, stream);
                }
                FromStream::Message {
                    id,
                    kind,
                    source,
                    message,
                    asked,
                } => {
                    let door = Door {
                        arrival: Arrival {
                            source,
                            transport: kind.transport(),
                            stream: Some(id),
                        },
                        datagram: None,
                    };
                    self.message(time, door, message, Some(asked));
                }
                FromStream::Failed(source) => {
                    // As good as a request that is refused: whoever looks around makes many.
                    self.guard.judge(time.now, source, Outcome::Refused);
                    self.after_guard();
                }
                FromStream::Closed(id) => {
                    if self.streams.remove(&id).is_some() {
                        self.registrar.handle_stream_closed(time.now, id);
                        self.after_registrar(time.now, None);
                    }
                }
            }
        }
    }

    fn time(&self) -> Time {
        Time {
            now: Instant::now(),
            wall: (self.clocks.wall)(),
        }
    }

    fn message(&mut self, time: Time, door: Door, message: Bytes, asked: Option<Asked>) {
        let Arrival { source, stream, .. } = door.arrival;
        let is_dropped = self.guard.admit(time.now, source.ip()) == Admission::Drop;
        if is_dropped {
            return;
        }
        let registers = message.starts_with(b"REGISTER ");
        match self.uas.receive(source, message) {
            Received::Request {
                request,
                destination,
            } => {
                let answer =
                    self.registrar
                        .handle_request(time.now, time.wall, &door.arrival, &request);
                self.after_registrar(time.now, door.datagram.map(|(_, local)| local));
                let letter = letter(door, destination, answer.response, asked);
                self.answer(time.now, source, letter, answer.outcome, answer.hold);
            }
            Received::Refused {
                response,
                destination,
                ..
            } => {
                // A new phone is told what is wrong with its REGISTER; a stranger hears nothing else.
                let outcome = if registers {
                    Outcome::Refused
                } else {
                    Outcome::Open
                };
                let letter = letter(door, destination, response, asked);
                self.answer(time.now, source, letter, outcome, Hold::Nothing);
            }
            Received::Response(response) if stream.is_none() => {
                let outcome = self.keep_alive.handle_response(time.now, source, &response);
                if let Some(outcome) = outcome {
                    self.qualified(time.now, &outcome);
                }
            }
            Received::Response(_) | Received::KeepAlive => {}
            Received::Discarded(why) => tracing::trace!(?why, "from a device"),
        }
    }

    fn answer(
        &mut self,
        now: Instant,
        source: SocketAddr,
        mut letter: Letter,
        outcome: Outcome,
        hold: Hold,
    ) {
        letter.not_before = match self.guard.judge(now, source.ip(), outcome) {
            Treatment::Send => None,
            Treatment::After(delay) => Some(now + delay),
            Treatment::Withhold => {
                self.after_guard();
                return;
            }
        };
        match outcome {
            Outcome::Served => self.connections.know(now, source.ip()),
            Outcome::Open | Outcome::Refused | Outcome::Challenged | Outcome::Failed => {
                self.after_guard();
            }
        }
        match hold {
            Hold::Nothing => self.send_when_due(now, letter),
            Hold::Until(seq) => {
                self.write_by(now, true);
                self.post.hold(seq, letter);
            }
        }
    }

    /// Sends it, or has it wait for its time.
    pub(super) fn send_when_due(&mut self, now: Instant, letter: Letter) {
        match letter.not_before {
            Some(at) if at > now => self.post.delay(at, letter),
            Some(_) | None => self.send(letter),
        }
    }

    /// A datagram leaves at the end of the turn. A listener that is closed by now sends nothing.
    pub(super) fn send(&mut self, letter: Letter) {
        match letter.to {
            To::Datagram { listener, to } => {
                let open = self.listeners.udp.iter_mut();
                if let Some(open) = open.into_iter().find(|it| it.number == listener) {
                    open.socket.send(to, letter.payload);
                }
            }
            To::Stream(id) => {
                let answer = Answer {
                    // Whoever takes no answers holds back these alone.
                    payload: Bytes::copy_from_slice(&letter.payload),
                    asked: letter.asked,
                };
                let stream = self.streams.get(&id);
                if stream.is_some_and(|it| !it.handle.send(answer)) {
                    // It asks and takes no answer.
                    self.connections.end(id);
                }
            }
        }
    }

    /// What the registrar wants kept, and what happened. `local` is the listener that a request just came to.
    pub(super) fn after_registrar(&mut self, now: Instant, local: Option<SocketAddr>) {
        if self.write_at.is_none() && self.registrar.has_writes() {
            self.write_by(now, false);
        }
        while let Some(event) = self.registrar.poll_event() {
            tracing::debug!(%event, "at home");
            match event {
                Event::Unbound {
                    user,
                    why: Unbinding::Evicted,
                    ..
                } => {
                    tracing::info!("a phone has more contacts than it may have: one gave way");
                    self.devices.device_crowded(&user);
                    self.bindings_changed(now, &user, local);
                }
                Event::Refreshed { place, binding, .. } => {
                    // The accounts are the devices, in their order.
                    self.devices.place_changed(place);
                    self.publish.changed = true;
                    self.keep_alive.handle_refresh(binding, local);
                }
                Event::Bound { user, .. }
                | Event::Unbound { user, .. }
                | Event::Expired { user, .. } => self.bindings_changed(now, &user, local),
                Event::Qualified { user, .. } => {
                    self.devices.device_changed(&user);
                    self.publish.changed = true;
                }
                Event::Refused { .. } => {}
            }
        }
    }

    /// Streams and keep-alives follow what an account is bound to.
    pub(super) fn bindings_changed(
        &mut self,
        now: Instant,
        user: &Text,
        local: Option<SocketAddr>,
    ) {
        self.devices.device_changed(user);
        self.publish.changed = true;
        let bindings = self.registrar.bindings(user);
        self.keep_alive.handle_bindings(now, user, bindings, local);
        if self.streams.is_empty() {
            return;
        }
        let bound: Vec<StreamId> = self
            .registrar
            .bindings(user)
            .filter_map(bellhop_registrar::Binding::stream)
            .collect();
        for (id, stream) in &mut self.streams {
            if let Some(is_bound) = stream.bound.set(user, bound.contains(id)) {
                stream.handle.set_bound(is_bound);
                self.connections.set_bound(*id, is_bound);
            }
        }
    }

    pub(super) fn qualified(&mut self, now: Instant, outcome: &keepalive::Outcome) {
        let keepalive::Outcome {
            user,
            binding,
            qualified,
        } = outcome;
        self.registrar
            .handle_qualified(now, user, *binding, *qualified);
        // The round trip is another one each time.
        self.devices.device_changed(user);
        self.publish.changed = true;
        self.after_registrar(now, None);
    }

    /// Who is banned has no connections either.
    pub(super) fn after_guard(&mut self) {
        while let Some(event) = self.guard.poll_event() {
            tracing::debug!(?event, "the guard at home");
            match event {
                GuardEvent::Banned { ip, .. } => {
                    tracing::info!("an address is banned from the home for a while");
                    self.connections.ban(ip);
                    self.bans += 1;
                }
                GuardEvent::Freed { ip } => {
                    self.connections.free(ip);
                    self.bans = self.bans.saturating_sub(1);
                }
            }
            self.publish.changed = true;
        }
    }
}

fn letter(door: Door, destination: SocketAddr, payload: Bytes, asked: Option<Asked>) -> Letter {
    Letter {
        to: address(door, destination),
        payload,
        asked,
        not_before: None,
    }
}

fn address(door: Door, destination: SocketAddr) -> To {
    match (door.datagram, door.arrival.stream) {
        (Some((listener, _)), _) => To::Datagram {
            listener,
            to: destination,
        },
        (None, Some(id)) => To::Stream(id),
        (None, None) => To::Datagram {
            listener: 0,
            to: destination,
        },
    }
}

impl Desk {
    /// Sends an OPTIONS to a device behind a NAT, by the listener that it speaks to. False where none is open.
    pub(super) fn keep_warm(&mut self, ask: &keepalive::Ask) -> bool {
        let Some(configuration) = &self.configuration else {
            return false;
        };
        let domain = configuration.settings.domain.as_str();
        let udp = &mut self.listeners.udp;
        let at = udp
            .iter()
            .position(|it| Some(it.socket.local()) == ask.local)
            // Of a run before nobody remembers which one that was.
            .or_else(|| udp.iter().position(|it| it.wanted.place.hears(ask.to)));
        let Some(open) = at.and_then(|at| udp.get_mut(at)) else {
            return false;
        };
        if let Some(request) = ask.request(open.socket.local(), domain) {
            open.socket.send(ask.to, request);
        }
        true
    }
}
