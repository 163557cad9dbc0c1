//! The menu as a pure function of what is known: no display, no clock, no state.

use std::time::Duration;

use bellhop_control::face::{Face, Here, Reach, number, still_moving};
use bellhop_control::snapshot::{Line, LineState, Snapshot};
use bellhop_control::timestamp::Timestamp;
use time::Date;

use super::label::{escaped, label};
use super::left::Left;
use super::tree::{Act, Item};
use super::{home, line};

/// Lines that are shown as such, less one beside phones at home; where there are more, one entry less and the rest in a submenu. With these the menu is twelve
/// entries long.
const LINES: usize = 3;

/// What is known of the engine.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine<'a> {
    /// Nothing yet.
    Starting,
    /// It runs, and says this.
    Running(&'a Snapshot),
    /// It runs, and this program is too old for it.
    Newer,
    /// It does not run.
    Stopped {
        /// What it said last, or what is in its way.
        why: Option<&'a str>,
        /// When it is started again, seen from now; none while that is being done.
        again_in: Option<Duration>,
    },
}

/// Menu and icon, and how long they stay true by themselves.
#[derive(Clone, Debug)]
pub(crate) struct Menu {
    /// Its entries.
    pub(crate) items: Vec<Item>,
    /// The silhouette in the tray.
    pub(crate) reach: Reach,
    /// In this time a word changes although nothing happened.
    pub(crate) changes_in: Option<Duration>,
}

/// Collects the time until the first word changes.
#[derive(Debug)]
pub(crate) struct Clock {
    here: Here,
    changes_in: Option<Duration>,
}

impl Clock {
    pub(crate) fn here(&self) -> Here {
        self.here
    }

    /// Takes the words, and remembers when they change.
    pub(crate) fn read(&mut self, left: Left) -> Option<String> {
        self.wake_after(left.changes_in);
        left.words
    }

    fn wake_after(&mut self, change: Option<Duration>) {
        let both = self.changes_in.into_iter().chain(change);
        self.changes_in = both.min();
    }

    /// "14:02", "yesterday 14:02": what is said of a moment changes at midnight.
    pub(crate) fn moment(&mut self, moment: Timestamp) -> String {
        let here = self.here.now.as_utc().to_offset(self.here.offset);
        let midnight = here.date().next_day().map(Date::midnight);
        let after = midnight.map(|midnight| midnight.assume_offset(self.here.offset) - here);
        self.wake_after(after.and_then(|after| after.try_into().ok()));
        self.here.moment(moment)
    }
}

impl Menu {
    /// What the tray shows of `engine`, seen from `here`.
    pub(crate) fn of(engine: Engine<'_>, here: Here) -> Menu {
        let mut clock = Clock {
            here,
            changes_in: None,
        };
        let (mut items, reach) = match engine {
            Engine::Starting => (vec![head("tray-starting")], Reach::Working),
            Engine::Newer => (vec![head("tray-engine_newer")], Reach::Unreachable),
            Engine::Stopped { why, again_in } => {
                (stopped(why, again_in, &mut clock), Reach::Unreachable)
            }
            Engine::Running(snapshot) => running(snapshot, &mut clock),
        };
        items.extend([
            Item::separator("before-program"),
            Item::action("open", label("tray-open", &[]), Act::Open),
            Item::action("quit", label("tray-quit", &[]), Act::Quit),
        ]);
        Menu {
            items,
            reach,
            changes_in: clock.changes_in,
        }
    }
}

/// The first line, which is glanced at: what can't be clicked is too faint to read on many desktops.
fn glance(words: String) -> Item {
    Item::action("head", words, Act::Open)
}

/// What is in the way, for the same reason.
fn obstacle(words: String) -> Item {
    Item::action("why", words, Act::Open)
}

fn head(id: &str) -> Item {
    glance(label(id, &[]))
}

fn stopped(why: Option<&str>, again_in: Option<Duration>, clock: &mut Clock) -> Vec<Item> {
    let wait = again_in.and_then(|wait| clock.read(Left::in_seconds(wait)));
    let again = match &wait {
        Some(wait) => label("tray-engine_again", &[("wait", wait)]),
        None => label("tray-engine_now", &[]),
    };
    let mut items = vec![head("tray-engine_stopped")];
    items.extend(why.map(|why| obstacle(escaped(why))));
    items.push(Item::text("again", again));
    if wait.is_some() {
        items.push(Item::separator("before-actions"));
        let start = label("tray-start_engine", &[]);
        items.push(Item::action("start-engine", start, Act::StartEngine));
    }
    items
}

