//! What goes in as a wish and what comes out as an effect.

use std::time::Duration;

use bellhop_endpoint::{FlowId, RequestId};
use bellhop_sip::Request;

use crate::config::Path;
use crate::identity::Identity;

/// What the person (or the engine for them) asks of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Do what a network change does: a new flow and a REGISTER at once. Ends `rejected`; a paused line stays paused.
    Rebind,
    /// Unregister and stay off until [`Command::Resume`].
    Pause,
    /// Register again.
    Resume,
    /// The machine is about to sleep: unregister and stay off until [`Command::Wake`]. What is off or refused stays as it is.
    Sleep,
    /// The machine has slept: whatever is believed of flow and binding is of another time, so bind anew over a new flow.
    Wake,
    /// Unregister and end; [`crate::Agent::is_done`] tells when.
    Quit,
    /// Ask the company to reach this line (an OPTIONS to our own AOR): proof, if it comes back on our flow.
    SelfTest,
}

/// Why a line has no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretFailure {
    /// The place is there, the entry is not.
    Missing,
    /// The keyring is locked.
    Locked,
    /// No keyring answers.
    Unavailable,
    /// A file or variable that can't be read.
    Unreadable,
}

/// An effect for the engine to carry out, in order.
#[derive(Clone, Debug)]
pub enum Output {
    /// The password is wanted: answer by [`crate::Agent::handle_secret`].
    NeedSecret,
    /// The registrar's addresses are wanted anew: answer by [`crate::Agent::handle_network_change`].
    Resolve,
    /// Open a flow; answer by [`crate::Agent::handle_flow_opened`] in the same turn.
    OpenFlow {
        /// The flow's name from now on.
        flow: FlowId,
        /// Where it leads.
        path: Path,
    },
    /// Close a flow.
    CloseFlow {
        /// Which.
        flow: FlowId,
    },
    /// Send a request in a transaction of its own.
    Send {
        /// The name that its answers carry.
        id: RequestId,
        /// Over which flow.
        flow: FlowId,
        /// All but the Via, which the transaction layer adds.
        request: Request,
        /// One copy more than the transaction's timers have, so long from now, if nobody has answered by then.
        early_copy: Option<Duration>,
    },
    /// Send no more copies of a request and forget its answers.
    Abandon {
        /// Which.
        id: RequestId,
    },
    /// Keep this over restarts. Off the critical path, in order.
    Save(Identity),
    /// Something a person may want to hear, once.
    Notice(Notice),
}

/// Something that happened, not something that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The line is registered again after the network changed.
    RegisteredAgain {
        /// From the change to the registrar's answer.
        took: Duration,
        /// The interface before, if there was one.
        from: Option<String>,
        /// The interface now.
        to: String,
    },
}
