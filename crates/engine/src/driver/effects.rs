//! Carries out what the machines want, and brings them what comes of it.

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_agent::{Output, Path};
use bellhop_control::notice::Notice;
use bellhop_control::protocol::{Direction, TraceFlow};
use bellhop_endpoint::{Discard, Event, Flow, FlowId, Transmit, uas};
use bellhop_sip::{Method, Request, Transport};

use super::line::{of_flow, of_request};
use super::{Driver, OpenFlow};
use crate::net::flow_socket::{Datagram, FlowSocket, Leave};
use crate::view;

impl Driver {
    /// Until no machine wants anything.
    pub(super) fn carry_out(&mut self, now: Instant) {
        loop {
            let mut quiet = true;
            let numbers: Vec<u32> = self.lines.iter().map(|line| line.number).collect();
            for number in numbers {
                while let Some(output) = self
                    .line_by_number(number)
                    .and_then(|line| line.agent.poll_output())
                {
                    quiet = false;
                    self.carry_out_one(now, number, output);
                }
                // A line's datagrams leave before the next line's flow is opened.
                self.transmit_all(now);
            }
            while let Some(event) = self.endpoint.poll_event() {
                quiet = false;
                self.deliver(now, event);
            }
            self.transmit_all(now);
            if quiet {
                return;
            }
        }
    }

    fn carry_out_one(&mut self, now: Instant, number: u32, output: Output) {
        match output {
            Output::NeedSecret => self.password_wanted(now, number),
            Output::Resolve => self.search(number),
            Output::OpenFlow { flow, path } => self.open_flow(now, number, flow, &path),
            Output::CloseFlow { flow } => {
                // What was wanted before still leaves by it.
                self.transmit_all(now);
                self.endpoint.close_flow(flow);
                self.flows.remove(&flow);
            }
            Output::Send {
                id,
                flow,
                request,
                early_copy,
            } => {
                if let Err(error) = self.endpoint.send_request(now, id, flow, request) {
                    tracing::debug!(%error, "a request could not be sent");
                    // To the agent that is silence: it tries again, later or over another flow.
                    if let Some(line) = self.line_by_number(number) {
                        line.agent.handle_request_timeout(now, id);
                    }
                } else if let Some(after) = early_copy {
                    self.endpoint.copy_early(id, now + after);
                }
            }
            Output::Abandon { id } => self.endpoint.abandon(id),
            Output::Save(identity) => {
                if let Some((id, aor)) = self
                    .line_by_number(number)
                    .filter(|line| !line.settings.is_demo())
                    .map(|line| (line.settings.id.clone(), line.settings.aor.clone()))
                {
                    self.store.save_identity(&id, &aor, &identity);
                }
            }
            Output::Notice(notice) => self.agent_notice(number, notice),
        }
    }

    fn open_flow(&mut self, now: Instant, number: u32, flow: FlowId, path: &Path) {
        let leave = Leave {
            interface: &path.interface,
            index: path.index,
            local: path.local,
        };
        let result = match FlowSocket::open(flow, &leave, &self.outlets.inbox) {
            Ok(socket) => {
                let local = socket.local();
                self.endpoint.open_flow(
                    flow,
                    Flow {
                        transport: Transport::Udp,
                        local,
                        remote: Some(path.registrar),
                    },
                );
                self.flows.insert(
                    flow,
                    OpenFlow {
                        socket,
                        interface: path.interface.clone(),
                    },
                );
                Ok(local)
            }
            Err(error) => {
                tracing::debug!(%error, interface = path.interface, "a flow could not be opened");
                Err(error.to_string())
            }
        };
        if let Some(line) = self.line_by_number(number) {
            line.agent.handle_flow_opened(now, flow, result);
        }
    }

    fn agent_notice(&mut self, number: u32, notice: bellhop_agent::Notice) {
        let bellhop_agent::Notice::RegisteredAgain { took, from, to } = notice;
        let name =
            |interface: &str| view::network_name(interface, self.kinds.get(interface).copied());
        let (from, to) = (from.as_deref().map(name), name(&to));
        let Some(line) = self
            .line_by_number(number)
            .map(|line| line.settings.id.clone())
        else {
            return;
        };
        tracing::info!(
            line = number,
            took_ms = view::milliseconds(took),
            "registered again"
        );
        let _ = self.outlets.notices.send(Notice::RegisteredAgain {
            line,
            took_ms: view::milliseconds(took),
            from,
            to: Some(to),
        });
    }