fn running(snapshot: &Snapshot, clock: &mut Clock) -> (Vec<Item>, Reach) {
    let faces: Vec<(&Line, Face)> = snapshot
        .lines
        .iter()
        .map(|line| (line, Face::of(line, &snapshot.network, clock.here())))
        .collect();
    let reach = overall(faces.iter().map(|(_, face)| face.reach));
    for line in &snapshot.lines {
        clock.wake_after(still_moving(line, clock.here()));
    }
    let mut items = vec![glance(headline(&faces, reach))];
    items.extend(trouble(snapshot).map(obstacle));
    items.push(Item::separator("before-lines"));
    let home = home::item(&snapshot.home, clock);
    if faces.is_empty() {
        let add = label("tray-add_line", &[]);
        items.push(Item::action("add-line", add, Act::AddLine));
        items.extend(home);
        return (items, reach);
    }
    let most = LINES - usize::from(home.is_some());
    items.extend(lines(&faces, most, snapshot, clock));
    items.extend(home);
    items.push(Item::separator("before-actions"));
    items.extend(actions(&snapshot.lines));
    (items, reach)
}

/// Worst first: the icon is looked at for half a second. Paused only where nothing else is wanted.
fn overall(all: impl Iterator<Item = Reach> + Clone) -> Reach {
    let worst_first = [Reach::Unreachable, Reach::Working, Reach::Reachable];
    let mut present = worst_first.into_iter();
    present
        .find(|reach| all.clone().any(|one| one == *reach))
        .unwrap_or(Reach::Paused)
}

/// One sentence for all lines: it must not say of all of them what is true of one.
fn headline(faces: &[(&Line, Face)], reach: Reach) -> String {
    let mut wanted = faces.iter().filter(|(_, face)| face.reach != Reach::Paused);
    let Some((_, first)) = wanted.clone().find(|(_, face)| face.reach == reach) else {
        return match faces.first() {
            Some((_, face)) => escaped(&face.headline),
            None => label("tray-no_lines", &[]),
        };
    };
    if reach != Reach::Unreachable || wanted.all(|(_, face)| face.headline == first.headline) {
        return escaped(&first.headline);
    }
    let troubled = || faces.iter().filter(|(_, face)| face.reach == reach);
    match troubled().count() {
        1 => {
            let aor = troubled().next().map_or("", |(line, _)| line.aor.as_str());
            label("tray-one_not_callable", &[("number", number(aor))])
        }
        count => label(
            "tray-some_not_callable",
            &[
                ("count", &count.to_string()),
                ("of", &faces.len().to_string()),
            ],
        ),
    }
}

/// What is wrong besides the lines.
fn trouble(snapshot: &Snapshot) -> Option<String> {
    let config = snapshot.config.error.as_ref();
    let config = config.map(|error| label("note-config_kept", &[("why", &error.message)]));
    let state_dir = snapshot.state_dir.error.as_ref();
    config.or_else(|| state_dir.map(|error| escaped(&error.message)))
}

fn lines(
    faces: &[(&Line, Face)],
    most: usize,
    snapshot: &Snapshot,
    clock: &mut Clock,
) -> Vec<Item> {
    let mut item = |(line, face): &(&Line, Face)| line::item(line, face, &snapshot.network, clock);
    if faces.len() <= most {
        return faces.iter().map(item).collect();
    }
    // What is folded away should be what needs no look: the worst are shown, all in the order of the config.
    let mut by_rank: Vec<usize> = (0..faces.len()).collect();
    by_rank.sort_by_key(|index| faces.get(*index).map(|(_, face)| rank(face.reach)));
    let shown = by_rank.get(..most - 1).unwrap_or_default();
    let (mut in_sight, mut folded) = (Vec::new(), Vec::new());
    for (index, face) in faces.iter().enumerate() {
        if shown.contains(&index) {
            in_sight.push(item(face));
        } else {
            folded.push(item(face));
        }
    }
    let more = label("tray-more_lines", &[("count", &folded.len().to_string())]);
    in_sight.push(Item::submenu("more-lines", more, folded));
    in_sight
}

fn rank(reach: Reach) -> u8 {
    match reach {
        Reach::Unreachable => 0,
        Reach::Working => 1,
        Reach::Reachable => 2,
        Reach::Paused => 3,
    }
}

fn actions(lines: &[Line]) -> Vec<Item> {
    let (paused, active): (Vec<&Line>, Vec<&Line>) = lines
        .iter()
        .partition(|line| line.state == LineState::Paused);
    let ids = |lines: Vec<&Line>| lines.iter().map(|line| line.id.clone()).collect();
    let one = lines.len() == 1;
    let rebind = label("tray-rebind_now", &[]);
    let mut items = vec![Item::action_if(
        !active.is_empty(),
        "rebind",
        rebind,
        Act::Rebind(None),
    )];
    if !active.is_empty() {
        let words = if one { "tray-pause" } else { "tray-pause_all" };
        items.push(Item::action(
            "pause",
            label(words, &[]),
            Act::Pause(ids(active)),
        ));
    } else {
        let words = if one {
            "tray-resume"
        } else {
            "tray-resume_all"
        };
        items.push(Item::action(
            "resume",
            label(words, &[]),
            Act::Resume(ids(paused)),
        ));
    }
    items
}

#[cfg(test)]
mod tests;
