//! The machine's sleep: goodbyes before it, and nothing believed after it.

use std::time::{Duration, Instant};

use bellhop_agent::{Command, LineState};
use bellhop_netwatch::DelayLock;

use super::Driver;

/// The machine sleeps no later than this after it wanted to, as far as it depends on us.
const LIMIT: Duration = Duration::from_millis(950);

/// What keeps the machine awake until the lines have unregistered.
#[derive(Debug)]
pub(super) struct Sleepless {
    #[expect(dead_code, reason = "held, not used")]
    lock: DelayLock,
    until: Instant,
}

impl Driver {
    /// Every line unregisters; the machine may sleep when that is done.
    pub(super) fn going_to_sleep(&mut self, now: Instant, lock: DelayLock) {
        tracing::info!("going to sleep");
        self.tell_house_sleep();
        self.sleepless = Some(Sleepless {
            lock,
            until: now + LIMIT,
        });
        for line in &mut self.lines {
            line.agent.handle_command(now, Command::Sleep);
        }
    }

    /// Every line is bound anew, over the paths of now.
    pub(super) async fn woke(&mut self, now: Instant) {
        tracing::info!("awake");
        self.sleepless = None;
        self.tell_house_wake();
        self.networks_changed(now).await;
        for line in &mut self.lines {
            line.agent.handle_command(now, Command::Wake);
        }
        // The REGISTERs leave before anybody asks for names.
        self.carry_out(now);
        self.search_all();
    }

    /// Lets the machine sleep when no line is on its way out any more, or when it has taken too long.
    pub(super) fn let_sleep(&mut self, now: Instant) {
        let leaving = || {
            self.lines
                .iter()
                .any(|line| line.agent.view().state == LineState::Unregistering)
        };
        if self
            .sleepless
            .as_ref()
            .is_some_and(|sleepless| now >= sleepless.until || !leaving())
        {
            self.sleepless = None;
        }
    }

    pub(super) fn sleepless_until(&self) -> Option<Instant> {
        self.sleepless.as_ref().map(|sleepless| sleepless.until)
    }
}
