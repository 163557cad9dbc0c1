//! The store: identities, last good addresses and pauses, kept in the state directory.
//!
//! The engine reads it once at the start and then works on the copy in memory; [`writer`] brings changes to the disk.

mod instance;
mod machine;
mod writer;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bellhop_agent::Identity;
use bellhop_control::error::{Code, Error};
use bellhop_control::state_dir::unusable;
use tokio::sync::mpsc;
use uuid::Uuid;

use instance::{Instance, Remembered, VERSION};
use machine::Machine;
use writer::{Outcome, Writer};

/// A larger file is not ours.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// See the module.
#[derive(Debug)]
pub(crate) struct Store {
    instance: Instance,
    /// Changed since the last write.
    dirty: bool,
    writer: Writer,
    outcomes: mpsc::UnboundedReceiver<Outcome>,
    directory: PathBuf,
    /// Why what is learned does not outlive this run.
    unwritten: Option<Error>,
    /// Why what an earlier run learned is lost.
    unread: Option<Error>,
}

impl Store {
    /// Reads `instance` in `directory`. A file that can't be understood is moved aside, and one of another machine gives up its identities.
    /// `trouble` is why the directory is known to be unwritable.
    ///
    /// # Errors
    /// The writer's thread could not be started.
    pub(crate) fn open(directory: &Path, trouble: Option<&Error>) -> io::Result<Store> {
        let path = directory.join("instance");
        let machine = Machine::here(|| Uuid::new_v4().simple().to_string());
        let (kept, unread) = match read(&path) {
            Ok(kept) => (kept, None),
            Err(why) => (None, Some(Error::new(Code::StoreUnusable, [("why", why)]))),
        };
        let mut changed = kept.is_none();
        let mut instance = kept.unwrap_or_else(|| fresh(machine.clone()));
        if !machine.may_be(&instance.machine) {
            tracing::warn!(
                "this state was copied from another machine; Bellhop takes new instance ids here"
            );
            renew(&mut instance, machine);
            changed = true;
        } else if matches!(machine, Machine::Id(_)) && instance.machine != machine {
            instance.machine = machine;
            changed = true;
        }
        // On the disk before anything is sent: a crash between the first REGISTER and its writing would repeat that CSeq otherwise, which
        // registrars refuse (RFC 3261 §10.3 step 7). What the run itself reserves is written behind its REGISTERs.
        let reserved = instance.with_numbers_reserved();
        let mut unwritten = trouble.cloned();
        if unwritten.is_none() && (changed || reserved != instance) {
            let written = serde_json::to_vec_pretty(&reserved)
                .map_err(io::Error::from)
                .and_then(|text| writer::write_whole(&path, &text));
            if let Err(error) = written {
                tracing::warn!(%error, "the instance file could not be written");
                unwritten = Some(unusable(directory, error.to_string()));
            }
        }
        if unwritten.is_some() {
            // The next run would find the numbers of the one before, and use those of this one again.
            instance.begin_anew();
        }
        let (told, outcomes) = mpsc::unbounded_channel();
        let mut store = Store {
            instance,
            // What could not be written is tried again by the writer.
            dirty: unwritten.is_some(),
            writer: Writer::new(path, unwritten.as_ref().map(ToString::to_string), told)?,
            outcomes,
            directory: directory.to_owned(),
            unwritten,
            unread,
        };
        store.flush();
        Ok(store)
    }

    /// Resolves when it has become writable, or is no longer. Cancel-safe.
    pub(crate) async fn changed(&mut self) {
        match self.outcomes.recv().await {
            Some(outcome) => {
                // The first reason is the best one: a directory that could not be made is then missing.
                let before = self.unwritten.take();
                self.unwritten =
                    outcome.map(|why| before.unwrap_or_else(|| unusable(&self.directory, why)));
            }
            // The writer's thread has ended, which it does only with this.
            None => std::future::pending().await,
        }
    }

    /// Where it is.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Why what is learned does not outlive this run.
    pub(crate) fn unwritten(&self) -> Option<&Error> {
        self.unwritten.as_ref()
    }

    /// Why what an earlier run learned is lost.
    pub(crate) fn unread(&self) -> Option<&Error> {
        self.unread.as_ref()
    }

    /// `urn:uuid:…` of this installation.
    pub(crate) fn instance_urn(&self) -> String {
        self.instance.instance.clone()
    }

