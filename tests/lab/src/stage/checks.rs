//! What must be true after a change of network, asked of the registrar.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use serde_json::Value;

use super::{After, Stage};
use crate::call;
use crate::kamailio::{Binding, DOMAIN, Event, Kind};
use crate::measure::Run;
use crate::subject::USER;
use crate::topology::{INTERNET, REGISTRAR};

impl Stage {
    /// Reads the registrar's own list and calls the line through it; says what is wrong in `run`.
    ///
    /// # Errors
    /// When registrar or engine can't be asked.
    pub fn check(&self, after: &After, run: &mut Run) -> Result<()> {
        let bindings = self.kamailio()?.bindings(USER)?;
        run.faults.extend(self.stale(after, &bindings));
        let line = self.bellhop.line()?;
        run.faults.extend(self.untrue(&line, &bindings));
        run.faults.extend(self.call(after)?);
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

    /// Calls the line through the registrar; says what went wrong.
    ///
    /// # Errors
    /// When nobody answers at all.
    pub fn call(&self, after: &After) -> Result<Option<String>> {
        self.calls.set(self.calls.get() + 1);
        let (since, id) = (SystemTime::now(), format!("call-{}", self.calls.get()));
        let answer = call::options(
            &self.lab.inet,
            INTERNET,
            REGISTRAR,
            &format!("sip:{USER}@{DOMAIN}"),
            &id,
        )?;
        if answer.status != 200 {
            return Ok(Some(format!(
                "a call through the registrar got {}",
                answer.status
            )));
        }
        let passed = |event: &Event| {
            event.kind == Kind::Answered
                && event.call_id == id
                && event.source.ip() == self.public(after.uplink)
        };
        let answered = self
            .kamailio()?
            .first(since, Duration::from_secs(1), passed);
        Ok(answered
            .err()
            .map(|error| format!("the answer to a call did not come from the laptop: {error}")))
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
