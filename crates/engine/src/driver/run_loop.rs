//! The driver's turn.
//!
//! 1. Wait for one input: a signal, the end of the login, the machine's sleep, a change of network, a password, an answer of DNS, a changed file, a request of a view, a datagram, or
//!    the time of the next timer.
//! 2. Give it to its machine.
//! 3. Give the machines whose time has come their timeout.
//! 4. Carry out what they want until none wants anything: flows are opened in the turn that asks for them, requests become datagrams, and
//!    datagrams leave. Between a change of network and its REGISTER on the wire nothing else is waited for: no task, no name, no disk, no
//!    keyring.
//! 5. Answer the views whose wish is fulfilled, refused or out of time.
//! 6. Hand what changed to the store's writer; derive the snapshot, and publish it if it differs.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bellhop_agent::{Command, LineState};
use bellhop_control::notice::Notice;
use bellhop_control::snapshot::{Snapshot, StateDir};
use bellhop_netwatch::Sleep;

use super::changes::Changed;
use super::signals::Signals;
use super::{Ask, Driver, Found};
use crate::config::watch::News;
use crate::net::flow_socket::Datagram;
use crate::said::say;
use crate::{secrets, view};

/// So long may unregistering take at the end; a person waits for it.
const FAREWELL: Duration = Duration::from_millis(1900);
/// Datagrams of one turn: each turn derives a snapshot, and a flood must not pay for that with every packet.
const BATCH: usize = 64;

enum Input {
    End,
    Sleep(Sleep),
    Networks,
    Secret(secrets::Told),
    Found(Found),
    News(News),
    Changed(Box<Changed>),
    Store,
    Home,
    Ask(Ask),
    Datagram(Datagram),
    Time,
}

impl Driver {
    /// Runs until a signal or a view ends it and the lines have unregistered.
    ///
    /// # Errors
    /// Signals can't be heard.
    pub(crate) async fn run(mut self) -> io::Result<()> {
        let mut signals = Signals::new()?;
        self.finish_turn(Instant::now()).await;
        while !self.is_done(Instant::now()) {
            let input = self.wait(&mut signals).await;
            let now = Instant::now();
            // Nobody may have announced it, and every deadline stood still: before anything is believed.
            if self.inputs.sleep.has_slept() {
                self.woke(now).await;
            }
            self.handle(now, input).await;
            self.handle_timeouts(now);
            self.finish_turn(now).await;
        }
        Ok(())
    }

