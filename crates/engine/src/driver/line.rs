//! A line as the driver holds it: its agent, and what the agent must not know (names, the keyring, the clock of retries).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bellhop_agent::{Agent, LineState, LineView, Network, Path};
use bellhop_endpoint::{FlowId, RequestId};
use tokio::task::JoinHandle;

use super::password::PasswordReading;
use crate::config::LineSettings;

/// See the module.
#[derive(Debug)]
pub(super) struct Line {
    /// Never used twice in a run: flows and requests carry it in their upper half.
    pub(super) number: u32,
    pub(super) settings: LineSettings,
    pub(super) agent: Agent,
    pub(super) addresses: Addresses,
    pub(super) secret: PasswordReading,
    /// The paths last told to the agent, with the carrier changes of their interfaces.
    pub(super) told: Option<Vec<(Path, u32)>>,
    /// Set when the config no longer has this line.
    pub(super) end: Option<End>,
    /// The state last written to the log.
    pub(super) logged: Option<LineState>,
}

/// A line on its way out.
#[derive(Debug)]
pub(super) struct End {
    /// When it is dropped even if the registrar has not answered.
    pub(super) until: Instant,
    /// The line that comes in its place.
    pub(super) then: Option<LineSettings>,
}

/// What is known of the registrar's addresses.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// The last that DNS gave, of now or of an earlier run; used until it gives others.
    pub(super) good: Vec<SocketAddr>,
    /// Why there are none.
    pub(super) unresolved: Option<String>,
    /// The search that is under way.
    pub(super) search: Option<JoinHandle<()>>,
    /// How long the last search took.
    pub(super) took: Option<Duration>,
}

impl Addresses {
    /// Ends the search that is under way: its name servers may be those of the network before.
    pub(super) fn stop_search(&mut self) {
        if let Some(search) = self.search.take() {
            search.abort();
        }
    }
}

impl Line {
    /// The network for the agent, from the paths to the addresses that are known.
    ///
    /// `bounced` is true if the link of an otherwise equal path was lost and found since: then it may be another network, and the agent is
    /// told of the loss first.
    pub(super) fn network(&mut self, paths: Vec<(Path, u32)>, online: bool) -> (Network, bool) {
        let told = self.told.replace(paths.clone()).unwrap_or_default();
        let bounced = paths.iter().any(|(path, changes)| {
            told.iter()
                .any(|(before, earlier)| before == path && earlier != changes)
        });
        let network = if paths.is_empty() {
            match &self.addresses.unresolved {
                Some(why) if online && self.addresses.good.is_empty() => {
                    Network::Unresolved { why: why.clone() }
                }
                _ => Network::Offline,
            }
        } else {
            Network::Paths(paths.into_iter().map(|(path, _)| path).collect())
        };
        (network, bounced)
    }

    /// What the agent says; while its registrar's name is looked up for the first time it is on its way and not offline.
    pub(super) fn view(&self, online: bool) -> LineView {
        let mut view = self.agent.view();
        let looking_up = self.addresses.search.is_some()
            && self.addresses.good.is_empty()
            && self.addresses.unresolved.is_none();
        if looking_up && online && view.state == LineState::Offline {
            view.state = LineState::Registering;
            view.failure = None;
        }
        view
    }
}

/// The line that a flow belongs to.
pub(super) fn of_flow(id: FlowId) -> u32 {
    upper_half(id.0)
}

/// The line that a request belongs to.
pub(super) fn of_request(id: RequestId) -> u32 {
    upper_half(id.0)
}

fn upper_half(id: u64) -> u32 {
    u32::try_from(id >> 32).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_their_line() {
        assert_eq!(of_flow(FlowId((7 << 32) | 99)), 7);
        assert_eq!(of_request(RequestId((7 << 32) | 1)), 7);
    }
}
