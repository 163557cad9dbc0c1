//! Writes the instance file on a thread of its own: in order, whole, and never in the way of a REGISTER.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use super::state_dir::private_file;

/// Hands texts to the thread. Dropping it writes what is left and waits for that.
#[derive(Debug)]
pub(crate) struct Writer {
    texts: Option<mpsc::Sender<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread that writes `path`.
    pub(crate) fn new(path: PathBuf) -> io::Result<Writer> {
        let (texts, queue) = mpsc::channel::<Vec<u8>>();
        let thread = thread::Builder::new().name("store".into()).spawn(move || {
            while let Ok(mut text) = queue.recv() {
                // Each text is the whole file, so of several waiting the newest is enough.
                while let Ok(newer) = queue.try_recv() {
                    text = newer;
                }
                if let Err(error) = write_whole(&path, &text) {
                    tracing::warn!(%error, "the instance file could not be written");
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
        let writer = Writer::new(path.clone()).unwrap();
        for n in 0..100 {
            writer.write(n.to_string().into_bytes());
        }
        drop(writer);
        assert_eq!(fs::read_to_string(&path).unwrap(), "99");
        assert!(!path.with_extension("new").exists());
    }
}