    async fn wait(&mut self, signals: &mut Signals) -> Input {
        let wake = self.next_wake();
        let timer = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => pending().await,
            }
        };
        let (inputs, store, house) = (&mut self.inputs, &mut self.store, &mut self.house);
        // The driver holds a sender of each channel, so none of them ends.
        tokio::select! {
            biased;
            () = signals.next() => Input::End,
            () = inputs.session.ended() => Input::End,
            told = inputs.sleep.next() => Input::Sleep(told),
            () = inputs.networks.changed() => Input::Networks,
            Some(told) = inputs.secrets.recv() => Input::Secret(told),
            Some(found) = inputs.found.recv() => Input::Found(found),
            Some(news) = inputs.news.recv() => Input::News(news),
            Some(changed) = inputs.changed.recv() => Input::Changed(Box::new(changed)),
            () = store.changed() => Input::Store,
            () = house.changed() => Input::Home,
            Some(ask) = inputs.asks.recv() => Input::Ask(ask),
            Some(datagram) = inputs.datagrams.recv() => Input::Datagram(datagram),
            () = timer => Input::Time,
        }
    }

    async fn handle(&mut self, now: Instant, input: Input) {
        match input {
            Input::End => self.end(now),
            Input::Sleep(Sleep::GoingToSleep(lock)) => self.going_to_sleep(now, lock),
            Input::Sleep(Sleep::Woke) => self.woke(now).await,
            Input::Networks => {
                self.networks_changed(now).await;
                // The REGISTERs leave before anybody asks for names.
                self.carry_out(now);
                self.search_all();
            }
            Input::Secret(told) => self.secret_told(now, told),
            Input::Found(found) => self.found(now, found).await,
            Input::News(News::Config(loaded)) => self.config_told(now, *loaded),
            Input::News(News::Password(file)) => self.password_file_changed(now, &file),
            Input::Changed(changed) => self.changed(now, *changed),
            Input::Store | Input::Home => {}
            Input::Ask(ask) => self.ask(now, ask),
            Input::Datagram(datagram) => {
                self.datagram(now, datagram);
                for _ in 1..BATCH {
                    let Ok(datagram) = self.inputs.datagrams.try_recv() else {
                        break;
                    };
                    self.datagram(now, datagram);
                }
            }
            Input::Time => {}
        }
    }

    /// The next time that somebody must be called at.
    fn next_wake(&self) -> Option<Instant> {
        let of_lines = self
            .lines
            .iter()
            .flat_map(|line| {
                [
                    line.agent.poll_timeout(),
                    line.secret.next_wake(),
                    line.end.as_ref().map(|end| end.until),
                ]
            })
            .flatten();
        let of_views = self.pending.iter().map(|pending| pending.deadline);
        of_lines
            .chain(of_views)
            .chain(self.endpoint.poll_timeout())
            .chain(self.house.next_wake())
            .chain(self.check_wake())
            .chain(self.sleepless_until())
            .chain(self.ending)
            .min()
    }

    fn handle_timeouts(&mut self, now: Instant) {
        if self.endpoint.poll_timeout().is_some_and(|at| at <= now) {
            self.endpoint.handle_timeout(now);
        }
        for line in &mut self.lines {
            if line.agent.poll_timeout().is_some_and(|at| at <= now) {
                line.agent.handle_timeout(now);
            }
        }
        self.password_timeouts(now);
        self.house_timeouts(now);
    }

    async fn finish_turn(&mut self, now: Instant) {
        self.carry_out(now);
        self.step_checks(now);
        self.carry_out(now);
        self.turn_over(now);
        self.let_sleep(now);
        if std::mem::take(&mut self.fresh_lines) {
            self.tell_fresh_lines(now).await;
        }
        self.answer_pending(now);
        self.log_overflow();
        self.store.flush();
        self.clock.adjust(now, (self.clocks.wall)());
        self.publish();
    }

    fn log_overflow(&mut self) {
        let dropped = self.outlets.inbox.dropped();
        if dropped != self.overflow {
            tracing::debug!(dropped, "datagrams found no room");
            self.overflow = dropped;
        }
    }

    fn publish(&mut self) {
        let networks = self.inputs.networks.networks();
        let home = self.home_view();
        let mut network = view::network(networks);
        network.home = home.network.as_ref().map(|it| it.subnet.clone());
        let mut lines = Vec::with_capacity(self.lines.len());
        for line in &mut self.lines {
            let seen = line.view(network.online);
            if line.logged != Some(seen.state) {
                // An id is the number's user unless the person chose another: above DEBUG a line is known by its place in the config.
                if line.logged.is_none() {
                    tracing::debug!(line = line.number, id = line.settings.id, "begins");
                }
                tracing::info!(
                    line = line.number,
                    state = view::state(seen.state).as_str(),
                    "line"
                );
                line.logged = Some(seen.state);
                if let (LineState::Rejected, Some(failure)) = (seen.state, &seen.failure) {
                    let error = view::failure(&line.settings, &seen, failure);
                    let line = line.settings.id.clone();
                    let _ = self.outlets.notices.send(Notice::Rejected { line, error });
                }
            }
            lines.push(view::line(&line.settings, &seen, &self.clock));
        }
        let state_dir = self.state_dir();
        let snapshot = Snapshot {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config: self.origin.shown(self.unusable.as_ref()),
            state_dir,
            lines,
            network,
            home,
            calls: Vec::new(),
        };
        self.outlets.snapshot.send_if_modified(|published| {
            let differs = **published != snapshot;
            if differs {
                *published = Arc::new(snapshot);
            }
            differs
        });
    }

    /// How the state directory stands; what is new about it is said.
    fn state_dir(&mut self) -> StateDir {
        let error = self.store.unwritten().or(self.store.unread());
        if self.store_told.as_ref() != error {
            self.store_told = error.cloned();
            if let Some(error) = error {
                say(&error.message);
            }
        }
        StateDir {
            path: self.store.directory().display().to_string(),
            error: self.store_told.clone(),
        }
    }

    /// Begins the end: every line unregisters.
    pub(super) fn end(&mut self, now: Instant) {
        if self.ending.is_none() {
            // Totals only: what was carried, and what was thrown away and why.
            tracing::info!(counters = ?self.endpoint.counters(), "ending");
            self.ending = Some(now + FAREWELL);
            for line in &mut self.lines {
                line.agent.handle_command(now, Command::Quit);
            }
        }
    }

    fn is_done(&self, now: Instant) -> bool {
        self.ending
            .is_some_and(|until| now >= until || self.lines.iter().all(|line| line.agent.is_done()))
    }
}
