//! Why there is no line to show, in words: the tray knows more of that than the window sees.

use std::time::Duration;

use crate::catalogue::{plain, text};
use crate::face::{Here, Reach, countdown, until_other_words};
use crate::timestamp::Timestamp;

use super::{EngineState, Known, NoEngine, Supervised};

/// None while the engine is heard.
pub(super) fn of(known: &Known, here: Here) -> Option<NoEngine> {
    match (&known.supervised, &known.engine) {
        (_, EngineState::Running { .. }) if known.snapshot.is_some() => None,
        (Supervised::Newer, _) => Some(NoEngine {
            headline: text("tray-engine_newer", &[]),
            second: None,
            why: None,
            reach: Reach::Unreachable,
            can_start: false,
            is_newer: true,
            report: None,
        }),
        (Supervised::Stopped { why, again_at }, own) => {
            let seen = match own {
                EngineState::Stopped { error } => Some(error.message.as_str()),
                EngineState::Starting | EngineState::Running { .. } => None,
            };
            Some(stopped(why.as_deref().or(seen), *again_at, here))
        }
        (Supervised::Kept, EngineState::Stopped { error }) => {
            Some(stopped(Some(&error.message), None, here))
        }
        (Supervised::Kept, EngineState::Starting | EngineState::Running { .. }) => Some(NoEngine {
            headline: text("tray-starting", &[]),
            second: None,
            why: None,
            reach: Reach::Working,
            can_start: false,
            is_newer: false,
            report: None,
        }),
    }
}

/// How long [`of`] says the same if nothing happens.
pub(super) fn stays(known: &Known, here: Here) -> Option<Duration> {
    let Supervised::Stopped { again_at, .. } = &known.supervised else {
        return None;
    };
    again_at.and_then(|at| until_other_words(at.since(here.now)))
}

fn stopped(why: Option<&str>, again_at: Option<Timestamp>, here: Here) -> NoEngine {
    let headline = text("tray-engine_stopped", &[]);
    let wait = again_at
        .map(|at| at.since(here.now))
        .filter(|wait| !wait.is_zero());
    let why = why.map(plain);
    let version = text("window-version", &[("version", env!("CARGO_PKG_VERSION"))]);
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let mut report = format!("{version} ({system} {machine})\n{headline}");
    if let Some(why) = &why {
        report.push('\n');
        report.push_str(why);
    }
    NoEngine {
        headline,
        second: Some(match wait {
            Some(wait) => text("tray-engine_again", &[("wait", &countdown(wait))]),
            None => text("tray-engine_now", &[]),
        }),
        why,
        reach: Reach::Unreachable,
        can_start: wait.is_some(),
        is_newer: false,
        report: Some(report),
    }
}
