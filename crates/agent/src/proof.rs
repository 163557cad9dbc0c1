//! Proof that calls arrive: the company reached us, on this flow.

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_endpoint::FlowId;
use bellhop_sip::{Method, Request};

use crate::agent::Agent;
use crate::attempt::{Attempt, Credentials};
use crate::phase::Phase;
use crate::register::outside_dialog;
use crate::view::{Callable, Proof};

/// A self test on its way.
#[derive(Clone, Debug)]
pub(crate) struct SelfTest {
    pub(crate) attempt: Attempt,
    call_id: String,
}

impl Agent {
    /// Told of every request that arrives on a flow of the line. It answers none.
    ///
    /// Only what the registrar's own address sent on the flow in use, to our Contact, proves anything: anybody can send an OPTIONS to an
    /// open port, but the Contact's user is random and known to the company alone.
    pub fn handle_request(
        &mut self,
        now: Instant,
        flow: FlowId,
        source: SocketAddr,
        request: &Request,
    ) {
        let ours = |current: &crate::flow::Flow| {
            current.id == flow && current.path.registrar.ip() == source.ip()
        };
        let bound = matches!(self.phase, Phase::Bound(_) | Phase::Refreshing { .. });
        let to_our_contact = request.uri.user() == Some(self.identity.contact_user.as_str());
        if !bound || !to_our_contact || !self.flow.as_ref().is_some_and(ours) {
            return;
        }
        let returned = self.self_test.as_ref().is_some_and(|test| {
            request
                .headers
                .call_id()
                .is_ok_and(|id| id.as_ref() == test.call_id)
        });
        if returned {
            self.proof(Proof::SelfRequest, now);
        } else if self.callable.proof != Proof::SelfRequest {
            self.proof(Proof::InboundSeen, now);
        }
    }

    /// Asks the company to reach this line: an OPTIONS to our own AOR. A registrar that answers it itself proves nothing.
    pub(crate) fn send_self_test(&mut self, now: Instant) {
        if !matches!(self.phase, Phase::Bound(_) | Phase::Refreshing { .. }) {
            return;
        }
        let Some(flow) = self.flow.as_ref().map(|flow| flow.id) else {
            return;
        };
        self.drop_self_test();
        let call_id = self.side_call_id("selftest");
        let attempt = self.send_self_test_request(now, flow, &call_id, Credentials::None, 0);
        self.self_test = Some(SelfTest { attempt, call_id });
    }

    /// The company wants credentials for it.
    pub(crate) fn resend_self_test(
        &mut self,
        now: Instant,
        credentials: Credentials,
        challenges: u32,
    ) {
        let (Some(test), Some(flow)) = (
            self.self_test.take(),
            self.flow.as_ref().map(|flow| flow.id),
        ) else {
            return;
        };
        let attempt =
            self.send_self_test_request(now, flow, &test.call_id, credentials, challenges);
        self.self_test = Some(SelfTest {
            attempt,
            call_id: test.call_id,
        });
    }

    fn send_self_test_request(
        &mut self,
        now: Instant,
        flow: FlowId,
        call_id: &str,
        credentials: Credentials,
        challenges: u32,
    ) -> Attempt {
        let cseq = self.side_cseq();
        let aor = self.config.aor.clone();
        let request = outside_dialog(&self.config, Method::Options, aor, call_id, &self.tag, cseq);
        self.send(now, flow, request, credentials, challenges)
    }

    /// What is known of a flow that was bound a moment ago.
    pub(crate) fn proof_of_binding(&mut self) {
        self.callable = Callable {
            proof: Proof::BindingOnly,
            at: None,
        };
    }

    pub(crate) fn no_proof(&mut self) {
        self.callable = Callable {
            proof: Proof::None,
            at: None,
        };
    }

    fn proof(&mut self, proof: Proof, now: Instant) {
        self.callable = Callable {
            proof,
            at: Some(now),
        };
    }
}
