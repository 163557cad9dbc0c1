//! What leaves: requests with credentials on them, and the names and numbers that they carry.

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_endpoint::{FlowId, RequestId};
use bellhop_sip::digest::Secret;
use bellhop_sip::{Method, Request, Response};
use secrecy::ExposeSecret;

use crate::agent::Agent;
use crate::attempt::{Attempt, Credentials};
use crate::auth::Answered;
use crate::identity::random_word;
use crate::output::Output;
use crate::password::Password;

impl Agent {
    /// Sends a request over a flow, with what its server is known to ask for answered in advance.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        flow: FlowId,
        mut request: Request,
        credentials: Credentials,
        challenges: u32,
    ) -> Attempt {
        let server = self
            .flow
            .as_ref()
            .filter(|current| current.id == flow)
            .map(|current| current.path.registrar);
        let answered = server
            .map(|server| self.authorize(server, &mut request))
            .unwrap_or_default();
        let credentials = match (answered.any, credentials) {
            (false, _) => Credentials::None,
            (true, Credentials::Fresh(asker)) => Credentials::Fresh(asker),
            (true, Credentials::None | Credentials::Cached) => Credentials::Cached,
        };
        let id = self.next_request_id();
        let early_copy = if request.method == Method::Register {
            self.early_copy()
        } else {
            None
        };
        self.outputs.push_back(Output::Send {
            id,
            flow,
            request,
            early_copy,
        });
        Attempt {
            id,
            sent_at: now,
            credentials,
            challenges,
            shown: answered.registrar,
            first_copy: Attempt::first_copy(early_copy),
            held: None,
        }
    }

    fn authorize(&mut self, server: SocketAddr, request: &mut Request) -> Answered {
        let Password::Known(password) = &self.password else {
            return Answered::default();
        };
        let secret = Secret {
            username: &self.config.auth_username,
            password: password.expose_secret(),
        };
        self.authenticator
            .authorize(server, &secret, request, &mut self.rng)
    }

    /// Takes what a 2xx says of the next nonce, before anything else is sent.
    pub(crate) fn take_next_nonce(
        &mut self,
        attempt: &Attempt,
        method: &Method,
        response: &Response,
    ) {
        let (Some(sent), Some(flow)) = (&attempt.shown, &self.flow) else {
            return;
        };
        let Password::Known(password) = &self.password else {
            return;
        };
        let secret = Secret {
            username: &self.config.auth_username,
            password: password.expose_secret(),
        };
        let server = flow.path.registrar;
        let taken = self
            .authenticator
            .take_next(server, method, sent, &secret, response);
        if taken.is_err() {
            tracing::debug!(
                line = self.line,
                "the registrar's proof of the password is wrong: its next nonce is not taken"
            );
        }
    }

    pub(crate) fn next_flow_id(&mut self) -> FlowId {
        FlowId(self.next_id())
    }

    fn next_request_id(&mut self) -> RequestId {
        RequestId(self.next_id())
    }

    fn next_id(&mut self) -> u64 {
        self.ids = self.ids.wrapping_add(1);
        (u64::from(self.line) << 32) + u64::from(self.ids)
    }

    /// Call-IDs of what is not a REGISTER are new each time.
    pub(crate) fn side_call_id(&mut self, kind: &str) -> String {
        format!("{kind}-{}", random_word(&mut self.rng, 20))
    }

    pub(crate) fn side_cseq(&mut self) -> u32 {
        self.side_sequence = self.side_sequence % 0x7fff_0000 + 1;
        self.side_sequence
    }
}
