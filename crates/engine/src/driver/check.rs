//! `bellhop check`: config, password, name, login, and whether calls arrive.
//!
//! It looks at the running lines and not at copies of them: a second login of its own would prove something else and might evict the first.

use std::time::{Duration, Instant};

use bellhop_agent::{Command, LineState, LineView, Proof};
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{CheckStep, Outcome, Reply, Step};
use tokio::sync::{mpsc, oneshot};

use super::Driver;
use super::line::Line;
use super::pending::why_not_bound;
use super::requests::no_such_line;
use crate::net::targets::Target;
use crate::secrets::Source;
use crate::view;

/// A silent registrar is silent after timer F (32 s, RFC 3261 §17.1.2.2); then the line says so itself.
const SETTLE: Duration = Duration::from_secs(40);
/// So long may a request to the own number be on its way through the company.
const PROVE: Duration = Duration::from_secs(4);

/// A check under way.
#[derive(Debug)]
pub(super) struct Check {
    reply: oneshot::Sender<Reply>,
    progress: Progress,
    config: CheckStep,
    lines: Vec<LineCheck>,
}

/// Where each step is told at once. A view that has gone no longer wants to know.
pub(crate) type Progress = Option<mpsc::UnboundedSender<CheckStep>>;

#[derive(Debug)]
struct LineCheck {
    /// A line that is edited meanwhile comes again under its id.
    id: String,
    stage: Stage,
    found: Vec<CheckStep>,
}

#[derive(Debug)]
enum Stage {
    /// Until the line is registered or says why not.
    Settling { until: Instant },
    /// Until the request to the own number came back.
    Proving { since: Instant, until: Instant },
    /// All is found.
    Done,
}

impl LineCheck {
    fn knows(&self, step: Step) -> bool {
        self.found.iter().any(|found| found.step == step)
    }

    /// Tells a step, once.
    fn tell(&mut self, progress: &Progress, step: CheckStep) {
        if !self.knows(step.step) {
            if let Some(progress) = progress {
                let _ = progress.send(step.clone());
            }
            self.found.push(step);
        }
    }
}

impl Driver {
    pub(super) fn begin_check(
        &mut self,
        now: Instant,
        wanted: Option<&str>,
        progress: Progress,
        reply: oneshot::Sender<Reply>,
    ) {
        let is_wanted = |line: &&Line| wanted.is_none_or(|id| line.settings.id == id);
        let lines: Vec<LineCheck> = self
            .lines
            .iter()
            .filter(is_wanted)
            .map(|line| LineCheck {
                id: line.settings.id.clone(),
                stage: Stage::Settling {
                    until: now + SETTLE,
                },
                found: Vec::new(),
            })
            .collect();
        if let (Some(id), true) = (wanted, lines.is_empty()) {
            return no_such_line(id, reply);
        }
        let config = self.config_step(wanted);
        if let Some(progress) = &progress {
            let _ = progress.send(config.clone());
        }
        self.checks.push(Check {
            reply,
            progress,
            config,
            lines,
        });
    }

    fn config_step(&self, wanted: Option<&str>) -> CheckStep {
        let begun = Instant::now();
        let loaded = self.origin.load();
        let mut config = step(None, Step::Config, loaded.is_ok(), begun.elapsed());
        match loaded {
            // Of one line, how many others there are says nothing.
            Ok(_) if wanted.is_some() => {}
            Ok(settings) => {
                let lines = settings.lines.len();
                config.detail = Some(format!("{lines} line{}", if lines == 1 { "" } else { "s" }));
            }
            Err(unusable) => {
                config.error = Some(unusable.error());
                config.detail = Some(unusable.lines().join("\n"));
            }
        }
        config
    }

    /// When a check wants to be looked at at the latest.
    pub(super) fn check_wake(&self) -> Option<Instant> {
        self.checks
            .iter()
            .flat_map(|check| &check.lines)
            .filter_map(|line| match line.stage {
                Stage::Settling { until } | Stage::Proving { until, .. } => Some(until),
                Stage::Done => None,
            })
            .min()
    }

    pub(super) fn step_checks(&mut self, now: Instant) {
        for mut check in std::mem::take(&mut self.checks) {
            for line in &mut check.lines {
                self.step_line(now, line, &check.progress);
            }
            let is_done = |line: &LineCheck| matches!(line.stage, Stage::Done);
            if check.lines.iter().all(is_done) {
                let mut steps = vec![check.config];
                for mut line in check.lines {
                    line.found.sort_by_key(|found| order(found.step));
                    steps.append(&mut line.found);
                }
                let _ = check.reply.send(Reply::Checked { steps });
            } else {
                self.checks.push(check);
            }
        }
    }

