//! Files that are watched: who wants to know is called when one of them may have changed.
//!
//! Directories are watched, not files: editors replace a file by another one of its name. A file whose writer has closed it, or that was put
//! in its place, is looked at on the spot; one that is being written when its writer has been quiet for a moment, so that half of it does
//! not count.

mod places;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, Event, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

/// Quiet for so long, a file counts as written even if its writer still has it open.
const QUIET: Duration = Duration::from_millis(200);
/// So often in a row the directories may have changed while they were being watched.
const ROUNDS: usize = 16;
/// Where the system does not let us watch, files are looked at so often.
const LOOK: Duration = Duration::from_secs(20);

/// Whether a look was enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It was.
    Done,
    /// Another one after so long, unless something happens before.
    Again(Duration),
}

/// See the module. Dropped, it ends.
#[derive(Debug)]
pub(crate) struct FileWatch {
    messages: mpsc::Sender<Message>,
}

#[derive(Debug)]
enum Message {
    Want(Vec<PathBuf>),
    Event(notify::Result<Event>),
    Stop,
}

impl FileWatch {
    /// Starts a thread that calls `look` with a path that may have changed, and whether that is the look that an earlier one asked for.
    /// More looks than there were changes are possible, and the first one comes when a path is wanted: it may have changed before.
    ///
    /// # Errors
    /// No thread is to be had.
    pub(crate) fn start(
        look: impl FnMut(&Path, bool) -> Look + Send + 'static,
    ) -> io::Result<FileWatch> {
        let (messages, queue) = mpsc::channel();
        let events = messages.clone();
        thread::Builder::new().name("files".into()).spawn(move || {
            let watcher = notify::recommended_watcher(move |event| {
                let _ = events.send(Message::Event(event));
            });
            let mut eyes = Eyes {
                watcher: watcher.inspect_err(tell).ok(),
                blind: false,
                watched: BTreeSet::new(),
                shows: HashMap::new(),
                due: HashMap::new(),
                look,
            };
            while eyes.turn(&queue) {}
        })?;
        Ok(FileWatch { messages })
    }

    /// Watches these from now on, and no others.
    pub(crate) fn want(&self, paths: Vec<PathBuf>) {
        let _ = self.messages.send(Message::Want(paths));
    }
}

impl Drop for FileWatch {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Stop);
    }
}

struct Eyes<F> {
    watcher: Option<RecommendedWatcher>,
    /// Something that is wanted can't be watched.
    blind: bool,
    watched: BTreeSet<PathBuf>,
    /// The wanted paths, each with the entries of directories where its changes show.
    shows: HashMap<PathBuf, BTreeSet<PathBuf>>,
    /// When each is looked at next, and whether a look asked for that.
    due: HashMap<PathBuf, (Instant, bool)>,
    look: F,
}

impl<F: FnMut(&Path, bool) -> Look> Eyes<F> {
    /// False at the end.
    fn turn(&mut self, queue: &mpsc::Receiver<Message>) -> bool {
        let now = Instant::now();
        let next = self.due.values().map(|(at, _)| *at).min();
        let message = match next.or(self.blind.then(|| now + LOOK)) {
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(at) => queue.recv_timeout(at.saturating_duration_since(now)),
        };
        match message {
            Ok(Message::Want(paths)) => self.want(paths),
            Ok(Message::Event(Ok(event))) if event.need_rescan() => self.look_at_all(),
            Ok(Message::Event(Ok(event))) => self.notice(&event),
            Ok(Message::Event(Err(error))) => {
                tell(&error);
                self.look_at_all();
            }
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) if self.due.is_empty() => self.look_at_all(),
            Err(RecvTimeoutError::Timeout) => {}
        }
        self.look_at_what_is_due();
        true
    }

    fn want(&mut self, paths: Vec<PathBuf>) {
        let paths: BTreeSet<PathBuf> = paths.into_iter().collect();
        // Who is told of a config says again what it wants.
        if self.shows.len() == paths.len() && self.shows.keys().all(|path| paths.contains(path)) {
            return;
        }
        self.shows.retain(|path, _| paths.contains(path));
        self.due.retain(|path, _| paths.contains(path));
        for path in paths {
            self.shows.entry(path).or_default();
        }
        self.look_at_all();
    }

    fn notice(&mut self, event: &Event) {
        let Some(wait) = wait_after(event.kind) else {
            return;
        };
        // Of a directory that is gone or moved, the watch is gone too, even if the news is of an earlier one of its name.
        if wait.is_zero() && event.paths.iter().any(|path| self.watched.contains(path)) {
            self.look_at_all();
        }
        let due = Instant::now() + wait;
        for (path, shows) in &self.shows {
            if event.paths.iter().any(|changed| shows.contains(changed)) {
                self.due.insert(path.clone(), (due, false));
            }
        }
    }

    /// Now, but for what is looked at later anyhow.
    fn look_at_all(&mut self) {
        for path in self.shows.keys() {
            self.due
                .entry(path.clone())
                .or_insert_with(|| (Instant::now(), false));
        }
    }

    fn look_at_what_is_due(&mut self) {
        let now = Instant::now();
        if !self.due.values().any(|(at, _)| *at <= now) {
            return;
        }
        // Before the look, so that what changes after it is heard: a link may lead elsewhere now, a directory be another one. What changed
        // in between is not, wherever it was.
        self.watch();
        self.look_at_all();
        let now = Instant::now();
        let due: Vec<(PathBuf, bool)> = self
            .due
            .extract_if(|_, (at, _)| *at <= now)
            .map(|(path, (_, again))| (path, again))
            .collect();
        for (path, again) in due {
            if let Look::Again(after) = (self.look)(&path, again) {
                self.due.insert(path, (Instant::now() + after, true));
            }
        }
    }

    /// Watches the directories in which the wanted paths lie now.
    fn watch(&mut self) {
        for _ in 0..ROUNDS {
            self.watch_where_they_lie();
            // A directory that came after the question where they lie and before the watch was not heard of.
            let moved = |(path, shows): (&PathBuf, &BTreeSet<PathBuf>)| places::of(path) != *shows;
            if !self.shows.iter().any(moved) {
                return;
            }
        }
        self.blind = true;
    }

    fn watch_where_they_lie(&mut self) {
        let mut directories = BTreeSet::new();
        for (path, shows) in &mut self.shows {
            *shows = places::of(path);
            directories.extend(
                shows
                    .iter()
                    .filter_map(|it| it.parent())
                    .map(Path::to_owned),
            );
        }
        self.blind = self.watcher.is_none() && !directories.is_empty();
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        // A directory that was made anew has the name of the one that was watched.
        for directory in std::mem::take(&mut self.watched) {
            let _ = watcher.unwatch(&directory);
        }
        for directory in directories {
            match watcher.watch(&directory, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.watched.insert(directory)),
                Err(error) => {
                    tell(&error);
                    self.blind = true;
                }
            }
        }
    }
}

/// How long a change wants to be left alone; none where it is no change of what a file says.
fn wait_after(kind: EventKind) -> Option<Duration> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(_))
        | EventKind::Create(CreateKind::Folder)
        | EventKind::Remove(_)
        | EventKind::Other => Some(Duration::ZERO),
        // A new file, or one that is written to. The mode may have been what kept us from reading it.
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) => Some(QUIET),
        EventKind::Access(_) => None,
    }
}

/// Without paths: they hold users' names.
fn tell(error: &notify::Error) {
    tracing::warn!(kind = ?error.kind, "a directory can't be watched; its files are looked at now and then");
}

#[cfg(test)]
mod tests;
