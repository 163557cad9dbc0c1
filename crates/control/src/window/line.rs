//! A line in words.

use std::time::Duration;

use crate::catalogue::{clean, text};
use crate::face::{Face, Here, countdown, duration, number};
use crate::snapshot::{Cause, Line, LineState, Rebind, Snapshot};
use crate::timestamp::Timestamp;

use super::{Granted, LineView, OtherPlace, Refresh, path, report};

impl LineView {
    pub(super) fn of(line: &Line, snapshot: &Snapshot, granted: &Granted, here: Here) -> LineView {
        let face = Face::of(line, &snapshot.network, here);
        let others = line.bindings.iter().filter(|binding| !binding.mine);
        LineView {
            id: line.id.clone(),
            number: clean(number(&line.aor)),
            headline: face.headline,
            second: face.second,
            reach: face.reach,
            action: face.action,
            path: path::of(line, snapshot),
            refresh: refresh(line, granted, here),
            last: line.last_rebind.as_ref().map(|rebind| last(rebind, here)),
            others: others
                .map(|other| OtherPlace {
                    contact: clean(&other.contact),
                    until: text("other-until", &[("at", &here.moment(other.expires_at))]),
                })
                .collect(),
            report: report::of(line, snapshot),
        }
    }
}

/// "Registered again in 41 ms at 14:02 (network changed)".
pub fn last(rebind: &Rebind, here: Here) -> String {
    let took = duration(Duration::from_millis(rebind.took_ms));
    let at = here.moment(rebind.at);
    let because = |why| {
        let values = [
            ("took", took.as_str()),
            ("at", &at),
            ("why", &text(why, &[])),
        ];
        text("last-again_because", &values)
    };
    let values = [("took", took.as_str()), ("at", at.as_str())];
    match rebind.cause {
        Cause::Start | Cause::Resume => text("last-registered", &values),
        Cause::Command => text("last-again", &values),
        Cause::NetworkChanged => because("cause-network_changed"),
        Cause::Wake => because("cause-wake"),
        Cause::RefreshFailed => because("cause-refresh_failed"),
        Cause::NatMoved => because("cause-nat_moved"),
        Cause::RegistrarForgot => because("cause-registrar_forgot"),
    }
}

/// The end of the binding counts while it is being refreshed, and when that does not work.
fn refresh(line: &Line, granted: &Granted, here: Here) -> Option<Refresh> {
    let (at, id) = due(line, here.now)?;
    let left = at.since(here.now);
    Some(Refresh {
        text: text(id, &[("wait", &countdown(left))]),
        share: match id {
            REFRESH => granted.to_refresh(&line.id, left),
            _ => granted.to_end(&line.id, left),
        },
    })
}

const REFRESH: &str = "refresh-in";

/// What a registered line counts down to, and how that is said.
pub(super) fn due(line: &Line, now: Timestamp) -> Option<(Timestamp, &'static str)> {
    if line.state != LineState::Registered {
        return None;
    }
    let flow = line.flows.first()?;
    let ahead = |at: Option<Timestamp>| at.filter(|at| *at > now);
    let refresh = ahead(flow.refresh_at).map(|at| (at, REFRESH));
    refresh.or_else(|| ahead(flow.expires_at).map(|at| (at, "refresh-held")))
}
