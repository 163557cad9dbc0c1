//! The location service on disk: `home.redb` in the state directory, written by a thread of its own.
//!
//! Group commit: what an answer waits for is committed (fsync) in one transaction for all that wait; what nobody waits for follows within [`SOON`].
//! A file that can't be used is no reason to serve nobody. A damaged one is moved aside; where nothing can be written, everything counts as committed, is kept
//! here, and is written as soon as that goes again; the trouble is told meanwhile.

mod file;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bellhop_registrar::{Urgency, Write, WriteSeq};
use bellhop_sip::Text;
use bytes::Bytes;
use tokio::sync::mpsc as told;

use file::{Failure, File, Opened};

/// The file's name.
pub(crate) const FILE: &str = "home.redb";
/// So long may a write wait here that no answer waits for: with the time in which it was gathered that makes less than a second.
const SOON: Duration = Duration::from_millis(250);
/// What could not be written is tried again so much later.
const RETRY: Duration = Duration::from_secs(30);
/// About how many writes one transaction takes; the others come with the next.
const GROUP: usize = 16 * 1024;

/// What the store tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All writes up to this one are durable, or as durable as the trouble lets them be.
    Committed(WriteSeq),
    /// Something is wrong with it now, or no longer.
    Trouble(Option<Trouble>),
    /// It writes into a file that it has opened anew, which may have nothing but what was waiting: all records are to be written once more.
    OpenedAnew,
}

/// Why what is learnt may not outlive this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// What an earlier run knew is lost; from now on all is kept. The text is for people.
    Lost(String),
    /// Nothing is kept now. The text is the system's.
    Unwritable(String),
}

/// What was found at the start: the records by account, and what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) records: Vec<(String, Vec<u8>)>,
    pub(crate) trouble: Option<Trouble>,
}

/// See the module. Dropped, it writes what is left and ends.
#[derive(Debug)]
pub(crate) struct Store {
    writes: Option<mpsc::Sender<Vec<Write>>>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens the file in `directory` and reads it, which blocks. What follows is told to `outcomes`.
    ///
    /// # Errors
    /// No thread is to be had.
    pub(crate) fn open(
        directory: &Path,
        outcomes: told::UnboundedSender<Outcome>,
    ) -> io::Result<(Store, Found)> {
        let path = directory.join(FILE);
        let (writes, queue) = mpsc::channel();
        let (first, found) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("home-store".into())
            .spawn(move || {
                let (mut keeper, found) = Keeper::open(path, outcomes);
                let _ = first.send(found);
                while keeper.turn(&queue) {}
                if let Some(file) = keeper.file.take() {
                    file.close();
                }
            })?;
        let found = found.recv().unwrap_or_default();
        let store = Store {
            writes: Some(writes),
            thread: Some(thread),
        };
        Ok((store, found))
    }

