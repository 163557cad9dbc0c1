//! Lines, phones and home networks that views add, change and remove. The work is done on threads, since keyring and file may block; one change at a time, in the order asked for.

use std::time::{Duration, Instant};

use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{LineSettings, Password, Reply};
use bellhop_control::snapshot::HomeNetwork;
use tokio::sync::oneshot;

use super::Driver;
use super::password::Asked;
use super::pending::{Pending, Wish};
use crate::config::{Origin, Settings};
use crate::lines::{self, Applied, ConfigFile, Edit, HomeEdit, Refused};
use crate::net::here::{self, Gateway, Here};

/// So long may a password that goes keep the view waiting: its line is gone in any case.
const FORGETTING: Duration = Duration::from_secs(5);
/// More changes than this that wait for one another are a mistake or an attack.
const MOST_WAITING: usize = 32;

/// What a view wants of the config.
#[derive(Debug)]
pub(super) enum Change {
    Edit(Edit, Option<Password>),
    Password(String, Password),
    DevicePassword(String, Password),
    /// The network behind one of these gateways is home.
    HomeHere(Vec<Gateway>),
}

/// One that waits for its turn.
#[derive(Debug)]
pub(super) struct Waiting {
    change: Change,
    reply: oneshot::Sender<Reply>,
}

/// What came of the one that was under way.
#[derive(Debug)]
pub(super) struct Changed {
    outcome: Outcome,
    reply: oneshot::Sender<Reply>,
}

#[derive(Debug)]
enum Outcome {
    Edited(Box<(Edit, Applied)>),
    Stored(String),
    DeviceStored(String),
    AtHome(Box<HomeNetwork>, Option<Box<Settings>>),
    Refused(Refused),
}

impl Driver {
    /// What the config says of a line. Nothing waits for it but the view.
    pub(super) fn line_settings(&self, line: String, reply: oneshot::Sender<Reply>) {
        let file = named(&self.origin);
        on_a_thread(reply, move |reply| {
            let settings = ConfigFile::existing_or_new(Some(file))
                .map_err(Refused::from)
                .and_then(|file| lines::settings(&file, &line));
            drop(reply.send(match settings {
                Ok(settings) => Reply::LineSettings { settings },
                Err(refused) => refused.reply(),
            }));
        });
    }

    pub(super) fn add_line(
        &mut self,
        settings: LineSettings,
        password: Option<Password>,
        reply: oneshot::Sender<Reply>,
    ) {
        let settings = settings.tidied();
        self.change(Change::Edit(Edit::Add { settings }, password), reply);
    }

    pub(super) fn edit_line(
        &mut self,
        line: String,
        settings: LineSettings,
        password: Option<Password>,
        reply: oneshot::Sender<Reply>,
    ) {
        let settings = settings.tidied();
        let edit = Edit::Change { line, settings };
        self.change(Change::Edit(edit, password), reply);
    }

    /// Takes a change on, or has it wait for the one that is under way.
    pub(super) fn change(&mut self, change: Change, reply: oneshot::Sender<Reply>) {
        if self.changes.len() >= MOST_WAITING {
            let why = [("why", "too many changes at once")];
            drop(reply.send(Reply::refused(Error::new(Code::Internal, why))));
            return;
        }
        self.changes.push_back(Waiting { change, reply });
        self.begin_change();
    }

    fn begin_change(&mut self) {
        if self.is_changing {
            return;
        }
        let Some(Waiting { change, reply }) = self.changes.pop_front() else {
            return;
        };
        let (file, outlet) = (named(&self.origin), self.outlets.changed.clone());
        self.is_changing = on_a_thread(reply, move |reply| {
            let outcome = carry_out(file, change).unwrap_or_else(Outcome::Refused);
            let _ = outlet.send(Changed { outcome, reply });
        });
    }

    /// The config in force becomes what was written, in the same turn.
    pub(super) fn changed(&mut self, now: Instant, changed: Changed) {
        self.is_changing = false;
        let Changed { outcome, reply } = changed;
        match outcome {
            Outcome::Refused(refused) => drop(reply.send(refused.reply())),
            Outcome::Stored(line) => self.use_password(now, &line, reply),
            Outcome::DeviceStored(device) => {
                self.device_password_changed(&device);
                drop(reply.send(Reply::Done));
            }
            Outcome::AtHome(network, settings) => {
                drop(reply.send(Reply::Home { network: *network }));
                if let Some(settings) = settings {
                    self.config_told(now, Ok(*settings));
                }
            }
            Outcome::Edited(edited) => {
                let (edit, applied) = *edited;
                if let Some(error) = &applied.left_behind {
                    tracing::warn!(code = %error.code, "the password of a removed line may still be in the keyring");
                }
                drop(reply.send(match &edit {
                    Edit::Add { .. } | Edit::Change { .. } => Reply::Added {
                        line: applied.id.clone(),
                    },
                    Edit::Home(HomeEdit::AddDevice { .. }) => Reply::DeviceAdded {
                        device: applied.id.clone(),
                        extension: applied.extension.clone().unwrap_or_default(),
                    },
                    Edit::Remove { .. } | Edit::Home(_) => Reply::Done,
                }));
                match edit {
                    Edit::Home(_) => self.home_edited(now, applied),
                    Edit::Add { .. } | Edit::Change { .. } | Edit::Remove { .. } => {
                        self.edited(now, &edit, applied);
                    }
                }
            }
        }
        self.begin_change();
    }

