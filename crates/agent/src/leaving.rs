//! Taking the binding away: for a pause, for a sleep, or at the end.

use std::time::{Duration, Instant};

use bellhop_sip::{Method, Response};

use crate::agent::Agent;
use crate::answer;
use crate::attempt::{Attempt, Credentials};
use crate::password::Password;
use crate::phase::{Phase, Target};
use crate::register::Contacts;

/// The whole machine waits for it to sleep, and will not wait long.
const SLEEP_LIMIT: Duration = Duration::from_millis(900);
/// At the end of the engine nobody waits longer (the whole stop takes at most 2 s).
const QUIT_LIMIT: Duration = Duration::from_millis(1_800);
/// A pause is answered within 5 s; after this the line is off, whatever the registrar holds until it expires.
const PAUSE_LIMIT: Duration = Duration::from_secs(4);

impl Agent {
    /// Unregisters over the flow in use, if there is one that ever carried a Contact.
    pub(crate) fn leave(&mut self, now: Instant) {
        let deadline = match &self.phase {
            Phase::Leaving { deadline, .. } => *deadline,
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Registering { .. }
            | Phase::Bound(_)
            | Phase::Refreshing { .. }
            | Phase::Waiting { .. }
            | Phase::Rejected { .. }
            | Phase::Elsewhere { .. }
            | Phase::Off => {
                now + match self.target {
                    Target::Asleep => SLEEP_LIMIT,
                    Target::Gone => QUIT_LIMIT,
                    Target::Paused | Target::Registered => PAUSE_LIMIT,
                }
            }
        };
        // What another phone has taken is not ours to remove.
        let refused = matches!(self.phase, Phase::Rejected { .. } | Phase::Elsewhere { .. });
        self.abandon_all();
        self.no_proof();
        let has_contact = self
            .flow
            .as_ref()
            .is_some_and(|flow| flow.contact.is_some());
        if refused
            || !has_contact
            || !self.may_still_send()
            || !matches!(self.password, Password::Known(_))
        {
            self.left();
        } else {
            self.send_unregister(now, deadline, Credentials::Cached, 0);
        }
    }

    /// Sends the REGISTER that removes what is ours. Other people's and other devices' bindings stay.
    pub(crate) fn send_unregister(
        &mut self,
        now: Instant,
        deadline: Instant,
        credentials: Credentials,
        challenges: u32,
    ) {
        let current = self.flow.as_ref().and_then(|flow| flow.contact.as_ref());
        let current = current.map(ToString::to_string);
        // What the registrar listed as ours last goes too: a change in flight may not have replaced it.
        let before = self.bindings.iter().filter(|binding| binding.mine);
        let before = before
            .map(|binding| binding.contact.clone())
            .filter(|contact| Some(contact) != current.as_ref())
            .collect();
        let contacts = Contacts::Remove(before);
        match self.register(now, &contacts, credentials, challenges) {
            Some(attempt) => self.phase = Phase::Leaving { attempt, deadline },
            None => self.left(),
        }
    }

    /// The registrar answered, or nobody waits any longer.
    pub(crate) fn left(&mut self) {
        self.abandon_all();
        self.close_all();
        self.no_proof();
        self.phase = Phase::Off;
    }

    pub(crate) fn on_unregister(
        &mut self,
        now: Instant,
        attempt: &Attempt,
        deadline: Instant,
        response: &Response,
    ) {
        match response.status.code() {
            401 | 407 => match self.take_challenge(now, attempt, &Method::Register, response) {
                Ok(fresh) => self.send_unregister(now, deadline, fresh, attempt.challenges + 1),
                Err(_) => self.left(),
            },
            200..=299 => {
                self.take_next_nonce(attempt, &Method::Register, response);
                let reading = answer::read(response, None, &self.identity, 0);
                self.list(now, &reading);
                self.identity.contacts.clear();
                self.save();
                self.left();
            }
            _ => self.left(),
        }
    }
}
