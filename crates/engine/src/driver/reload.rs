//! A changed config: lines that are the same go on, the others end and begin. One that makes no sense is told, and changes nothing.

use std::time::{Duration, Instant};

use bellhop_agent::Command;
use bellhop_control::protocol::Reply;

use super::Driver;
use super::line::{End, Line, of_flow};
use crate::config::{LineSettings, Settings, Unusable};
use crate::said::say;
use crate::secrets::Source;

/// So long may a line that ends take to unregister.
const FAREWELL: Duration = Duration::from_secs(2);

impl Driver {
    /// Reads the config again. With problems in it the old one stays in force.
    pub(super) fn reload(&mut self, now: Instant) -> Reply {
        let loaded = self.origin.load();
        let reply = match &loaded {
            Err(unusable) => unusable.refusal(),
            Ok(_) => Reply::Done,
        };
        self.config_told(now, loaded);
        reply
    }

    /// What the file says now.
    pub(super) fn config_told(&mut self, now: Instant, loaded: Result<Settings, Unusable>) {
        match loaded {
            Err(unusable) if self.unusable.as_ref() == Some(&unusable) => {}
            Err(unusable) => {
                for line in unusable.lines() {
                    say(&line);
                }
                tracing::warn!(
                    problems = unusable.logged(),
                    "the config makes no sense; the one before stays in force"
                );
                self.unusable = Some(unusable);
            }
            Ok(wanted) => {
                if self.unusable.take().is_some() {
                    tracing::info!("the config makes sense again");
                }
                self.arrange(now, wanted.lines);
                self.arrange_home(now, wanted.home);
            }
        }
    }

    fn arrange(&mut self, now: Instant, wanted: Vec<LineSettings>) {
        if self.ending.is_some() {
            return;
        }
        let wanted_ids: Vec<String> = wanted.iter().map(|line| line.id.clone()).collect();
        let mut before = std::mem::take(&mut self.lines);
        let stays = |line: &Line| wanted_ids.contains(&line.settings.id);
        // The demo is of no config, and goes on unless the config takes its name.
        let demo: Vec<Line> = before
            .extract_if(.., |line| line.settings.is_demo() && !stays(line))
            .collect();
        for settings in wanted {
            let at = before
                .iter()
                .position(|line| line.settings.id == settings.id)
                // Under another name the same number: two of it at once would take each other's binding for a leftover.
                .or_else(|| {
                    before
                        .iter()
                        .position(|line| line.settings.aor == settings.aor && !stays(line))
                });
            let line = match at.map(|at| before.remove(at)) {
                Some(mut line) if line.settings.same_as(&settings) => {
                    // Gone for a moment and here again: it ends and begins, too.
                    if let Some(end) = &mut line.end {
                        end.then = Some(settings);
                    }
                    line
                }
                // Its successor has the same identity, so it begins when this one has ended.
                Some(mut line) => {
                    begin_end(&mut line, now, Some(settings));
                    line
                }
                None => self.line(settings),
            };
            self.lines.push(line);
        }
        for mut line in before {
            begin_end(&mut line, now, None);
            self.lines.push(line);
        }
        self.lines.extend(demo);
        self.fresh_lines = true;
        self.watch_passwords();
    }

    /// The files of the lines' and the devices' passwords are watched with the config.
    pub(super) fn watch_passwords(&self) {
        if let Some(watch) = &self.watch {
            let settings = self.lines.iter().flat_map(|line| {
                let successor = line.end.as_ref().and_then(|end| end.then.as_ref());
                [Some(&line.settings), successor]
            });
            let of_lines = settings.flatten().filter_map(|line| match &line.secret {
                Source::File(path) => Some(path.as_path()),
                Source::Keyring { .. } | Source::Env(_) | Source::Demo => None,
            });
            watch.passwords(of_lines.chain(self.house.files()));
        }
    }

    /// Removes lines that have ended and begins their successors.
    pub(super) fn turn_over(&mut self, now: Instant) {
        let over = |line: &Line| {
            line.end
                .as_ref()
                .is_some_and(|end| line.agent.is_done() || now >= end.until)
        };
        while let Some(at) = self.lines.iter().position(over) {
            let line = self.drop_line(at);
            if let Some(settings) = line.end.and_then(|end| end.then) {
                let successor = self.line(settings);
                self.lines.insert(at, successor);
                self.fresh_lines = true;
            }
        }
        self.leave_demo();
    }

    /// Without a word to anybody.
    pub(super) fn drop_line(&mut self, at: usize) -> Line {
        let mut line = self.lines.remove(at);
        line.addresses.stop_search();
        self.close_flows_of(line.number);
        line
    }

    fn close_flows_of(&mut self, number: u32) {
        let flows: Vec<_> = self
            .flows
            .keys()
            .copied()
            .filter(|flow| of_flow(*flow) == number)
            .collect();
        for flow in flows {
            self.endpoint.close_flow(flow);
            self.flows.remove(&flow);
        }
    }
}

fn begin_end(line: &mut Line, now: Instant, then: Option<LineSettings>) {
    match &mut line.end {
        Some(end) => end.then = then,
        None => {
            line.end = Some(End {
                until: now + FAREWELL,
                then,
            });
            line.agent.handle_command(now, Command::Quit);
        }
    }
}