    fn edited(&mut self, now: Instant, edit: &Edit, applied: Applied) {
        let Applied {
            id,
            settings,
            stored,
            ..
        } = applied;
        let before = edit.line().and_then(|line| self.line_by_id(line));
        let before = before.map(|line| (line.settings.id.clone(), line.settings.aor.clone()));
        let was_paused = before
            .as_ref()
            .is_some_and(|(id, aor)| self.store.paused(id, aor));
        if let Some((id, aor)) = &before {
            // A line that comes again under this name begins anew.
            self.store.save_paused(id, aor, false);
        }
        if let Some(line) = settings.lines.iter().find(|line| line.id == id)
            && !matches!(edit, Edit::Remove { .. })
        {
            self.store.save_paused(&line.id, &line.aor, was_paused);
        }
        self.config_told(now, Ok(settings));
        if stored && let Some(number) = self.line_by_id(&id).map(|line| line.number) {
            self.read_password(now, number, Asked::Person);
        }
    }

    fn home_edited(&mut self, now: Instant, applied: Applied) {
        let Applied {
            id,
            settings,
            stored,
            ..
        } = applied;
        self.config_told(now, Ok(settings));
        if stored {
            self.device_password_changed(&id);
        }
    }

    /// A line's password is another one. Replied to once it is at hand.
    fn use_password(&mut self, now: Instant, id: &str, reply: oneshot::Sender<Reply>) {
        let Some(line) = self.line_by_id(id) else {
            // The file has been edited, and the engine does not run the line yet: then it is stored, and that is all.
            drop(reply.send(Reply::Done));
            return;
        };
        let (line, reads) = (line.number, line.secret.reads);
        self.read_password(now, line, Asked::Person);
        let wish = Wish::SecretRead { line, reads };
        self.pending.push(Pending::new(now, wish, reply));
    }
}

fn named(origin: &Origin) -> std::path::PathBuf {
    origin.path().to_owned()
}

fn carry_out(file: std::path::PathBuf, change: Change) -> Result<Outcome, Refused> {
    let file = ConfigFile::existing_or_new(Some(file))?;
    match change {
        Change::Edit(edit, password) => {
            let applied = lines::apply(file, edit.clone(), password, FORGETTING)?;
            Ok(Outcome::Edited(Box::new((edit, applied))))
        }
        Change::Password(line, password) => {
            lines::set_password(&file, &line, |_| Ok::<_, Refused>(password))?;
            Ok(Outcome::Stored(line))
        }
        Change::DevicePassword(device, password) => {
            lines::set_device_password(&file, &device, |_| Ok::<_, Refused>(password))?;
            Ok(Outcome::DeviceStored(device))
        }
        Change::HomeHere(gateways) => home_here(file, &gateways),
    }
}

fn home_here(file: ConfigFile, gateways: &[Gateway]) -> Result<Outcome, Refused> {
    let Here { written, shown } = here::find(gateways)?;
    let network = Box::new(shown);
    if lines::has_network(&file, &written)? {
        return Ok(Outcome::AtHome(network, None));
    }
    let edit = Edit::Home(HomeEdit::AddNetwork { network: written });
    let applied = lines::apply(file, edit, None, FORGETTING)?;
    Ok(Outcome::AtHome(network, Some(Box::new(applied.settings))))
}

/// Whether there was one to be had.
fn on_a_thread(
    reply: oneshot::Sender<Reply>,
    work: impl FnOnce(oneshot::Sender<Reply>) + Send + 'static,
) -> bool {
    let spawned = std::thread::Builder::new()
        .name("change".into())
        .spawn(move || work(reply));
    if let Err(error) = &spawned {
        // The reply went with the work: the view is told that the engine does not go on.
        tracing::warn!(%error, "no thread is to be had");
    }
    spawned.is_ok()
}