    /// Takes writes on; their [`Outcome::Committed`] follows. Those that are given together are committed together.
    pub(crate) fn write(&self, all: Vec<Write>) {
        if let Some(writes) = &self.writes {
            let _ = writes.send(all);
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.writes = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's side.
struct Keeper {
    path: PathBuf,
    /// None while nothing can be written.
    file: Option<File>,
    /// What the file does not have yet.
    dirty: HashMap<Text, Option<Bytes>>,
    /// The newest of them, if it is not committed.
    newest: Option<WriteSeq>,
    /// When the oldest of them must be written.
    due: Option<Instant>,
    trouble: Option<Trouble>,
    /// What was put aside in this run, which stays told.
    lost: Option<Trouble>,
    outcomes: told::UnboundedSender<Outcome>,
}

impl Keeper {
    fn open(path: PathBuf, outcomes: told::UnboundedSender<Outcome>) -> (Keeper, Found) {
        let opened = file::open_or_put_aside(&path);
        let trouble = opened.trouble;
        if let Some(trouble) = &trouble {
            tracing::warn!(?trouble, "the store of the devices at home");
        }
        let keeper = Keeper {
            due: opened.file.is_none().then(|| Instant::now() + RETRY),
            file: opened.file,
            path,
            dirty: HashMap::new(),
            newest: None,
            lost: trouble.clone().filter(is_loss),
            trouble: trouble.clone(),
            outcomes,
        };
        let records = opened.records;
        (keeper, Found { records, trouble })
    }

    /// False at the end.
    fn turn(&mut self, queue: &mpsc::Receiver<Vec<Write>>) -> bool {
        let first = match self.due {
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(at) => queue.recv_timeout(at.saturating_duration_since(Instant::now())),
        };
        let goes_on = !matches!(first, Err(RecvTimeoutError::Disconnected));
        let mut urgent = false;
        let mut next = first.ok();
        let mut taken = 0;
        while let Some(writes) = next.take() {
            for write in writes {
                urgent |= self.take(write);
                taken += 1;
            }
            next = (taken < GROUP).then(|| queue.try_recv().ok()).flatten();
        }
        let is_due = self.due.is_some_and(|at| at <= Instant::now());
        if self.file.is_none() {
            if is_due || !goes_on {
                self.reopen();
            }
            self.committed();
        } else if urgent || is_due || !goes_on {
            self.commit();
        }
        goes_on
    }

    /// Whether somebody waits for it.
    fn take(&mut self, write: Write) -> bool {
        self.newest = Some(write.seq);
        self.dirty.insert(write.user, write.record);
        if self.file.is_some() && self.due.is_none() {
            self.due = Some(Instant::now() + SOON);
        }
        write.urgency == Urgency::BeforeAnswer
    }

    fn commit(&mut self) {
        self.due = None;
        if !self.dirty.is_empty()
            && let Some(file) = &mut self.file
        {
            match file.commit(&self.dirty) {
                Ok(()) => self.dirty.clear(),
                Err(failure) => self.give_up(failure),
            }
        }
        self.committed();
    }

    /// After an error nothing more is to be had of an open file.
    fn give_up(&mut self, failure: Failure) {
        match failure {
            Failure::Unwritable(why) => {
                if let Some(file) = self.file.take() {
                    file.close();
                }
                self.due = Some(Instant::now() + RETRY);
                self.tell(Some(Trouble::Unwritable(why)));
            }
            Failure::Damaged => {
                // Not closed: that would touch it.
                self.file = None;
                let opened = file::put_aside(&self.path, "home.redb was damaged");
                self.take_up(opened);
            }
        }
    }

    /// Tries to write all that could not be.
    fn reopen(&mut self) {
        let opened = file::open_or_put_aside(&self.path);
        self.take_up(opened);
    }

    /// Goes on with a file that was opened anew, if it takes what is waiting.
    fn take_up(&mut self, opened: Opened) {
        self.due = Some(Instant::now() + RETRY);
        if opened.trouble.as_ref().is_some_and(is_loss) {
            self.lost.clone_from(&opened.trouble);
        }
        let Some(mut file) = opened.file else {
            return self.tell(opened.trouble);
        };
        match file.commit(&self.dirty) {
            Ok(()) => {
                self.file = Some(file);
                self.dirty.clear();
                self.due = None;
                self.tell(self.lost.clone());
                let _ = self.outcomes.send(Outcome::OpenedAnew);
            }
            Err(Failure::Unwritable(why)) => {
                file.close();
                self.tell(Some(Trouble::Unwritable(why)));
            }
            // Put aside with the next try.
            Err(Failure::Damaged) => {
                let why = "home.redb is damaged".to_owned();
                self.tell(Some(Trouble::Unwritable(why)));
            }
        }
    }

    fn committed(&mut self) {
        if let Some(seq) = self.newest.take() {
            let _ = self.outcomes.send(Outcome::Committed(seq));
        }
    }

    fn tell(&mut self, trouble: Option<Trouble>) {
        if self.trouble != trouble {
            tracing::warn!(?trouble, "the store of the devices at home");
            self.trouble.clone_from(&trouble);
            let _ = self.outcomes.send(Outcome::Trouble(trouble));
        }
    }
}

fn is_loss(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Lost(_))
}

#[cfg(test)]
mod tests;
