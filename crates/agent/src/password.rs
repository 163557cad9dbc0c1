//! The line's password: asked for once, kept, and asked for again when it was refused.

use std::time::Instant;

use secrecy::{ExposeSecret, SecretString};

use crate::agent::Agent;
use crate::output::{Output, SecretFailure};
use crate::phase::Phase;
use crate::view::{Cause, Failure};

/// What is known of the line's password.
#[derive(Debug)]
pub(crate) enum Password {
    /// Nobody asked yet.
    Unknown,
    /// It is being read.
    Asked {
        /// What the line is bound for once it is there.
        cause: Cause,
        /// The one that was not sent to a realm that changed: another one is meant for the new realm.
        withheld: Option<SecretString>,
    },
    /// Here it is.
    Known(SecretString),
    /// It is not to be had.
    Failed(SecretFailure),
}

impl Password {
    fn is(&self, other: &SecretString) -> bool {
        matches!(self, Self::Known(password) if password.expose_secret() == other.expose_secret())
    }
}

impl Agent {
    /// The password, or why there is none. Answers [`Output::NeedSecret`]; called again when a person changed it.
    pub fn handle_secret(&mut self, now: Instant, result: Result<SecretString, SecretFailure>) {
        match result {
            Ok(password) => {
                let before = std::mem::replace(&mut self.password, Password::Known(password));
                match &self.phase {
                    Phase::Idle => {
                        let cause = match before {
                            Password::Asked { cause, withheld } => {
                                if withheld.is_some_and(|withheld| !self.password.is(&withheld)) {
                                    self.accept_any_realm();
                                }
                                cause
                            }
                            Password::Unknown | Password::Known(_) | Password::Failed(_) => {
                                self.change_cause()
                            }
                        };
                        self.start(now, cause, now);
                    }
                    Phase::Rejected { failure } => {
                        // Who enters the password anew for a realm that changed has accepted it.
                        if matches!(failure, Failure::RealmChanged { .. }) {
                            self.accept_any_realm();
                        }
                        self.start(now, Cause::Command, now);
                    }
                    Phase::Opening { .. }
                    | Phase::Registering { .. }
                    | Phase::Bound(_)
                    | Phase::Refreshing { .. }
                    | Phase::Waiting { .. }
                    | Phase::Elsewhere { .. }
                    | Phase::Leaving { .. }
                    | Phase::Off => {}
                }
            }
            // A password in hand stays good until the company says otherwise.
            Err(failure) => {
                if !matches!(self.password, Password::Known(_)) {
                    self.password = Password::Failed(failure);
                }
            }
        }
    }

    pub(crate) fn ask_password(&mut self, cause: Cause) {
        self.ask(cause, None);
    }

    /// The password that was refused, or withheld from another realm, may have been changed where it is kept.
    pub(crate) fn ask_again_if_refused(&mut self) {
        let failure = match &self.phase {
            Phase::Rejected { failure } => Some(failure),
            Phase::Idle
            | Phase::Opening { .. }
            | Phase::Registering { .. }
            | Phase::Bound(_)
            | Phase::Refreshing { .. }
            | Phase::Waiting { .. }
            | Phase::Elsewhere { .. }
            | Phase::Leaving { .. }
            | Phase::Off => None,
        };
        let wrong = matches!(failure, Some(Failure::WrongPassword));
        let withheld = matches!(failure, Some(Failure::RealmChanged { .. }));
        match std::mem::replace(&mut self.password, Password::Unknown) {
            Password::Known(password) if withheld => self.ask(Cause::Command, Some(password)),
            Password::Known(_) if wrong => self.ask_password(Cause::Command),
            Password::Failed(_) => self.ask_password(Cause::Command),
            known @ (Password::Unknown | Password::Asked { .. } | Password::Known(_)) => {
                self.password = known;
            }
        }
    }

    fn ask(&mut self, cause: Cause, withheld: Option<SecretString>) {
        self.password = Password::Asked { cause, withheld };
        self.outputs.push_back(Output::NeedSecret);
    }

    fn accept_any_realm(&mut self) {
        self.identity.realm = None;
        self.identity.proxy_realm = None;
        self.save();
    }
}
