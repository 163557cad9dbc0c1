//! Writes the instance file on a thread of its own: in order, whole, and never in the way of a REGISTER. What can't be written is tried
//! again until it can.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc as asynchronous;

use bellhop_control::state_dir::private_file;

/// A disk that is full or read-only may be another one by then.
const AGAIN: Duration = Duration::from_secs(30);

/// Why the newest text is not on the disk; none: it is. Told when that changes.
pub(super) type Outcome = Option<String>;

/// Hands texts to the thread. Dropping it writes what is left and waits for that.
#[derive(Debug)]
pub(crate) struct Writer {
    texts: Option<mpsc::Sender<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread that writes `path`. `before` is what came of the last write, before this one's.
    pub(crate) fn new(
        path: PathBuf,
        before: Outcome,
        outcomes: asynchronous::UnboundedSender<Outcome>,
    ) -> io::Result<Writer> {
        let (texts, queue) = mpsc::channel::<Vec<u8>>();
        let thread = thread::Builder::new().name("store".into()).spawn(move || {
            let mut last = before;
            let mut unwritten = None;
            while let Some(text) = newest(&queue, unwritten.take()) {
                let outcome = write_whole(&path, &text)
                    .err()
                    .map(|error| error.to_string());
                unwritten = outcome.is_some().then_some(text);
                if outcome != last {
                    if let Some(error) = &outcome {
                        tracing::warn!(error, "the instance file could not be written");
                    }
                    let _ = outcomes.send(outcome.clone());
                    last = outcome;
                }
            }
        })?;
        Ok(Writer {
            texts: Some(texts),
            thread: Some(thread),
        })
    }

    /// Replaces the file's content, soon.
    pub(crate) fn write(&self, text: Vec<u8>) {
        if let Some(texts) = &self.texts {
            // The thread ends only when this sender is gone.
            let _ = texts.send(text);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.texts.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The next text to write, which is the last one again if that could not be written for a while. None at the end.
fn newest(queue: &mpsc::Receiver<Vec<u8>>, unwritten: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut text = match unwritten {
        None => queue.recv().ok()?,
        Some(unwritten) => match queue.recv_timeout(AGAIN) {
            Ok(text) => text,
            Err(mpsc::RecvTimeoutError::Timeout) => unwritten,
            Err(mpsc::RecvTimeoutError::Disconnected) => return None,
        },
    };
    // Each text is the whole file, so of several waiting the newest is enough.
    while let Ok(newer) = queue.try_recv() {
        text = newer;
    }
    Some(text)
}

/// A reader sees the old or the new content, and so does the next start after a power cut.
pub(super) fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = private_file(
        OpenOptions::new().write(true).create(true).truncate(true),
        &new,
    )?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_the_writer_leaves_the_newest_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("instance");
        let (outcomes, _told) = asynchronous::unbounded_channel();
        let writer = Writer::new(path.clone(), None, outcomes).unwrap();
        for n in 0..100 {
            writer.write(n.to_string().into_bytes());
        }
        drop(writer);
        assert_eq!(fs::read_to_string(&path).unwrap(), "99");
        assert!(!path.with_extension("new").exists());
    }

    #[test]
    fn what_cannot_be_written_is_told_once_and_so_is_what_can_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("later/instance");
        let (outcomes, mut told) = asynchronous::unbounded_channel();
        let writer = Writer::new(path.clone(), None, outcomes).unwrap();
        writer.write(b"one".to_vec());
        assert!(told.blocking_recv().unwrap().is_some());
        writer.write(b"two".to_vec());
        fs::create_dir(path.parent().unwrap()).unwrap();
        writer.write(b"three".to_vec());
        assert_eq!(told.blocking_recv().unwrap(), None);
        drop(writer);
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
    }
}
