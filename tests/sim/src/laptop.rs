//! The laptop: an agent and a transaction layer, and what the engine carries between them.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bellhop_agent::{Agent, Command, Identity, LineConfig, Network, Output};
use bellhop_endpoint::{Endpoint, Event, Flow, FlowId, Timers, uas};
use bellhop_sip::{Message, Method, Transport};
use bytes::Bytes;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use secrecy::SecretString;

use crate::invariants::{Broken, OnTheWire};
use crate::wire::REGISTRAR;

/// The password that both ends know.
pub(crate) const PASSWORD: &str = "correct horse";

/// A datagram that leaves the laptop.
pub(crate) struct Departure {
    pub(crate) local: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) payload: Bytes,
}

pub(crate) struct Laptop {
    pub(crate) agent: Agent,
    endpoint: Endpoint,
    flows: BTreeMap<FlowId, SocketAddr>,
    next_port: u16,
    /// What the store holds.
    pub(crate) identity: Identity,
    pub(crate) wire: OnTheWire,
    /// Until then the registrar asked not to be asked again.
    patient_until: Option<Instant>,
    seed: u64,
    runs: u32,
}

impl Laptop {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let instance = format!(
            "urn:uuid:00000000-0000-4000-8000-{:012x}",
            rng.random::<u64>() >> 16
        );
        let identity = Identity::fresh(instance, &mut rng);
        Self {
            agent: new_agent(identity.clone(), seed),
            endpoint: Endpoint::new(Timers::default(), rng.random()),
            flows: BTreeMap::new(),
            next_port: 40_000,
            identity,
            wire: OnTheWire::default(),
            patient_until: None,
            seed,
            runs: 0,
        }
    }

    /// The engine is killed and started again: the store is all that is left.
    pub(crate) fn crash(&mut self) {
        self.runs += 1;
        let seed = self.seed ^ (u64::from(self.runs) << 40);
        self.agent = new_agent(self.identity.clone(), seed);
        self.endpoint = Endpoint::new(Timers::default(), ChaCha8Rng::seed_from_u64(seed).random());
        self.flows.clear();
        self.patient_until = None;
    }

    pub(crate) fn command(&mut self, now: Instant, command: Command) {
        self.patient_until = None;
        self.agent.handle_command(now, command);
    }

    pub(crate) fn network(&mut self, now: Instant, network: Network) {
        self.patient_until = None;
        self.agent.handle_network_change(now, network);
    }

    /// A datagram arrived at one of our addresses. Nobody home: it is lost.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        to: SocketAddr,
        from: SocketAddr,
        payload: Bytes,
    ) {
        let flow = self
            .flows
            .iter()
            .find(|(_, local)| **local == to)
            .map(|(flow, _)| *flow);
        if let Some(flow) = flow {
            self.endpoint.handle_datagram(now, flow, from, payload);
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        [self.agent.poll_timeout(), self.endpoint.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    pub(crate) fn timeout(&mut self, now: Instant) {
        self.agent.handle_timeout(now);
        self.endpoint.handle_timeout(now);
    }

    /// Carries what passes between agent and endpoint until both are quiet, and returns what leaves.
    pub(crate) fn settle(&mut self, now: Instant) -> Result<Vec<Departure>, Broken> {
        let mut leaving = Vec::new();
        for _ in 0..10_000 {
            if let Some(output) = self.agent.poll_output() {
                self.carry_out(now, output)?;
            } else if let Some(event) = self.endpoint.poll_event() {
                self.pass_on(now, event);
            } else if let Some(transmit) = self.endpoint.poll_transmit() {
                if let Some(local) = self.flows.get(&transmit.flow) {
                    leaving.push(Departure {
                        local: *local,
                        to: transmit.destination,
                        payload: transmit.payload,
                    });
                }
            } else {
                return Ok(leaving);
            }
        }
        Err(Broken::NeverQuiet)
    }

    fn carry_out(&mut self, now: Instant, output: Output) -> Result<(), Broken> {
        match output {
            Output::NeedSecret => self
                .agent
                .handle_secret(now, Ok(SecretString::from(PASSWORD))),
            Output::OpenFlow { flow, path } => {
                self.next_port += 1;
                let local = SocketAddr::new(path.local, self.next_port);
                self.flows.insert(flow, local);
                self.endpoint.open_flow(
                    flow,
                    Flow {
                        transport: Transport::Udp,
                        local,
                        remote: Some(path.registrar),
                    },
                );
                self.agent.handle_flow_opened(now, flow, Ok(local));
            }
            Output::CloseFlow { flow } => {
                self.flows.remove(&flow);
                self.endpoint.close_flow(flow);
            }
            Output::Send {
                id,
                flow,
                request,
                early_copy,
            } => {
                self.wire.sent(&request)?;
                let patient = self.patient_until.is_some_and(|until| now < until);
                if patient && request.method == Method::Register {
                    return Err(Broken::Impatient);
                }
                self.endpoint
                    .send_request(now, id, flow, request)
                    .map_err(|error| Broken::NotSent(error.to_string()))?;
                if let Some(after) = early_copy {
                    self.endpoint.copy_early(id, now + after);
                }
            }
            Output::Abandon { id } => self.endpoint.abandon(id),
            Output::Save(identity) => self.identity = identity,
            Output::Resolve | Output::Notice(_) => {}
        }
        Ok(())
    }

    fn pass_on(&mut self, now: Instant, event: Event) {
        match event {
            Event::Response { id, response } => {
                if let Ok(Some(seconds)) = response.headers.retry_after() {
                    self.patient_until = Some(now + Duration::from_secs(u64::from(seconds)));
                }
                self.agent.handle_response(now, id, &response);
            }
            Event::TimedOut { id } => self.agent.handle_request_timeout(now, id),
            Event::Request {
                id,
                flow,
                source,
                request,
            } => {
                self.agent.handle_request(now, flow, source, &request);
                if request.method != Method::Ack {
                    self.endpoint
                        .respond(now, id, uas::answer(&request, "laptop"));
                }
            }
            Event::Discarded { .. } => {}
        }
    }
}

/// What the network looks like over this address.
pub(crate) fn path(local: IpAddr, index: u32) -> bellhop_agent::Path {
    bellhop_agent::Path {
        interface: format!("net{index}"),
        index,
        local,
        gateway: None,
        registrar: REGISTRAR,
    }
}

/// Whether this datagram is a REGISTER.
pub(crate) fn is_register(payload: &Bytes) -> bool {
    matches!(Message::parse_datagram(payload.clone()), Ok(Message::Request(request)) if request.method == Method::Register)
}

fn new_agent(identity: Identity, seed: u64) -> Agent {
    let uri = |text: &str| {
        text.parse()
            .unwrap_or_else(|_| unreachable!("a constant URI"))
    };
    let config = LineConfig {
        aor: uri("sip:tina@company.test"),
        registrar: uri("sip:company.test"),
        outbound_proxy: None,
        auth_username: "tina".into(),
        expires: 600,
        user_agent: "Bellhop".into(),
    };
    Agent::new(
        0,
        config,
        identity,
        false,
        ChaCha8Rng::seed_from_u64(seed).random(),
    )
}
