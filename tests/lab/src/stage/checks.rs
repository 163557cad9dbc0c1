//! What must be true after a change of network, asked of the registrar.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use super::{After, Stage};
use crate::company::{Binding, Call, USER};
use crate::measure::Run;

/// So long the engine may take to say that a call came.
const NOTICED: Duration = Duration::from_secs(1);

/// Between two looks at the registrar's list.
const BETWEEN: Duration = Duration::from_millis(50);

impl Stage {
    /// Reads the registrar's own list and calls the line through it; says what is wrong in `run`.
    ///
    /// # Errors
    /// When registrar or engine can't be asked.
    pub fn check(&self, after: &After, run: &mut Run) -> Result<()> {
        let bindings = self.registrar()?.bindings(USER)?;
        run.faults.extend(self.stale(after, &bindings));
        let line = self.bellhop.line()?;
        run.faults.extend(self.untrue(&line, &bindings));
        run.faults.extend(match self.call(after)? {
            Call::Answered { method, cseq, .. } => self.untraced(after, method, cseq)?,
            Call::Failed(why) => Some(why),
        });
        run.faults.extend(self.unproven());
        Ok(())
    }

    /// Waits until the registrar holds the new binding alone, or until `patience` is over: what is left then is told by [`Stage::check`].
    ///
    /// # Errors
    /// When the registrar can't be asked.
    pub fn wait_until_alone(&self, after: &After, patience: Duration) -> Result<()> {
        let end = Instant::now() + patience;
        while Instant::now() < end
            && self
                .stale(after, &self.registrar()?.bindings(USER)?)
                .is_some()
        {
            thread::sleep(BETWEEN);
        }
        Ok(())
    }

    fn stale(&self, after: &After, bindings: &[Binding]) -> Option<String> {
        let here = |binding: &Binding| {
            binding
                .received
                .is_some_and(|received| received.ip() == self.public(after.uplink))
        };
        match bindings {
            [only] if here(only) => None,
            [] => Some("the registrar holds no binding".to_owned()),
            others => Some(format!(
                "the registrar holds something else than the one new binding: {others:?}"
            )),
        }
    }

    /// Bellhop's own view must be what the registrar holds.
    fn untrue(&self, line: &Value, bindings: &[Binding]) -> Vec<String> {
        let mut found = Vec::new();
        let contacts: Vec<_> = strings(line, "/flows", "contact");
        if let [binding] = bindings {
            if contacts != [binding.address.as_str()] {
                found.push(format!(
                    "status says that the flows' contacts are {contacts:?}, the registrar holds {}",
                    binding.address
                ));
            }
            let public = binding
                .received
                .map(|received| received.to_string())
                .unwrap_or_default();
            if !strings(line, "/flows", "public").contains(&public.as_str()) {
                found.push(format!(
                    "status does not know the public address {public}: {line}"
                ));
            }
        }
        if line.get("verified") != Some(&Value::Bool(true)) {
            found.push(format!("the line is not verified: {line}"));
        }
        found
    }

    /// Calls the line through the registrar.
    ///
    /// # Errors
    /// When nobody answers at all.
    pub fn call(&self, after: &After) -> Result<Call> {
        let public = self.public(after.uplink);
        self.registrar()?.place_call(&self.lab, public)
    }

    /// What the registrar sent must be what `trace` shows to have come in, where the laptop is now.
    fn untraced(&self, after: &After, method: &str, cseq: u32) -> Result<Option<String>> {
        let local = self.bellhop.came_in(method, cseq)?;
        if local.is_some_and(|local| local.ip() == after.address) {
            return Ok(None);
        }
        let (trace, address) = (self.bellhop.trace(), after.address);
        Ok(Some(format!(
            "{method} {cseq} did not come in at {address} by the trace:\n{trace}"
        )))
    }

    /// A call that came is the engine's proof of being callable.
    fn unproven(&self) -> Option<String> {
        let seen = |line: &Value| {
            line.pointer("/callable/proof").and_then(Value::as_str) == Some("inbound_seen")
        };
        let proven = self.bellhop.wait("proven callable", NOTICED, seen);
        proven.err().map(|error| format!("{error:#}"))
    }
}

fn strings<'a>(line: &'a Value, list: &str, field: &str) -> Vec<&'a str> {
    let items = line
        .pointer(list)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.get(field)?.as_str())
        .collect()
}
