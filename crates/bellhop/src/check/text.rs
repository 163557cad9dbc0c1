//! The steps of a check as text. A pure function.

use std::time::Duration;

use bellhop_control::face::duration;
use bellhop_control::protocol::{CheckStep, Outcome, Step};

use super::command_for;
use crate::output::{Paint, Tone};

pub(super) fn of(steps: &[CheckStep], paint: Paint) -> String {
    let mut rows = Vec::with_capacity(steps.len());
    let mut line = None;
    for step in steps {
        if step.line.is_some() && step.line != line {
            rows.extend(step.line.clone());
            line.clone_from(&step.line);
        }
        rows.push(row(step, paint));
    }
    rows.join("\n")
}

fn row(step: &CheckStep, paint: Paint) -> String {
    let mark = match step.outcome {
        Outcome::Holds => paint.tone(Tone::Good, "✓"),
        Outcome::Unproven => paint.tone(Tone::Working, "?"),
        Outcome::Fails => paint.tone(Tone::Bad, "✗"),
    };
    let indent = if step.line.is_some() { "  " } else { "" };
    let took = duration(Duration::from_millis(step.took_ms));
    let sentence = match (&step.error, &step.detail) {
        (Some(error), _) => error.message.as_str(),
        (None, Some(detail)) => detail.as_str(),
        (None, None) => "",
    };
    let action = step
        .error
        .as_ref()
        .and_then(|error| command_for(error.action.kind, step.line.as_deref()))
        .map_or_else(String::new, |command| format!(" → {command}"));
    format!(
        "{indent}{mark} {:<9} {took:>7}  {sentence}{action}",
        name(step.step)
    )
    .trim_end()
    .to_owned()
}

fn name(step: Step) -> &'static str {
    match step {
        Step::Config => "Config",
        Step::Secret => "Password",
        Step::Dns => "Address",
        Step::Tls => "Secure",
        Step::Login => "Login",
        Step::Callable => "Callable",
    }
}

#[cfg(test)]
mod tests {
    use bellhop_control::error::{Code, Error};

    use super::*;

    fn step(
        line: Option<&str>,
        step: Step,
        took_ms: u64,
        outcome: Result<&str, Error>,
    ) -> CheckStep {
        let (detail, error) = match outcome {
            Ok(detail) => (Some(detail.to_owned()), None),
            Err(error) => (None, Some(error)),
        };
        CheckStep {
            line: line.map(str::to_owned),
            step,
            outcome: Outcome::of(error.is_none()),
            took_ms,
            detail,
            error,
        }
    }

    #[test]
    fn shows_marks_times_and_the_action() {
        let steps = [
            step(None, Step::Config, 1, Ok("1 line")),
            step(Some("work"), Step::Secret, 12, Ok("from the keyring")),
            step(
                Some("work"),
                Step::Dns,
                23,
                Ok("pbx.example.com is 203.0.113.1:5060"),
            ),
            step(
                Some("work"),
                Step::Login,
                1234,
                Err(Error::new(Code::PasswordRefused, [("user", "tina")])),
            ),
        ];
        assert_eq!(
            of(&steps, Paint::Plain),
            "✓ Config       1 ms  1 line\n\
             work\n\
             \x20 ✓ Password    12 ms  from the keyring\n\
             \x20 ✓ Address     23 ms  pbx.example.com is 203.0.113.1:5060\n\
             \x20 ✗ Login       1.2 s  the company refused the password for tina → bellhop line password work"
        );
    }
    #[test]
    fn what_cannot_be_shown_is_neither_right_nor_wrong() {
        let mut unproven = step(Some("work"), Step::Callable, 41, Ok("nothing came back"));
        unproven.outcome = Outcome::Unproven;
        assert_eq!(
            of(&[unproven], Paint::Plain),
            "work\n  ? Callable    41 ms  nothing came back"
        );
    }
}