    fn transmit_all(&mut self, now: Instant) {
        while let Some(Transmit {
            flow,
            destination,
            payload,
        }) = self.endpoint.poll_transmit()
        {
            let Some(open) = self.flows.get(&flow) else {
                continue;
            };
            if let Err(error) = open.socket.send(destination, &payload) {
                tracing::debug!(%error, interface = open.interface, "a datagram could not be sent");
            }
            self.record(now, flow, destination, Direction::Out, &payload);
        }
    }

    pub(super) fn datagram(&mut self, now: Instant, datagram: Datagram) {
        let Datagram {
            flow,
            source,
            ref payload,
            ..
        } = datagram;
        if self.flows.contains_key(&flow) {
            self.record(now, flow, source, Direction::In, payload);
            self.endpoint
                .handle_datagram(now, flow, source, payload.clone());
            // Each datagram's own outcome, so that a discarded one is marked and not its neighbour.
            self.carry_out(now);
        }
    }

    fn record(
        &mut self,
        now: Instant,
        flow: FlowId,
        remote: SocketAddr,
        direction: Direction,
        payload: &[u8],
    ) {
        let Some(open) = self.flows.get(&flow) else {
            return;
        };
        let path = TraceFlow {
            interface: open.interface.clone(),
            local: open.socket.local().to_string(),
            remote: remote.to_string(),
        };
        let number = of_flow(flow);
        let line = self
            .lines
            .iter()
            .find(|line| line.number == number)
            .map_or("", |line| &line.settings.id);
        self.trace
            .record(self.clock.wall_at(now), line, path, direction, payload);
    }

    fn deliver(&mut self, now: Instant, event: Event) {
        match event {
            Event::Response { id, response } => {
                if let Some(line) = self.line_by_number(of_request(id)) {
                    line.agent.handle_response(now, id, &response);
                }
            }
            Event::TimedOut { id } => {
                if let Some(line) = self.line_by_number(of_request(id)) {
                    line.agent.handle_request_timeout(now, id);
                }
            }
            Event::Request {
                id,
                flow,
                source,
                request,
            } => {
                let tag = self.endpoint.tag();
                self.endpoint.respond(now, id, uas::answer(&request, &tag));
                if request.method == Method::Invite {
                    self.missed_call(flow, source, &request);
                }
                if let Some(line) = self.line_by_number(of_flow(flow)) {
                    line.agent.handle_request(now, flow, source, &request);
                }
            }
            Event::Discarded { flow, source, why } => {
                tracing::debug!(?why, "a datagram was discarded");
                // What comes on a flow that was closed meanwhile is not in the trace; a mark would hit a message that was taken.
                if let Some(open) = self.flows.get(&flow) {
                    let local = open.socket.local().to_string();
                    self.trace
                        .mark_dropped(&local, &source.to_string(), reason(&why));
                }
            }
        }
    }

    /// No call is carried yet: the person is told who tried. Only the company's calls count: anybody can send to an open port.
    fn missed_call(&mut self, flow: FlowId, source: SocketAddr, request: &Request) {
        let from = request.headers.from().map_or_else(
            |_| "an unknown number".to_owned(),
            |from| from.uri.without_params_and_headers().to_string(),
        );
        let Some(line) = self.line_by_number(of_flow(flow)) else {
            return;
        };
        if line
            .addresses
            .good
            .iter()
            .any(|address| address.ip() == source.ip())
        {
            tracing::info!(line = line.number, "missed call");
            let line = line.settings.id.clone();
            let _ = self.outlets.notices.send(Notice::MissedCall { line, from });
        }
    }
}

/// Why nobody was given a datagram, for the trace.
fn reason(why: &Discard) -> String {
    match why {
        Discard::Garbage(error) => format!("not SIP: {error}"),
        Discard::BadHeader(error) => format!("unusable: {error}"),
        Discard::Refused { status } => format!("answered {status} and forgotten"),
        Discard::WrongSource => "not from the registrar's address".into(),
        Discard::NoTransaction => "answers nothing that was asked".into(),
        Discard::Misrouted => "meant for somebody else".into(),
        Discard::TooMany => "one of too many".into(),
        Discard::UnknownFlow => "came too late".into(),
    }
}
