//! What is known, and what of it the page was told. It tells all of it first, and then whenever it says something else.

use std::time::Duration;

use bellhop_control::notice::Notice;
use bellhop_control::snapshot::Snapshot;
use bellhop_control::window::{
    EngineState, Granted, IconState, Known, StartAtLogin, Supervised, View, WindowEvent, stays,
};
use tokio::sync::mpsc;

use super::Page;
use crate::begin::Begin;
use crate::clock;
use crate::role;

/// A moment is told to the millisecond: a little later the new words are true for sure.
const MARGIN: Duration = Duration::from_millis(5);

/// What the hub hears.
pub(super) enum Input {
    /// How the engine is, and its newest snapshot.
    Engine(EngineState, Option<Box<Snapshot>>),
    /// Something happened.
    Notice(Notice),
    /// How the tray stands.
    Tray(role::Standing),
    /// There is none to tell.
    NoTray,
    /// Whether Bellhop starts with the session.
    Login(StartAtLogin),
    /// A page that knows nothing yet.
    Page(Page),
    /// A page is wanted.
    Begin(Begin),
}

/// See the module.
pub(super) struct Hub<F> {
    known: Known,
    granted: Granted,
    page: Option<Page>,
    /// What the page shows.
    told: Option<View>,
    /// Wanted before there was a page.
    begin: Option<Begin>,
    /// Called when a page was first told something.
    first_words: Option<F>,
}

impl<F: FnOnce() + Send> Hub<F> {
    /// Begins with nothing known.
    pub(super) fn new(login: StartAtLogin, begin: Option<Begin>, first_words: F) -> Hub<F> {
        Hub {
            known: Known {
                engine: EngineState::Starting,
                supervised: Supervised::default(),
                snapshot: None,
                login,
                // Nothing is said to be missing before that is known.
                icon: IconState::Shown,
                // Better asked for nothing than not asked.
                quit_costs: true,
            },
            granted: Granted::default(),
            page: None,
            told: None,
            begin,
            first_words: Some(first_words),
        }
    }

    /// Runs until nobody can say anything any more.
    pub(super) async fn run(mut self, mut inputs: mpsc::Receiver<Input>) {
        loop {
            let stays = self.tell_view();
            let input = match stays {
                None => inputs.recv().await,
                Some(stays) => match tokio::time::timeout(stays + MARGIN, inputs.recv()).await {
                    Ok(input) => input,
                    Err(_) => continue,
                },
            };
            match input {
                Some(input) => self.hear(input),
                None => return,
            }
        }
    }

    fn hear(&mut self, input: Input) {
        match input {
            Input::Engine(engine, snapshot) => {
                self.known.engine = engine;
                self.known.snapshot = snapshot.map(|snapshot| *snapshot);
                if let Some(snapshot) = &self.known.snapshot {
                    self.granted.note(snapshot, clock::here().now);
                }
            }
            Input::Tray(standing) => {
                self.known.icon = standing.icon;
                self.known.supervised = standing.engine;
                self.known.quit_costs = standing.quit_costs;
            }
            Input::NoTray => self.known.supervised = Supervised::default(),
            Input::Login(login) => self.known.login = login,
            Input::Notice(notice) => {
                let (line, sentence) = (notice.line().to_owned(), notice.sentence());
                self.tell(WindowEvent::Notice { line, sentence });
            }
            Input::Page(page) => {
                self.page = Some(page);
                self.told = None;
            }
            Input::Begin(begin) if self.told.is_some() => self.tell(begin.event()),
            Input::Begin(begin) => self.begin = Some(begin),
        }
    }

    /// Tells the page if it shows something else, and how long the words are good for; not at all without a page.
    fn tell_view(&mut self) -> Option<Duration> {
        self.page.as_ref()?;
        let here = clock::here();
        let view = View::of(&self.known, &self.granted, here);
        if self.told.as_ref() != Some(&view) {
            self.tell(WindowEvent::View {
                view: Box::new(view.clone()),
            });
            self.told = Some(view);
        }
        if let Some(first_words) = self.first_words.take() {
            first_words();
        }
        if let Some(begin) = self.begin.take() {
            self.tell(begin.event());
        }
        stays(&self.known, here)
    }

    fn tell(&mut self, event: WindowEvent) {
        if self.page.as_ref().is_some_and(|page| !page(event)) {
            self.page = None;
            self.told = None;
        }
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Input")
    }
}

#[cfg(test)]
mod tests;
