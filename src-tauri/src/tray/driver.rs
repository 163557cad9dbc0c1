//! What keeps the tray true: one task that hears the engine, the desktop and the person, and shows the menu anew when a word of it changes.

use std::time::{Duration, Instant};

use bellhop_control::protocol::{Event, Request};
use bellhop_control::snapshot::{LineState, Snapshot};
use bellhop_control::timestamp::Timestamp;
use bellhop_control::window::{IconState, Supervised};
use tokio::sync::{mpsc, watch};

use super::menu::{Engine, Menu};
use super::signals::Signals;
use super::tree::{Act, Item};
use super::windows::Windows;
use crate::begin::Begin;
use crate::engine::{Link, News, Place, Standing, ask};
use crate::role;
use crate::toasts::{Toast, Toasts};
use bellhop_control::face::Reach;

/// What the driver is told.
#[derive(Debug)]
pub(crate) enum Order {
    /// A person chose this, in the menu or in the window.
    Act(Act),
    /// Another process asks for the window.
    Show {
        /// With this.
        begin: Option<Begin>,
    },
    /// Whether the desktop shows the icon, now.
    Icon(IconState),
    /// Quit without a question.
    Quit,
}

/// What the driver has done on the screen; none of it waits.
pub(crate) trait Screen: Send {
    /// Shows this menu and this silhouette.
    fn show(&mut self, items: Vec<Item>, reach: Reach);
    /// Shows a notification.
    fn toast(&mut self, toast: Toast);
    /// Asks whether to quit: yes is [`Order::Quit`].
    fn ask_to_quit(&mut self);
    /// Nothing is left to do: ends the program.
    fn end(&mut self);
}

/// Whether the window is opened without being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// If there is no line yet, or no place for the icon.
    IfNeeded,
    /// It was, or the session has just begun and nobody asked for anything.
    No,
}

/// See the module.
pub(crate) struct Driver<S> {
    place: Place,
    link: Link,
    toasts: Toasts,
    screen: S,
    windows: Windows,
    opening: Opening,
    standing: watch::Sender<role::Standing>,
    icon: IconState,
    supervised: Supervised,
    snapshot: Option<Snapshot>,
    shown: Option<(Vec<Item>, Reach)>,
    /// When a word of the menu changes by itself.
    stale_at: Option<Instant>,
}

impl<S: Screen> Driver<S> {
    pub(crate) fn new(
        place: Place,
        opening: Opening,
        standing: watch::Sender<role::Standing>,
        screen: S,
    ) -> Driver<S> {
        Driver {
            link: Link::new(place.clone()),
            windows: Windows::new(place.clone()),
            place,
            toasts: Toasts::default(),
            screen,
            opening,
            standing,
            icon: IconState::default(),
            supervised: Supervised::default(),
            snapshot: None,
            shown: None,
            stale_at: None,
        }
    }

