//! What views ask of the engine.

use std::time::Instant;

use bellhop_agent::{Command, LineState};
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{Reply, Request, newest_that_fit};
use tokio::sync::oneshot;

use super::changes::Change;
use super::password::Asked;
use super::pending::{Pending, Wish, refusal};
use super::{Ask, Driver};
use crate::lines::{Edit, HomeEdit};
use crate::net::here;
use crate::net::networks::Source;

impl Driver {
    pub(super) fn ask(&mut self, now: Instant, ask: Ask) {
        let Ask {
            request,
            reply,
            progress,
        } = ask;
        if self.ending.is_some() && request != Request::Shutdown {
            let _ = reply.send(Reply::refused(Error::plain(Code::EngineStopping)));
            return;
        }
        let at_once = match request {
            Request::Status => Reply::Status {
                snapshot: Box::new((**self.outlets.snapshot.borrow()).clone()),
            },
            // The connection does the rest.
            Request::Subscribe => Reply::Done,
            Request::Rebind { line: None } => return self.rebind_all(now, reply),
            Request::Rebind { line: Some(id) } => return self.rebind(now, &id, reply),
            Request::Pause { line } => return self.pause(now, &line, reply),
            Request::Resume { line } => return self.resume(now, &line, reply),
            Request::Check { line } => {
                return self.begin_check(now, line.as_deref(), progress, reply);
            }
            Request::Trace => Reply::Trace {
                entries: newest_that_fit(self.trace.entries()),
            },
            Request::ForgetSecret { line } => return self.read_secret_anew(now, &line, reply),
            Request::Reload => self.reload(now),
            Request::LineSettings { line } => return self.line_settings(line, reply),
            Request::AddLine { settings, password } => {
                return self.add_line(settings, password, reply);
            }
            Request::EditLine {
                line,
                settings,
                password,
            } => return self.edit_line(line, settings, password, reply),
            Request::RemoveLine { line } if self.ends_demo(&line) => Reply::Done,
            Request::RemoveLine { line } => {
                return self.change(Change::Edit(Edit::Remove { line }, None), reply);
            }
            Request::SetPassword { line, password } => {
                return self.change(Change::Password(line, password), reply);
            }
            Request::Demo => self.begin_demo(),
            Request::AddDevice { settings, password } => {
                let settings = settings.tidied();
                let edit = Edit::Home(HomeEdit::AddDevice { settings });
                return self.change(Change::Edit(edit, password), reply);
            }
            Request::RemoveDevice { device } => {
                let edit = Edit::Home(HomeEdit::RemoveDevice { device });
                return self.change(Change::Edit(edit, None), reply);
            }
            Request::SetDevicePassword { device, password } => {
                return self.change(Change::DevicePassword(device, password), reply);
            }
            Request::ForgetDeviceSecret { device } => self.read_device_secret_anew(&device),
            Request::Provision {
                device,
                password,
                token,
            } => self.provision(now, &device, password, &token),
            Request::HomeHere => match &self.inputs.networks {
                Source::Machine(watch) => {
                    let gateways = here::gateways(watch.networks());
                    return self.change(Change::HomeHere(gateways), reply);
                }
                Source::Scripted { .. } => {
                    let what = [("what", "a home among scripted networks")];
                    Reply::refused(Error::new(Code::NotInThisVersion, what))
                }
            },
            Request::ForgetHome { network } => {
                let edit = Edit::Home(HomeEdit::ForgetNetworks { subnet: network });
                return self.change(Change::Edit(edit, None), reply);
            }
            Request::Shutdown => {
                self.end(now);
                Reply::Done
            }
        };
        let _ = reply.send(at_once);
    }

    fn rebind_all(&mut self, now: Instant, reply: oneshot::Sender<Reply>) {
        let wanted: Vec<u32> = self
            .lines
            .iter()
            .filter(|line| line.agent.view().state != LineState::Paused)
            .map(|line| line.number)
            .collect();
        for number in &wanted {
            self.command_by_person(now, *number, Command::Rebind);
            self.search(*number);
        }
        self.pending
            .push(Pending::new(now, Wish::Bound(wanted), reply));
    }

    fn rebind(&mut self, now: Instant, id: &str, reply: oneshot::Sender<Reply>) {
        let Some(line) = self.line_by_id(id) else {
            return no_such_line(id, reply);
        };
        let seen = line.agent.view();
        if matches!(seen.state, LineState::Paused) {
            drop(reply.send(refusal(line, &seen)));
            return;
        }
        let number = line.number;
        self.command_by_person(now, number, Command::Rebind);
        // A name that had no address may have one by now.
        self.search(number);
        self.pending
            .push(Pending::new(now, Wish::Bound(vec![number]), reply));
    }

    fn pause(&mut self, now: Instant, id: &str, reply: oneshot::Sender<Reply>) {
        let Some(number) = self.remember_pause(id, true) else {
            return no_such_line(id, reply);
        };
        self.command(now, number, Command::Pause);
        self.pending
            .push(Pending::new(now, Wish::Paused(number), reply));
    }

    fn resume(&mut self, now: Instant, id: &str, reply: oneshot::Sender<Reply>) {
        let Some(number) = self.remember_pause(id, false) else {
            return no_such_line(id, reply);
        };
        self.command_by_person(now, number, Command::Resume);
        self.search(number);
        self.pending
            .push(Pending::new(now, Wish::Bound(vec![number]), reply));
    }

    /// What a person asks for may have the keyring ask to be unlocked.
    fn command_by_person(&mut self, now: Instant, number: u32, command: Command) {
        let allow = |driver: &mut Driver, allowed| {
            if let Some(line) = driver.line_by_number(number) {
                line.secret.person_waits = allowed;
            }
        };
        allow(self, true);
        self.command(now, number, command);
        self.carry_out(now);
        allow(self, false);
    }

    /// A pause holds over restarts.
    fn remember_pause(&mut self, id: &str, paused: bool) -> Option<u32> {
        let line = self.line_by_id(id)?;
        let (number, aor) = (line.number, line.settings.aor.clone());
        if !line.settings.is_demo() {
            self.store.save_paused(id, &aor, paused);
        }
        Some(number)
    }

    fn read_secret_anew(&mut self, now: Instant, id: &str, reply: oneshot::Sender<Reply>) {
        let Some(line) = self.line_by_id(id) else {
            return no_such_line(id, reply);
        };
        let (number, reads) = (line.number, line.secret.reads);
        self.read_password(now, number, Asked::Person);
        self.pending.push(Pending::new(
            now,
            Wish::SecretRead {
                line: number,
                reads,
            },
            reply,
        ));
    }
}

pub(super) fn no_such_line(id: &str, reply: oneshot::Sender<Reply>) {
    drop(reply.send(Reply::refused(Error::new(Code::NoSuchLine, [("line", id)]))));
}
