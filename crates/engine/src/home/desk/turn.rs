//! The turn, as the desk's documentation numbers it.

use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bellhop_registrar::Binding;
use bellhop_sip::Transport;

use super::Desk;
use crate::home::listener::stream::FromStream;
use crate::home::networks::Question;
use crate::home::store;
use crate::home::view::{self, View};
use crate::home::{Command, gateway};

/// A view of a moment ago is new enough; one of a while ago is not, for whoever asks right after a device has registered.
const MOMENT: Duration = Duration::from_millis(5);
/// With very many devices a view takes time, here and where it is passed on: that much longer for each is new enough.
const MOMENT_OF_ONE: Duration = Duration::from_micros(100);
/// So long what no answer waits for may gather before the store gets it, which has a time of its own after that.
const GATHER: Duration = Duration::from_millis(600);
/// Commits and answers of gateways in one turn.
const ROUND: usize = 64;

enum Input {
    Command(Command),
    Store(store::Outcome),
    Gateway(Question, [u8; 6]),
    Datagrams,
    Stream(FromStream),
    Time,
    End,
}

impl Desk {
    /// Runs until the handle is dropped.
    pub(in crate::home) async fn run(mut self) {
        loop {
            match self.wait().await {
                Input::End => {
                    self.write();
                    break;
                }
                Input::Command(command) => self.command(Instant::now(), command),
                Input::Store(outcome) => self.store_told(Instant::now(), outcome),
                Input::Gateway(question, mac) => self.gateway_told(Instant::now(), &question, mac),
                Input::Stream(said) => self.read_streams(Some(said)),
                Input::Datagrams | Input::Time => {}
            }
            self.take_what_is_there();
            let more = self.read_datagrams();
            self.read_streams(None);
            let now = Instant::now();
            self.handle_timeouts(now);
            for open in &mut self.listeners.udp {
                open.socket.flush();
            }
            self.publish(now);
            if more {
                // Connections have their turn, too.
                tokio::task::yield_now().await;
            }
        }
    }

