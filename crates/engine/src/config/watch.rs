//! The config and the files with passwords, watched while the engine runs.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Origin, Settings, Unusable, keyring_user};
use crate::files::{FileWatch, Look};

/// A config that has lost lines or devices is believed if it still has after so long: a file that is being written looks like that, and a line that
/// was removed by mistake takes no more calls.
const SURE: Duration = Duration::from_secs(1);

/// What a watched file says now.
#[derive(Debug)]
pub(crate) enum News {
    /// The config.
    Config(Box<Result<Settings, Unusable>>),
    /// This file may hold another password.
    Password(PathBuf),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct ConfigWatch {
    files: FileWatch,
    config: PathBuf,
}

impl ConfigWatch {
    /// Watches the config, and first tells it as it is: it may have changed since it was read. Reading is done on a thread of the watch.
    ///
    /// # Errors
    /// No thread is to be had.
    pub(crate) fn start(
        origin: Origin,
        news: mpsc::UnboundedSender<News>,
    ) -> io::Result<ConfigWatch> {
        let config = origin.path().to_owned();
        let mut before = Vec::new();
        let files = FileWatch::start(move |path, again| {
            let told = if path == origin.path() {
                let loaded = origin.load();
                if let Ok(settings) = &loaded {
                    let now = names(settings);
                    if !again && before.iter().any(|name| !now.contains(name)) {
                        return Look::Again(SURE);
                    }
                    before = now;
                }
                News::Config(Box::new(loaded))
            } else {
                News::Password(path.to_owned())
            };
            let _ = news.send(told);
            Look::Done
        })?;
        files.want(vec![config.clone()]);
        Ok(ConfigWatch { files, config })
    }

    /// The files that passwords are read from now.
    pub(crate) fn passwords<'a>(&self, files: impl IntoIterator<Item = &'a Path>) {
        let mut wanted: Vec<PathBuf> = files.into_iter().map(Path::to_owned).collect();
        wanted.push(self.config.clone());
        self.files.want(wanted);
    }
}

/// What must not go by mistake: lines, and devices of a home that is on.
fn names(settings: &Settings) -> Vec<String> {
    let lines = settings.lines.iter().map(|line| line.id.clone());
    let home = &settings.home;
    let devices = home.devices.iter().filter(|_| home.enabled);
    lines
        .chain(devices.map(|device| keyring_user(&device.name)))
        .collect()
}