    fn step_line(&mut self, now: Instant, check: &mut LineCheck, progress: &Progress) {
        let mut with_id = self
            .lines
            .iter_mut()
            .filter(|it| it.settings.id == check.id);
        let Some(line) = with_id.next() else {
            check.stage = Stage::Done;
            return;
        };
        match (&line.end, &check.stage) {
            (None, _) => {}
            // Its successor is what is looked at.
            (Some(end), Stage::Settling { until }) if end.then.is_some() && now < *until => return,
            (Some(_), _) => {
                check.stage = Stage::Done;
                return;
            }
        }
        let seen = line.agent.view();
        match check.stage {
            Stage::Settling { .. } if seen.state == LineState::Registered => {
                for step in [secret_step(line), dns_step(line), login_step(line, &seen)] {
                    check.tell(progress, step);
                }
                line.agent.handle_command(now, Command::SelfTest);
                check.stage = Stage::Proving {
                    since: now,
                    until: now + PROVE,
                };
            }
            Stage::Settling { until } if now >= until || has_settled(line, &seen) => {
                let mut login = login_step(line, &seen);
                // So long it was tried in vain while somebody looked on.
                let waited = SETTLE.saturating_sub(until.saturating_duration_since(now));
                login.took_ms = view::milliseconds(waited);
                for step in [secret_step(line), dns_step(line), login] {
                    check.tell(progress, step);
                }
                check.stage = Stage::Done;
            }
            // What holds is told at once; what does not may still come right while the line tries.
            Stage::Settling { .. } => {
                let asked = [
                    (secret_step(line), line.secret.is_under_way()),
                    (dns_step(line), line.addresses.search.is_some()),
                ];
                for (step, is_under_way) in asked {
                    if step.outcome == Outcome::Holds && !is_under_way {
                        check.tell(progress, step);
                    }
                }
            }
            Stage::Proving { since, until }
                if now >= until || seen.state != LineState::Registered || !seen.testing =>
            {
                if seen.state == LineState::Registered {
                    check.tell(progress, callable_step(line, &seen, now - since));
                } else {
                    // It was, and is no longer.
                    check.found.retain(|found| found.step != Step::Login);
                    check.tell(progress, login_step(line, &seen));
                }
                check.stage = Stage::Done;
            }
            Stage::Proving { .. } | Stage::Done => {}
        }
    }
}

/// As they are listed.
fn order(step: Step) -> u8 {
    match step {
        Step::Config => 0,
        Step::Secret => 1,
        Step::Dns => 2,
        Step::Tls => 3,
        Step::Login => 4,
        Step::Callable => 5,
    }
}

fn has_settled(line: &Line, seen: &LineView) -> bool {
    if line.told.is_none() {
        // It has not heard of the network yet.
        return false;
    }
    match seen.state {
        LineState::Registered | LineState::Rejected | LineState::Paused => true,
        LineState::Offline | LineState::WaitingToRetry { .. } => {
            line.addresses.search.is_none() && !line.secret.is_under_way()
        }
        LineState::WaitingForSecret => seen.failure.is_some() && !line.secret.is_under_way(),
        LineState::Registering | LineState::Unregistering => false,
    }
}

fn secret_step(line: &Line) -> CheckStep {
    let outcome = line.secret.outcome;
    let mut it = step(
        Some(line),
        Step::Secret,
        outcome == Some(Ok(())),
        line.secret.took,
    );
    it.detail = Some(
        match line.settings.secret {
            Source::Keyring { .. } => "from the keyring",
            Source::File(_) => "from a file",
            Source::Env(_) => "from the environment",
            Source::Demo => "the demo's own",
        }
        .into(),
    );
    if let Some(Err(failure)) = outcome {
        it.error = Some(view::secret(line.settings.number(), failure));
    }
    it
}

fn dns_step(line: &Line) -> CheckStep {
    let addresses = &line.addresses;
    let list = addresses
        .good
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let ok =
        addresses.unresolved.is_none() && addresses.search.is_none() && !addresses.good.is_empty();
    let mut it = step(
        Some(line),
        Step::Dns,
        ok,
        addresses.took.unwrap_or_default(),
    );
    it.detail = Some(match (&addresses.unresolved, &line.settings.target) {
        (None, Target::Address(_)) => format!("{list} (numeric)"),
        (None, _) => list,
        (Some(why), _) if list.is_empty() => why.clone(),
        (Some(why), _) => format!("{why}; using {list} of before"),
    });
    if addresses.unresolved.is_some() {
        let name = line
            .settings
            .target
            .name()
            .unwrap_or(&line.settings.registrar_host);
        it.error = Some(Error::new(Code::RegistrarUnresolved, [("registrar", name)]));
    }
    it
}

fn login_step(line: &Line, seen: &LineView) -> CheckStep {
    let took = seen
        .last_rebind
        .as_ref()
        .map(|rebind| rebind.took)
        .unwrap_or_default();
    let mut it = step(
        Some(line),
        Step::Login,
        seen.state == LineState::Registered,
        took,
    );
    it.detail = seen.flows.first().map(|flow| {
        let local = flow.local.map_or_else(
            || flow.interface.clone(),
            |local| format!("{} {local}", flow.interface),
        );
        format!("{local} to {} udp", flow.registrar)
    });
    if it.outcome == Outcome::Fails {
        it.error = Some(why_not_bound(line, seen));
    }
    it
}

fn callable_step(line: &Line, seen: &LineView, tested: Duration) -> CheckStep {
    let proven = matches!(seen.callable.proof, Proof::SelfRequest | Proof::InboundSeen);
    let mut it = step(Some(line), Step::Callable, proven, tested);
    if !proven {
        it.outcome = Outcome::Unproven;
    }
    it.detail = Some(
        match seen.callable.proof {
            Proof::SelfRequest => "a request to the own number came back",
            Proof::InboundSeen => "the company has reached this laptop",
            Proof::BindingOnly | Proof::None => "registered, but nothing came back that proves it",
        }
        .into(),
    );
    it
}

fn step(line: Option<&Line>, step: Step, ok: bool, took: Duration) -> CheckStep {
    CheckStep {
        line: line.map(|line| line.settings.id.clone()),
        step,
        outcome: Outcome::of(ok),
        took_ms: view::milliseconds(took),
        detail: None,
        error: None,
    }
}