    async fn wait(&mut self) -> Input {
        let wake = self.next_wake();
        let timer = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => pending().await,
            }
        };
        let udp = &self.listeners.udp;
        let datagrams = poll_fn(|cx| {
            // Each is asked, so that each wakes us.
            let mut ready = Poll::Pending;
            for open in udp {
                if open.socket.poll_readable(cx).is_ready() {
                    ready = Poll::Ready(());
                }
            }
            ready
        });
        let inputs = &mut self.inputs;
        tokio::select! {
            biased;
            command = inputs.commands.recv() => command.map_or(Input::End, Input::Command),
            Some(outcome) = inputs.store.recv() => Input::Store(outcome),
            Some((question, mac)) = inputs.gateways.recv() => Input::Gateway(question, mac),
            () = datagrams => Input::Datagrams,
            Some(said) = inputs.streams.recv() => Input::Stream(said),
            () = timer => Input::Time,
        }
    }

    /// The store goes on under a flood, and its answers leave.
    fn take_what_is_there(&mut self) {
        for _ in 0..ROUND {
            let Ok(outcome) = self.inputs.store.try_recv() else {
                break;
            };
            self.store_told(Instant::now(), outcome);
        }
    }

    fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Configure(configuration, done) => {
                self.configure(now, *configuration);
                self.publish.not_before = now;
                self.publish(now);
                if let Some(done) = done {
                    let _ = done.send(());
                }
            }
            Command::Networks(networks) => {
                self.networks.handle_networks(&networks);
                self.networks_changed(now);
            }
            Command::Sleep => {
                self.networks.handle_sleep();
                self.networks_changed(now);
            }
            Command::Wake => {
                self.networks.handle_wake();
                self.networks_changed(now);
            }
        }
    }

    fn gateway_told(&mut self, now: Instant, question: &Question, mac: [u8; 6]) {
        self.asking.remove(&(question.index, question.gateway));
        self.networks.handle_answer(question, Some(mac));
        self.networks_changed(now);
    }

    /// What is no longer home closes before anything else happens.
    fn networks_changed(&mut self, now: Instant) {
        self.arrange_listeners(now);
        self.reconfigure_registrar(now);
        self.ask_gateways();
    }

    /// Nothing waits for the answers.
    pub(super) fn ask_gateways(&mut self) {
        while let Some(question) = self.networks.poll_question() {
            let answers = self.answers.clone();
            let key = (question.index, question.gateway);
            let asking = tokio::spawn(async move {
                let mac = gateway::confirm(&question).await;
                let _ = answers.send((question, mac));
            });
            if let Some(before) = self.asking.insert(key, asking.abort_handle()) {
                before.abort();
            }
        }
    }

    fn store_told(&mut self, now: Instant, outcome: store::Outcome) {
        match outcome {
            store::Outcome::Committed(seq) => {
                self.registrar.handle_committed(seq);
                for letter in self.post.committed(seq) {
                    self.send_when_due(now, letter);
                }
            }
            store::Outcome::Trouble(trouble) => {
                self.store_trouble = trouble;
                self.publish.changed = true;
            }
            store::Outcome::OpenedAnew => {
                self.registrar.rewrite_all();
                self.write_by(now, false);
            }
        }
    }

    fn next_wake(&self) -> Option<Instant> {
        let view = self.publish.changed.then_some(self.publish.not_before);
        [
            self.registrar.poll_timeout(),
            self.guard.poll_timeout(),
            self.keep_alive.poll_timeout(),
            self.listeners.poll_timeout(),
            self.post.poll_timeout(),
            self.write_at,
            view,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// What the registrar has for the store by now goes there, as one.
    fn write(&mut self) {
        self.write_at = None;
        let writes: Vec<_> = std::iter::from_fn(|| self.registrar.poll_write()).collect();
        if !writes.is_empty() {
            self.store.write(writes);
        }
    }

    /// The store gets something soon, or in this very turn where an answer waits for it.
    pub(super) fn write_by(&mut self, now: Instant, an_answer_waits: bool) {
        let at = match an_answer_waits {
            true => now,
            false => now + GATHER,
        };
        self.write_at = Some(self.write_at.map_or(at, |before| before.min(at)));
    }

    fn handle_timeouts(&mut self, now: Instant) {
        if self.registrar.poll_timeout().is_some_and(|at| at <= now) {
            self.registrar.handle_timeout(now);
            self.after_registrar(now, None);
        }
        if self.guard.poll_timeout().is_some_and(|at| at <= now) {
            self.guard.handle_timeout(now);
            self.after_guard();
        }
        if self.keep_alive.poll_timeout().is_some_and(|at| at <= now) {
            let (asks, outcomes) = self.keep_alive.handle_timeout(now);
            for ask in &asks {
                if !self.keep_warm(ask) {
                    self.keep_alive.handle_unasked(now, ask);
                }
            }
            for outcome in &outcomes {
                self.qualified(now, outcome);
            }
        }
        let before = self.listeners.udp.len();
        if self.listeners.handle_timeout(now) {
            self.publish.changed = true;
            if self.listeners.udp.len() != before {
                self.devices.all_changed();
            }
        }
        if self.write_at.is_some_and(|at| at <= now) {
            self.write();
        }
        for letter in self.post.handle_timeout(now) {
            self.send(letter);
        }
    }

    fn publish(&mut self, now: Instant) {
        if !self.publish.changed || now < self.publish.not_before {
            return;
        }
        if self.configuration.is_none() {
            return;
        }
        self.publish.changed = false;
        if self.clock.adjust(now, (self.clocks.wall)()) {
            self.devices.all_changed();
        }
        let listeners = &self.listeners;
        // A stream that is there is heard, and a binding dies with its own.
        let heard = |binding: &Binding| {
            binding.transport() != Transport::Udp || listeners.hear(binding.source())
        };
        let view = View {
            listening: self.listeners.listening(),
            network: self.networks.home(),
            devices: self.devices.view(&self.registrar, &heard, now, &self.clock),
            problems: self.listeners.problems(),
            store: self.store_trouble.as_ref().map(view::store_error),
            bans: self.bans,
            provisioning: self.listeners.provisioning(),
        };
        self.publish.outlet.send_if_modified(|published| {
            let differs = **published != view;
            if differs {
                *published = Arc::new(view);
            }
            differs
        });
        self.publish.not_before = now + MOMENT + MOMENT_OF_ONE * self.devices.count();
    }
}
