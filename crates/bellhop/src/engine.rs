//! Talking to the running engine from a program that does one thing at a time.

use std::path::PathBuf;

use bellhop_control::client::Client;
use bellhop_control::error::{Code, Error};
use bellhop_control::places;
use bellhop_control::protocol::{Reply, Request};
use bellhop_control::snapshot::{LineState, Snapshot};
use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// Which engine is meant: the one on this state directory.
#[derive(Debug)]
pub(crate) struct Place {
    named: Option<PathBuf>,
}

impl Place {
    /// The engine on `state_dir`, or on the default one.
    pub(crate) fn new(state_dir: Option<PathBuf>) -> Place {
        Place { named: state_dir }
    }

    /// As the command line named it.
    pub(crate) fn named(&self) -> Option<PathBuf> {
        self.named.clone()
    }

    /// The directory itself.
    pub(crate) fn state_dir(&self) -> Result<PathBuf, Error> {
        self.named
            .clone()
            .map_or_else(places::default_state_dir, Ok)
    }

    /// Connects to the engine.
    pub(crate) fn connect(&self) -> Result<Connection, Error> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::new(Code::Internal, [("why", error.to_string())]))?;
        let client = runtime.block_on(Client::connect(&self.state_dir()?))?;
        Ok(Connection { runtime, client })
    }

    /// Connects to the engine if one runs.
    pub(crate) fn connect_if_running(&self) -> Result<Option<Connection>, Error> {
        match self.connect() {
            Ok(connection) => Ok(Some(connection)),
            Err(error) if error.code == Code::NoEngine => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A connection, and the runtime that drives it.
pub(crate) struct Connection {
    runtime: Runtime,
    client: Client,
}

impl Connection {
    /// Asks and waits.
    pub(crate) fn request(&mut self, request: Request) -> Result<Reply, Error> {
        self.runtime.block_on(self.client.request(request))
    }

    /// Asks for something to be done.
    pub(crate) fn done(&mut self, request: Request) -> Result<(), Failure> {
        match self.request(request)? {
            Reply::Done => Ok(()),
            Reply::Refused {
                error,
                state,
                details,
                ..
            } => Err(refusal(error, state, details)),
            reply @ (Reply::Status { .. }
            | Reply::Checked { .. }
            | Reply::LineSettings { .. }
            | Reply::Added { .. }
            | Reply::DeviceAdded { .. }
            | Reply::Provisioning { .. }
            | Reply::Home { .. }
            | Reply::Trace { .. }) => Err(unexpected(&reply).into()),
        }
    }

    /// The snapshot of now.
    pub(crate) fn snapshot(&mut self) -> Result<Snapshot, Error> {
        let reply = self.request(Request::Status)?;
        let Reply::Status { snapshot } = reply else {
            return Err(unexpected(&reply));
        };
        Ok(*snapshot)
    }

    /// The parts, for a subscription.
    pub(crate) fn into_parts(self) -> (Runtime, Client) {
        (self.runtime, self.client)
    }
}

/// What a refusal says: all details if there are any, else the sentence, with the state of the line where the sentence lacks it.
fn refusal(error: Error, state: Option<LineState>, details: Vec<String>) -> Failure {
    let sentence = match state {
        Some(state) if !error.params.contains_key("state") => {
            format!("{error}; the line is {}", state.as_str())
        }
        Some(_) | None => error.message.clone(),
    };
    let lines = if details.is_empty() {
        vec![sentence]
    } else {
        details
    };
    Failure {
        lines,
        ..error.into()
    }
}

/// The error of a reply that is a refusal, or no answer to what was asked.
pub(crate) fn unexpected(reply: &Reply) -> Error {
    match reply {
        Reply::Refused { error, .. } => error.clone(),
        Reply::Done
        | Reply::Status { .. }
        | Reply::Checked { .. }
        | Reply::LineSettings { .. }
        | Reply::Added { .. }
        | Reply::DeviceAdded { .. }
        | Reply::Provisioning { .. }
        | Reply::Home { .. }
        | Reply::Trace { .. } => Error::plain(Code::EngineLost),
    }
}
