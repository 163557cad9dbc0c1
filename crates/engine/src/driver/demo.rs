//! The demo: a registrar of the engine's own, and a line at it. Neither is in the config or in the store; both end together.

use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::Reply;

use super::Driver;
use super::line::Line;
use crate::config::LineSettings;
use crate::demo_registrar::Embedded;

/// What the line is called, unless the config has a line of that name.
const ID: &str = "demo";

impl Driver {
    /// Begins the demo; one that runs is told once more.
    pub(super) fn begin_demo(&mut self) -> Reply {
        let running = self
            .lines
            .iter()
            .find(|line| line.settings.is_demo() && line.end.is_none());
        if let Some(line) = running {
            return Reply::Added {
                line: line.settings.id.clone(),
            };
        }
        let failed = |why: String| Reply::refused(Error::new(Code::Internal, [("why", why)]));
        let embedded = match Embedded::start() {
            Ok(embedded) => embedded,
            Err(error) => return failed(format!("the demo's registrar: {error}")),
        };
        let (aor, registrar) = embedded.line();
        let Some(settings) = LineSettings::of_demo(self.free_id(), &aor, &registrar) else {
            return failed("the demo's line".to_owned());
        };
        self.demo = Some(embedded);
        let id = settings.id.clone();
        let line = self.line(settings);
        self.lines.push(line);
        self.fresh_lines = true;
        Reply::Added { line: id }
    }

    /// Ends the demo if that is what the line is. Nobody needs to be told: the registrar goes too.
    pub(super) fn ends_demo(&mut self, id: &str) -> bool {
        let is_it = |line: &Line| line.settings.is_demo() && line.settings.id == id;
        let Some(at) = self.lines.iter().position(is_it) else {
            return false;
        };
        self.drop_line(at);
        self.leave_demo();
        true
    }

    /// The registrar goes when no line is at it any more.
    pub(super) fn leave_demo(&mut self) {
        if self.demo.is_some() && !self.lines.iter().any(|line| line.settings.is_demo()) {
            self.demo = None;
        }
    }

    fn free_id(&self) -> String {
        let is_taken = |id: &String| self.lines.iter().any(|line| line.settings.id == *id);
        let numbered = (2..).map(|number| format!("{ID}-{number}"));
        let mut ids = std::iter::once(ID.to_owned()).chain(numbered);
        ids.find(|id| !is_taken(id)).unwrap_or_default()
    }
}