    /// The line's identity, if it has had one.
    pub(crate) fn identity(&self, id: &str, aor: &str) -> Option<Identity> {
        self.line(id, aor)
            .and_then(|line| line.identity.clone())
            .map(Identity::from)
    }

    /// Where the line's registrar was last reached.
    pub(crate) fn last_good(&self, id: &str, aor: &str) -> Vec<SocketAddr> {
        self.line(id, aor)
            .map(|line| line.registrar.clone())
            .unwrap_or_default()
    }

    /// Whether the person paused the line.
    pub(crate) fn paused(&self, id: &str, aor: &str) -> bool {
        self.line(id, aor).is_some_and(|line| line.paused)
    }

    /// Who serves the line from now on. Another server than before has other addresses and other realms.
    pub(crate) fn save_server(&mut self, id: &str, aor: &str, server: &str) {
        self.change(id, aor, |line| {
            if line.server != server {
                server.clone_into(&mut line.server);
                line.registrar.clear();
                if let Some(identity) = &mut line.identity {
                    identity.forget_realms();
                }
            }
        });
    }

    pub(crate) fn save_identity(&mut self, id: &str, aor: &str, identity: &Identity) {
        self.change(id, aor, |line| line.identity = Some(identity.into()));
    }

    pub(crate) fn save_last_good(&mut self, id: &str, aor: &str, addresses: &[SocketAddr]) {
        self.change(id, aor, |line| line.registrar = addresses.to_vec());
    }

    pub(crate) fn save_paused(&mut self, id: &str, aor: &str, paused: bool) {
        self.change(id, aor, |line| line.paused = paused);
    }

    fn line(&self, id: &str, aor: &str) -> Option<&Remembered> {
        self.instance
            .lines
            .iter()
            .find(|line| line.id == id && line.aor == aor)
    }

    fn change(&mut self, id: &str, aor: &str, change: impl FnOnce(&mut Remembered)) {
        let lines = &mut self.instance.lines;
        let at = lines
            .iter()
            .position(|line| line.id == id && line.aor == aor)
            .unwrap_or_else(|| {
                lines.push(Remembered {
                    id: id.into(),
                    aor: aor.into(),
                    identity: None,
                    server: String::new(),
                    registrar: Vec::new(),
                    paused: false,
                });
                lines.len() - 1
            });
        let Some(line) = lines.get_mut(at) else {
            return;
        };
        let before = line.clone();
        change(line);
        self.dirty |= *line != before;
    }

    /// Hands what changed to the writer. Once a turn: a hundred lines that move together are one write, after their REGISTERs.
    pub(crate) fn flush(&mut self) {
        if !std::mem::take(&mut self.dirty) {
            return;
        }
        match serde_json::to_vec_pretty(&self.instance) {
            Ok(text) => self.writer.write(text),
            Err(error) => tracing::warn!(%error, "the instance file could not be written"),
        }
    }
}

/// Why there is something that can't be used is a sentence for people.
fn read(path: &Path) -> Result<Option<Instance>, String> {
    let length = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            tracing::warn!(%error, "the instance file can't be read; starting with a new one");
            return Err(error.to_string());
        }
    };
    let understood = (length <= MAX_FILE)
        .then(|| fs::read(path).ok())
        .flatten()
        .and_then(|text| serde_json::from_slice::<Instance>(&text).ok())
        .filter(|instance| instance.version == VERSION);
    if understood.is_some() {
        return Ok(understood);
    }
    let aside = path.with_extension("damaged");
    let moved = fs::rename(path, &aside).is_ok();
    tracing::warn!(
        moved_aside = moved,
        "the instance file was damaged; starting with a new one (instance.damaged keeps the old)"
    );
    Err(if moved {
        "the file instance is damaged; it was kept as instance.damaged"
    } else {
        "the file instance is damaged"
    }
    .to_owned())
}

fn fresh(machine: Machine) -> Instance {
    Instance {
        version: VERSION,
        machine,
        instance: Uuid::new_v4().urn().to_string(),
        lines: Vec::new(),
    }
}

/// Another machine's identities would remove that machine's bindings; the person's pauses and the addresses stay true.
fn renew(instance: &mut Instance, machine: Machine) {
    instance.machine = machine;
    instance.instance = Uuid::new_v4().urn().to_string();
    for line in &mut instance.lines {
        line.identity = None;
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.flush();
    }
}

#[cfg(test)]
mod tests;
