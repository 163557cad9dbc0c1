//! What a trial read back, and what that must be.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use bellhop_control::error::{Action, ActionKind, Code, Error};
use bellhop_tests_support::engine::Outcome;
use serde_json::{Value, json};

/// The program under test.
pub(crate) fn bellhop() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellhop"))
}

/// A code as it came out of Bellhop.
#[derive(Debug)]
pub(crate) enum Proof {
    /// The error object that a program reads.
    Object(Value),
    /// The error object of a line, and what `bellhop status` prints of it.
    Line {
        /// `lines[0]` of `status --json`.
        line: Value,
        /// What people read.
        text: String,
    },
    /// What a command said on stderr before it ended, and the values that its sentence should have.
    Said {
        outcome: Outcome,
        params: Vec<(&'static str, String)>,
    },
    /// The object as an engine sent it, and what a view made of it.
    Foreign {
        sent: Value,
        read: Error,
        said: String,
    },
}

impl Proof {
    /// A command's last words, from their values.
    pub(crate) fn said<const N: usize>(
        outcome: Outcome,
        params: [(&'static str, &str); N],
    ) -> Result<Proof> {
        Ok(Proof::Said {
            outcome,
            params: params.map(|(name, value)| (name, value.to_owned())).into(),
        })
    }

    /// Whether it is `code`, said as the catalogue says it.
    pub(crate) fn check(self, code: Code) -> Result<()> {
        match self {
            Proof::Object(object) => check_object(code, &object).map(drop),
            Proof::Line { line, text } => check_line(code, &line, &text),
            Proof::Said { outcome, params } => check_words(code, &outcome, params),
            Proof::Foreign { sent, read, said } => check_foreign(code, &sent, &read, &said),
        }
    }
}

fn check_object(code: Code, object: &Value) -> Result<Error> {
    let error: Error = serde_json::from_value(object.clone())
        .with_context(|| format!("no error object: {object}"))?;
    ensure!(error.code == code, "not {code}: {object}");
    // When something happened is told beside the sentence's own values.
    let names = error.params.keys().map(String::as_str);
    let mut names: Vec<&str> = names.filter(|name| *name != "at").collect();
    let mut wanted = code.params().to_vec();
    names.sort_unstable();
    wanted.sort_unstable();
    ensure!(names == wanted, "values {names:?}, not {wanted:?}");
    ensure!(
        error.params.values().all(|value| !value.is_empty()),
        "an empty value: {object}"
    );
    let sentence = sentence(
        code,
        error
            .params
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    )?;
    let written = json!({
        "code": code.as_str(),
        "params": error.params,
        "whose": code.whose().as_str(),
        "message": sentence,
        "action": { "kind": code.action().as_str(), "label": Action::about(code).label },
    });
    ensure!(*object == written, "{object} is not {written}");
    Ok(error)
}

/// The catalogue's sentence, with every value in its place.
fn sentence<'a>(code: Code, values: impl Iterator<Item = (&'a str, &'a str)>) -> Result<String> {
    let values: Vec<(&str, &str)> = values.collect();
    let text = bellhop_control::catalogue::text(code.as_str(), &values);
    ensure!(text != code.as_str(), "{code} has no sentence");
    for (name, value) in values.iter().filter(|(name, _)| *name != "at") {
        ensure!(text.contains(value), "does not say its {name}: {text}");
    }
    ensure!(
        !text.contains(['{', '}', '$']),
        "a value is missing: {text}"
    );
    Ok(text)
}

fn check_line(code: Code, line: &Value, text: &str) -> Result<()> {
    let object = line.get("error").context("no error")?;
    let error = check_object(code, object)?;
    let state = line
        .get("state")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let headline = match state {
        "offline" => "Offline",
        "rejected" if code == Code::RegisteredElsewhere => "Registered elsewhere only",
        "registered" => "Registered",
        "rejected" | "waiting_to_retry" | "waiting_for_secret" => "You can't be called",
        other => anyhow::bail!("{code} in state {other}"),
    };
    ensure!(
        text.lines().next() == Some(&format!("{headline:<22} tina@company.test")),
        "the headline of {state}: {text}"
    );
    let command = match error.action.kind {
        ActionKind::TryNow | ActionKind::UnlockKeyring => " → bellhop rebind work",
        ActionKind::EnterPassword => " → bellhop line password work",
        ActionKind::CopyReport if state != "registered" => " → for IT: bellhop trace",
        ActionKind::CopyReport
        | ActionKind::None
        | ActionKind::OpenBrowser
        | ActionKind::SetUpPhone
        | ActionKind::Resume => "",
    };
    let told = text
        .lines()
        .skip(1)
        .filter_map(|row| row.strip_prefix("  "))
        .filter_map(|row| row.strip_prefix(&error.message))
        .find_map(|rest| rest.strip_suffix(command));
    let wait = told.with_context(|| format!("not \"{}{command}\": {text}", error.message))?;
    let waiting = line.get("retry_at").is_some_and(|at| !at.is_null());
    let expected = if code == Code::RegisteredElsewhere {
        // And the time of day.
        " at "
    } else if !waiting {
        ""
    } else if code == Code::RegistrarStoppedAnswering {
        "; waiting 10 minutes (a network change or Try now ends that)"
    } else {
        "; trying again in "
    };
    ensure!(
        wait.starts_with(expected) && wait.is_empty() == expected.is_empty(),
        "\"{wait}\" is not \"{expected}\""
    );
    Ok(())
}

fn check_words(code: Code, outcome: &Outcome, params: Vec<(&'static str, String)>) -> Result<()> {
    let values = params.iter().map(|(name, value)| (*name, value.as_str()));
    let sentence = sentence(code, values)?;
    ensure!(
        outcome.stderr.lines().next_back() == Some(&sentence),
        "not \"{sentence}\": {}",
        outcome.stderr
    );
    let usage = matches!(
        code,
        Code::ConfigMissing | Code::ConfigUnreadable | Code::ConfigInvalid | Code::NotInThisVersion
    );
    ensure!(
        outcome.code == Some(if usage { 2 } else { 1 }),
        "exit {:?}",
        outcome.code
    );
    ensure!(outcome.stdout.is_empty(), "printed: {}", outcome.stdout);
    Ok(())
}

/// The words of a newer engine are kept, and so is whose matter it is.
fn check_foreign(code: Code, sent: &Value, read: &Error, said: &str) -> Result<()> {
    ensure!(read.code == code, "not {code}: {read:?}");
    let mut again = serde_json::to_value(read)?;
    let known = again.get_mut("code").context("no code")?;
    *known = sent.get("code").cloned().context("no code was sent")?;
    ensure!(again == *sent, "{again} is not {sent}");
    ensure!(
        sent.get("message").and_then(Value::as_str) == said.lines().next_back(),
        "said: {said}"
    );
    Ok(())
}
