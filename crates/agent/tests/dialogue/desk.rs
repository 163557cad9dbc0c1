//! The other side of the agent: a network, a flow opener and a registrar that says what the test tells it to.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bellhop_agent::{
    Agent, Command, Identity, LineConfig, LineState, LineView, Network, Output, Path,
};
use bellhop_endpoint::{FlowId, RequestId};
use bellhop_sip::{HeaderName, Request, Response, StatusCode};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use secrecy::SecretString;

pub(crate) const REGISTRAR: &str = "203.0.113.10:5060";
pub(crate) const CHALLENGE: &str =
    "Digest realm=\"company.test\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"";

/// A request that the agent sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) id: RequestId,
    pub(crate) flow: FlowId,
    pub(crate) request: Request,
    pub(crate) early_copy: Option<Duration>,
}

impl Sent {
    pub(crate) fn header(&self, name: &HeaderName) -> Vec<String> {
        self.request
            .headers
            .get_all(name)
            .map(|value| value.as_text().unwrap().to_string())
            .collect()
    }

    pub(crate) fn contacts(&self) -> Vec<String> {
        self.header(&HeaderName::Contact)
    }

    /// The URI of the first Contact.
    pub(crate) fn contact_uri(&self) -> String {
        self.contacts()[0]
            .split(['<', '>'])
            .nth(1)
            .unwrap()
            .to_owned()
    }

    pub(crate) fn authorization(&self) -> Option<String> {
        self.header(&HeaderName::Authorization).first().cloned()
    }

    pub(crate) fn cseq(&self) -> u32 {
        self.request.headers.cseq().unwrap().number
    }
}

pub(crate) struct Desk {
    pub(crate) agent: Agent,
    pub(crate) now: Instant,
    pub(crate) sent: Vec<Sent>,
    pub(crate) closed: Vec<FlowId>,
    pub(crate) abandoned: Vec<RequestId>,
    pub(crate) saved: Vec<Identity>,
    pub(crate) others: Vec<Output>,
    pub(crate) refuse_flows: bool,
    next_port: u16,
}

impl Desk {
    /// An agent that knows neither network nor password.
    pub(crate) fn bare() -> Self {
        Self::with(identity(), false)
    }

    pub(crate) fn with(identity: Identity, paused: bool) -> Self {
        let config = LineConfig {
            aor: "sip:tina@company.test".parse().unwrap(),
            registrar: "sip:company.test".parse().unwrap(),
            outbound_proxy: None,
            auth_username: "tina".into(),
            expires: 600,
            user_agent: "Bellhop/0".into(),
        };
        Self {
            agent: Agent::new(1, config, identity, paused, [7; 32]),
            now: Instant::now(),
            sent: Vec::new(),
            closed: Vec::new(),
            abandoned: Vec::new(),
            saved: Vec::new(),
            others: Vec::new(),
            refuse_flows: false,
            next_port: 40_000,
        }
    }

    /// An agent that has sent its first REGISTER over network 1.
    pub(crate) fn registering() -> Self {
        let mut desk = Self::bare();
        desk.password();
        desk.network(&[1]);
        desk
    }

    /// An agent that is bound over network 1, with a challenge answered on the way.
    pub(crate) fn bound() -> Self {
        let mut desk = Self::registering();
        desk.challenge();
        desk.accept();
        assert_eq!(desk.view().state, LineState::Registered);
        desk
    }

    pub(crate) fn password(&mut self) {
        self.password_is("secret");
    }

    pub(crate) fn password_is(&mut self, password: &str) {
        let password = SecretString::from(password);
        self.agent.handle_secret(self.now, Ok(password));
        self.drain();
    }

    /// The networks that lead to the registrar now, best first.
    pub(crate) fn network(&mut self, networks: &[u8]) {
        let network = match networks {
            [] => Network::Offline,
            list => Network::Paths(list.iter().map(|index| path(*index)).collect()),
        };
        self.see(network);
    }

    pub(crate) fn see(&mut self, network: Network) {
        self.agent.handle_network_change(self.now, network);
        self.drain();
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.agent.handle_command(self.now, command);
        self.drain();
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.agent.poll_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.agent.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    pub(crate) fn last(&self) -> Sent {
        self.sent.last().expect("nothing was sent").clone()
    }

    /// What was sent since this was asked last.
    pub(crate) fn take_sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    /// 401 to the last request.
    pub(crate) fn challenge(&mut self) {
        self.answer(401, &[("WWW-Authenticate", CHALLENGE)]);
    }

    /// 200 to the last request, listing its own first Contact.
    pub(crate) fn accept(&mut self) {
        let contact = self.last().contacts()[0].clone();
        self.answer(200, &[("Contact", &contact)]);
    }

    /// An answer to the last request, seen from a NAT's address.
    pub(crate) fn answer(&mut self, status: u16, headers: &[(&str, &str)]) {
        let sent = self.last();
        self.answer_to(&sent, status, headers);
    }

    pub(crate) fn answer_to(&mut self, sent: &Sent, status: u16, headers: &[(&str, &str)]) {
        let mut response = Response::answering(&sent.request, StatusCode::from(status));
        response.headers.push_front(
            HeaderName::Via,
            "SIP/2.0/UDP 10.1.0.2:40001;branch=z9hG4bKx;received=198.51.100.1;rport=61000",
        );
        for (name, value) in headers {
            response.headers.push(name.parse().unwrap(), *value);
        }
        self.agent.handle_response(self.now, sent.id, &response);
        self.drain();
    }

    /// Time for a 200 that a challenge waits for: no round trip here is longer than T1.
    pub(crate) fn no_200_comes(&mut self) {
        self.pass(Duration::from_millis(500));
    }

    pub(crate) fn silence(&mut self) {
        self.silence_of(self.last().id);
    }

    pub(crate) fn silence_of(&mut self, id: RequestId) {
        self.agent.handle_request_timeout(self.now, id);
        self.drain();
    }

    pub(crate) fn timeout(&mut self) {
        self.agent.handle_timeout(self.now);
        self.drain();
    }

    pub(crate) fn view(&self) -> LineView {
        self.agent.view()
    }

    fn drain(&mut self) {
        while let Some(output) = self.agent.poll_output() {
            match output {
                Output::OpenFlow { flow, path } => {
                    self.next_port += 1;
                    let result = if self.refuse_flows {
                        Err("address not available".to_owned())
                    } else {
                        Ok(SocketAddr::new(path.local, self.next_port))
                    };
                    self.agent.handle_flow_opened(self.now, flow, result);
                }
                Output::CloseFlow { flow } => self.closed.push(flow),
                Output::Send {
                    id,
                    flow,
                    request,
                    early_copy,
                } => self.sent.push(Sent {
                    id,
                    flow,
                    request,
                    early_copy,
                }),
                Output::Abandon { id } => self.abandoned.push(id),
                Output::Save(identity) => self.saved.push(identity),
                other => self.others.push(other),
            }
        }
    }
}

pub(crate) fn identity() -> Identity {
    let instance = "urn:uuid:00000000-0000-4000-8000-000000000001".to_owned();
    Identity::fresh(instance, &mut ChaCha8Rng::seed_from_u64(1))
}

pub(crate) fn path(index: u8) -> Path {
    Path {
        interface: format!("net{index}"),
        index: u32::from(index),
        local: IpAddr::from([10, index, 0, 2]),
        gateway: Some(IpAddr::from([10, index, 0, 1])),
        registrar: REGISTRAR.parse().unwrap(),
    }
}
