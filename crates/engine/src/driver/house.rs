//! The home's thread: started when the config wants a home, told what it needs to know, seen in the snapshot.
//!
//! It is started once and stays: a home that is turned off has no listeners.

mod passwords;

use std::time::{Duration, Instant};

use bellhop_agent::SecretFailure;
use bellhop_control::error::{Code, Error};

use super::Driver;
use crate::config::home::DeviceSettings;
use crate::home::{Command, Configuration, Home};
use crate::secrets::Read;
use passwords::Passwords;

/// The engine says that it is ready no later than this after it could, whatever the store and the passwords do.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of these, for the passwords.
const PATIENCE_FOR_PASSWORDS: Duration = Duration::from_secs(2);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct House {
    /// An engine that only checks lines has none.
    may_begin: bool,
    home: Option<Home>,
    passwords: Passwords,
}

impl House {
    /// Resolves when the home shows something else. Cancel-safe.
    pub(super) async fn changed(&mut self) {
        match &mut self.home {
            Some(home) => home.changed().await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn view(&self) -> Option<std::sync::Arc<crate::home::View>> {
        self.home.as_ref().map(Home::view)
    }

    fn command(&self, command: Command) {
        if let Some(home) = &self.home {
            home.command(command);
        }
    }

    pub(super) fn next_wake(&self) -> Option<Instant> {
        self.passwords.next_wake()
    }

    /// The files of its passwords, to be watched.
    pub(super) fn files(&self) -> impl Iterator<Item = &std::path::Path> {
        self.passwords.files()
    }
}

impl Driver {
    /// Starts the home, if there is one, and waits until its listeners are open or refused.
    pub(crate) async fn open_home(&mut self) {
        self.house.may_begin = true;
        self.arrange_house(Instant::now());
        if self.house.home.is_none() {
            return;
        }
        let until = tokio::time::Instant::now() + PATIENCE_FOR_PASSWORDS;
        while self.house.passwords.are_being_read() {
            let told = tokio::time::timeout_at(until, self.inputs.secrets.recv());
            let Ok(Some(told)) = told.await else { break };
            self.secret_told(Instant::now(), told);
        }
        let (done, told) = tokio::sync::oneshot::channel();
        self.house.passwords.take_news();
        self.configure_house(Some(done));
        let _ = tokio::time::timeout(PATIENCE, told).await;
    }

    /// What the config wants of the home now.
    pub(super) fn arrange_house(&mut self, now: Instant) {
        if self.home.enabled && self.house.may_begin && self.house.home.is_none() {
            match Home::start(
                self.store.directory().to_owned(),
                self.clocks,
                std::sync::Arc::clone(&self.offers),
            ) {
                Ok(home) => {
                    self.house.home = Some(home);
                    self.tell_house_networks();
                }
                Err(error) => tracing::warn!(%error, "the home can't begin"),
            }
        }
        if self.house.home.is_some() {
            let wanted = self.home.devices.iter().map(|device| &device.secret);
            self.house.passwords.want(wanted);
            self.house.passwords.begin(now, &self.secrets);
            self.configure_house(None);
            self.watch_passwords();
        }
    }

    fn configure_house(&self, done: Option<tokio::sync::oneshot::Sender<()>>) {
        let passwords = &self.house.passwords;
        let known = self.home.devices.iter().filter_map(|device| {
            let password = passwords.of(&device.secret)?.ok()?;
            Some((device.name.clone(), password.clone()))
        });
        let configuration = Configuration {
            settings: self.home.clone(),
            passwords: known.collect(),
        };
        self.house
            .command(Command::Configure(Box::new(configuration), done));
    }

    /// Before anything else is done about a change: what is not home any more closes.
    pub(super) fn tell_house_networks(&self) {
        let networks = self.inputs.networks.networks().clone();
        self.house.command(Command::Networks(networks));
    }

    /// The machine may be anywhere when it wakes.
    pub(super) fn tell_house_sleep(&self) {
        self.house.command(Command::Sleep);
    }

    /// It may have slept without a word.
    pub(super) fn tell_house_wake(&self) {
        self.house.command(Command::Wake);
    }

    /// True where the read was of a device's password.
    pub(super) fn house_password_read(&mut self, now: Instant, read: Read) -> Option<Read> {
        let other = self.house.passwords.read(now, read);
        self.house_passwords(now);
        other
    }

    /// Something that passwords are kept in has changed.
    pub(super) fn house_look_again(
        &mut self,
        now: Instant,
        concerns: impl Fn(&crate::secrets::Source) -> bool,
    ) {
        self.house.passwords.look_again(concerns);
        self.house_passwords(now);
    }

    pub(super) fn house_timeouts(&mut self, now: Instant) {
        self.house.passwords.handle_timeout(now);
        self.house_passwords(now);
    }

    fn house_passwords(&mut self, now: Instant) {
        self.house.passwords.begin(now, &self.secrets);
        if self.house.passwords.take_news() {
            self.configure_house(None);
        }
    }

    /// Why the device can't log in.
    pub(super) fn house_password_error(&self, device: &DeviceSettings) -> Option<Error> {
        let failure = self.house.passwords.of(&device.secret)?.err()?;
        Some(match failure {
            SecretFailure::Missing | SecretFailure::Unreadable => Error::new(
                Code::DevicePasswordMissing,
                [("device", device.name.as_str())],
            ),
            SecretFailure::Locked => Error::plain(Code::SecretLocked),
            SecretFailure::Unavailable => Error::plain(Code::SecretUnavailable),
        })
    }
}
