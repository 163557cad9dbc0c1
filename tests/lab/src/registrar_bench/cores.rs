//! Who runs where: the same cores for everybody, and one for the generator.

use std::thread;

use anyhow::Result;

use super::machine::{self, Family};

/// The cores of this machine, given out.
#[derive(Clone, Debug)]
pub(super) struct Cores {
    count: usize,
    /// Those of whatever is measured: two, as Kamailio has two workers.
    server: Vec<usize>,
    /// The generator's: the last one, which on a machine of two is one of the server's as well.
    generator: usize,
}

impl Cores {
    /// # Errors
    /// When the system does not say how many there are.
    pub(super) fn of_this_machine() -> Result<Self> {
        let count = thread::available_parallelism()?.get();
        Ok(Self {
            count,
            server: (0..count.min(2)).collect(),
            generator: count - 1,
        })
    }

    /// Does `start` on the server's cores and goes on on the generator's.
    pub(super) fn starting<T>(&self, start: impl FnOnce() -> Result<T>) -> Result<T> {
        machine::pin_self(&self.server)?;
        let started = start();
        machine::pin_self(&[self.generator])?;
        started
    }

    /// Takes the generator's core away from the server, where both have it.
    pub(super) fn part(&self, server: &Family) -> Result<()> {
        let apart: Vec<_> = self.apart().collect();
        server.pin(if apart.is_empty() {
            &self.server
        } else {
            &apart
        })
    }

    /// Lets the generator's thread run where it likes.
    pub(super) fn give_back(&self) -> Result<()> {
        machine::pin_self(&(0..self.count).collect::<Vec<_>>())
    }

    /// Cores that so many threads of the server can have busy while the generator has `generator` of its own.
    pub(super) fn left_for(&self, workers: u32, generator: f64) -> f64 {
        let shared = self.server.contains(&self.generator);
        let all = f64::from(u32::try_from(self.server.len()).unwrap_or(1));
        let free = if shared { all - generator } else { all };
        free.min(f64::from(workers))
    }

    /// In words.
    pub(super) fn line(&self) -> String {
        let shared = match self.server.contains(&self.generator) {
            true => ", which it shares with the server but while latencies are taken",
            false => "",
        };
        format!(
            "server on cores {:?}, generator on core {}{shared}",
            self.server, self.generator
        )
    }

    fn apart(&self) -> impl Iterator<Item = usize> {
        let own = self.generator;
        self.server.iter().copied().filter(move |core| *core != own)
    }
}