    /// Goes on until Bellhop is quit.
    pub(crate) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut signals = Signals::new();
        loop {
            self.render();
            self.tell_standing();
            while let Some(toast) = self.toasts.poll_toast() {
                self.screen.toast(toast);
            }
            tokio::select! {
                news = self.link.next() => match news {
                    News::Standing => self.stands(),
                    News::Event(Event::Snapshot { snapshot }) => self.learn(*snapshot),
                    // What is worth a notification is seen in the snapshot.
                    News::Event(Event::Notice { .. }) => {}
                    News::Finished => break,
                },
                Some(order) = orders.recv() => self.obey(order),
                () = signals.next() => self.quit(),
                () = until(self.stale_at) => self.stale_at = None,
                () = until(self.toasts.poll_timeout()) => {
                    self.toasts.handle_timeout(Instant::now());
                }
            }
        }
        self.windows.close().await;
        self.screen.end();
    }

    fn stands(&mut self) {
        self.supervised = supervised(self.link.standing(), Instant::now());
        match self.link.standing() {
            Standing::Running { .. } => self.toasts.handle_engine(Instant::now()),
            Standing::Stopped { why, .. } => {
                self.snapshot = None;
                self.toasts.handle_no_engine(why.as_deref(), Instant::now());
            }
            Standing::Starting | Standing::Newer => self.snapshot = None,
        }
    }

    fn learn(&mut self, snapshot: Snapshot) {
        self.toasts.handle_snapshot(&snapshot, Instant::now());
        if snapshot.lines.is_empty() {
            self.open_if_needed();
        } else if self.icon == IconState::Shown {
            self.opening = Opening::No;
        }
        self.snapshot = Some(snapshot);
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Act(act) => self.act(act),
            Order::Show { begin } => {
                self.opening = Opening::No;
                self.windows.open(begin);
            }
            Order::Icon(icon) => {
                self.icon = icon;
                if icon != IconState::Shown {
                    self.open_if_needed();
                }
            }
            Order::Quit => self.quit(),
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Open => self.windows.open(None),
            Act::AddLine => self.windows.open(Some(Begin::AddLine)),
            Act::OpenDevices => self.windows.open(Some(Begin::Devices)),
            Act::Rebind(line) => self.ask(Request::Rebind { line }),
            Act::Pause(lines) => lines
                .into_iter()
                .for_each(|line| self.ask(Request::Pause { line })),
            Act::Resume(lines) => lines
                .into_iter()
                .for_each(|line| self.ask(Request::Resume { line })),
            Act::ReadSecret(line) => self.ask(Request::ForgetSecret { line }),
            Act::StartEngine => self.link.start_now(),
            Act::Quit if self.somebody_loses() => self.screen.ask_to_quit(),
            Act::Quit => self.quit(),
        }
    }

    /// With the tray goes the engine, and with that a line that is wanted.
    fn somebody_loses(&self) -> bool {
        let ends = Standing::Running {
            with_the_tray: true,
        };
        let lines = self.snapshot.iter().flat_map(|snapshot| &snapshot.lines);
        self.link.standing() == ends
            && lines
                .into_iter()
                .any(|line| line.state != LineState::Paused)
    }

    /// Whether it was done shows in the snapshot; why not, too.
    fn ask(&self, request: Request) {
        let state_dir = self.place.state_dir.clone();
        tokio::spawn(async move {
            let _ = ask(&state_dir, request).await;
        });
    }

    fn quit(&mut self) {
        self.opening = Opening::No;
        self.link.quit();
    }

    /// The window's part of what the menu shows.
    fn tell_standing(&self) {
        let now = role::Standing {
            icon: self.icon,
            engine: self.supervised.clone(),
            quit_costs: self.somebody_loses(),
        };
        self.standing.send_if_modified(|told| {
            let differs = *told != now;
            *told = now;
            differs
        });
    }

    fn open_if_needed(&mut self) {
        if self.opening == Opening::IfNeeded {
            self.opening = Opening::No;
            self.windows.open(None);
        }
    }

    fn render(&mut self) {
        let now = Instant::now();
        let standing = self.link.standing();
        let engine = match (&standing, &self.snapshot) {
            (Standing::Running { .. }, Some(snapshot)) => Engine::Running(snapshot),
            (Standing::Running { .. } | Standing::Starting, _) => Engine::Starting,
            (Standing::Newer, _) => Engine::Newer,
            (Standing::Stopped { why, again_at }, _) => Engine::Stopped {
                why: why.as_deref(),
                again_in: again_at.map(|at| at.saturating_duration_since(now)),
            },
        };
        let Menu {
            items,
            reach,
            changes_in,
        } = Menu::of(engine, crate::clock::here());
        self.stale_at = changes_in.map(|after| now + after + SLACK);
        let same = self
            .shown
            .as_ref()
            .is_some_and(|(shown, silhouette)| *shown == items && *silhouette == reach);
        if !same {
            self.shown = Some((items.clone(), reach));
            self.screen.show(items, reach);
        }
    }
}

/// In the other clock, which the window has as well.
fn supervised(standing: Standing, now: Instant) -> Supervised {
    match standing {
        Standing::Starting | Standing::Running { .. } => Supervised::Kept,
        Standing::Newer => Supervised::Newer,
        Standing::Stopped { why, again_at } => Supervised::Stopped {
            why,
            again_at: again_at.map(|at| {
                let wait = at.saturating_duration_since(now);
                (Timestamp::now().as_utc() + wait).into()
            }),
        },
    }
}

/// The timer's clock and the one of the words are two; a wake-up before the word changes would be for nothing.
const SLACK: Duration = Duration::from_millis(20);

async fn until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake.into()).await,
        None => std::future::pending().await,
    }
}
