//! Logs: `bellhop.log` in the state directory, and stderr for who asks with `-v` or `BELLHOP_LOG`.
//!
//! The file holds what our own crates say at INFO and above: libraries put addresses and names into theirs.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_subscriber::filter::{EnvFilter, FilterFn, LevelFilter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use bellhop_control::state_dir::private_file;

/// At this size the log becomes `bellhop.log.1` and a new one begins: enough for weeks, small enough to attach to a report.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Starts logging; the guard writes the rest when it is dropped. None where logs go elsewhere already (a test's).
pub(crate) fn start(directory: &Path, stderr: Option<&str>) -> Option<WorkerGuard> {
    let (file, guard) = match LogFile::open(directory.join("bellhop.log")) {
        Ok(file) => {
            let (writer, guard) = NonBlocking::new(file);
            (Some(writer), Some(guard))
        }
        // Without a log the engine still does its work.
        Err(_) => (None, None),
    };
    let ours = FilterFn::new(|metadata| metadata.target().starts_with("bellhop"));
    let to_file = file.map(|writer| {
        fmt::layer()
            .with_ansi(false)
            .with_writer(writer)
            .with_filter(LevelFilter::INFO)
            .with_filter(ours)
    });
    let to_stderr = stderr.map(|wanted| {
        fmt::layer()
            .with_ansi(false)
            .with_writer(io::stderr)
            .with_filter(EnvFilter::new(wanted))
    });
    tracing_subscriber::registry()
        .with(to_file)
        .with(to_stderr)
        .try_init()
        .ok()?;
    guard
}

/// A log of bounded size.
#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    file: File,
    length: u64,
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<LogFile> {
        let file = private_file(OpenOptions::new().append(true).create(true), &path)?;
        let length = file.metadata()?.len();
        Ok(LogFile { path, file, length })
    }

    fn begin_anew(&mut self) -> io::Result<()> {
        fs::rename(&self.path, self.path.with_extension("log.1"))?;
        *self = LogFile::open(self.path.clone())?;
        Ok(())
    }
}

impl Write for LogFile {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if self.length >= LARGEST {
            self.begin_anew()?;
        }
        let written = self.file.write(text)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_is_kept_once_and_a_new_one_begins() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bellhop.log");
        let mut log = LogFile::open(path.clone()).unwrap();
        log.write_all(&vec![b'x'; usize::try_from(LARGEST).unwrap()])
            .unwrap();
        log.write_all(b"new\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        assert_eq!(
            fs::metadata(directory.path().join("bellhop.log.1"))
                .unwrap()
                .len(),
            LARGEST
        );
    }
}
