//! Wishes of views that take a moment: answered when fulfilled, refused, or out of time.

use std::time::{Duration, Instant};

use bellhop_agent::{LineState, LineView};
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{PATIENCE, Reply};
use tokio::sync::oneshot;

use super::Driver;
use super::line::Line;
use crate::secrets;
use crate::view;

/// A reading of the password may take its whole limit, and the view still wants to hear of it.
const SECRET_PATIENCE: Duration = secrets::LIMIT.saturating_add(Duration::from_millis(500));

/// One wish.
#[derive(Debug)]
pub(super) struct Pending {
    wish: Wish,
    asked: Instant,
    pub(super) deadline: Instant,
    reply: oneshot::Sender<Reply>,
}

/// What a view waits for; lines by their numbers.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// A new binding of each of these lines.
    Bound(Vec<u32>),
    /// This line is off.
    Paused(u32),
    /// This line's password has been read once more after so many reads.
    SecretRead { line: u32, reads: u64 },
}

enum Progress {
    Done,
    Refused(Reply),
    Waiting,
}

impl Pending {
    pub(super) fn new(now: Instant, wish: Wish, reply: oneshot::Sender<Reply>) -> Pending {
        let patience = match wish {
            Wish::Bound(_) | Wish::Paused(_) => PATIENCE,
            Wish::SecretRead { .. } => SECRET_PATIENCE,
        };
        Pending {
            wish,
            asked: now,
            deadline: now + patience,
            reply,
        }
    }
}

impl Driver {
    pub(super) fn answer_pending(&mut self, now: Instant) {
        for pending in std::mem::take(&mut self.pending) {
            let reply = if self.ending.is_some() {
                Some(Reply::refused(Error::plain(Code::EngineStopping)))
            } else {
                self.outcome(now, &pending)
            };
            match reply {
                // A view that has gone no longer wants to know.
                Some(reply) => drop(pending.reply.send(reply)),
                None => self.pending.push(pending),
            }
        }
    }

    fn outcome(&self, now: Instant, pending: &Pending) -> Option<Reply> {
        let lines = match &pending.wish {
            Wish::Bound(lines) => lines.as_slice(),
            Wish::Paused(line) | Wish::SecretRead { line, .. } => std::slice::from_ref(line),
        };
        let mut waiting = None;
        for line in lines
            .iter()
            .filter_map(|number| self.lines.iter().find(|line| line.number == *number))
        {
            match progress(pending, line) {
                Progress::Done => {}
                Progress::Refused(reply) => return Some(reply),
                Progress::Waiting => waiting = Some(line),
            }
        }
        match waiting {
            None => Some(Reply::Done),
            Some(line) if now >= pending.deadline => {
                let state = view::state(line.agent.view().state);
                let seconds = (pending.deadline - pending.asked).as_secs().to_string();
                let values = [
                    ("line", line.settings.id.clone()),
                    ("seconds", seconds),
                    ("state", state.as_str().to_owned()),
                ];
                let error = Error::new(Code::NotDoneInTime, values);
                Some(Reply::refused_in(Some(state), error))
            }
            Some(_) => None,
        }
    }
}

fn progress(pending: &Pending, line: &Line) -> Progress {
    let seen = line.agent.view();
    match pending.wish {
        Wish::Bound(_) => match seen.state {
            LineState::Registered
                if seen
                    .last_rebind
                    .as_ref()
                    .is_some_and(|rebind| rebind.at >= pending.asked) =>
            {
                Progress::Done
            }
            LineState::Registered | LineState::Registering | LineState::Unregistering => {
                Progress::Waiting
            }
            LineState::WaitingForSecret if seen.failure.is_none() || line.secret.is_under_way() => {
                Progress::Waiting
            }
            LineState::Offline if line.addresses.search.is_some() => Progress::Waiting,
            LineState::WaitingToRetry { .. } if line.addresses.search.is_some() => {
                Progress::Waiting
            }
            LineState::Offline
            | LineState::WaitingToRetry { .. }
            | LineState::WaitingForSecret
            | LineState::Rejected
            | LineState::Paused => Progress::Refused(refusal(line, &seen)),
        },
        Wish::Paused(_) if seen.state == LineState::Paused => Progress::Done,
        Wish::Paused(_) => Progress::Waiting,
        Wish::SecretRead { reads, .. } if line.secret.reads <= reads => Progress::Waiting,
        Wish::SecretRead { .. } => match line.secret.outcome {
            Some(Err(failure)) => Progress::Refused(Reply::refused_in(
                Some(view::state(seen.state)),
                view::secret(line.settings.number(), failure),
            )),
            Some(Ok(())) | None => Progress::Done,
        },
    }
}

/// Why the line is not bound, as it says itself.
pub(super) fn refusal(line: &Line, seen: &LineView) -> Reply {
    Reply::refused_in(Some(view::state(seen.state)), why_not_bound(line, seen))
}

pub(super) fn why_not_bound(line: &Line, seen: &LineView) -> Error {
    match (&seen.failure, seen.state) {
        (_, LineState::Paused) => {
            Error::new(Code::LinePaused, [("line", line.settings.id.as_str())])
        }
        (Some(failure), _) => view::failure(&line.settings, seen, failure),
        (None, LineState::Offline) => Error::plain(Code::NoNetwork),
        (None, _) => Error::new(
            Code::RegistrarSilent,
            [("registrar", line.settings.registrar_host.as_str())],
        ),
    }
}
