//! The same for engines that run inside a test: a layer that panics at an event above DEBUG with what it must not hold.

use std::fmt::{self, Write as _};
use std::sync::Mutex;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::logs::Private;

/// What was said to the layers of this process. A panic may be lost with its thread; this is not, and what an engine's identity was is known at its end only.
static SAID: Mutex<String> = Mutex::new(String::new());

/// Looks at every event and span of our crates at INFO and above.
#[derive(Debug)]
pub struct Watcher {
    private: Private,
}

impl Watcher {
    /// Searches for `private`, addresses and URIs.
    #[must_use]
    pub fn new(private: Private) -> Watcher {
        Watcher { private }
    }

    /// Makes it this process's log, where there is none yet.
    pub fn install(self) {
        // Another test of this program was first: its watcher is as good.
        let _ = tracing_subscriber::registry().with(self).try_init();
    }

    fn look(&self, metadata: &Metadata<'_>, said: &str) {
        if *metadata.level() > Level::INFO || !metadata.target().starts_with("bellhop") {
            return;
        }
        let line = format!("{} {}: {said}", metadata.level(), metadata.target());
        let found = self.private.found_in(&line);
        if let Ok(mut all) = SAID.lock() {
            *all += &line;
            all.push('\n');
        }
        assert!(found.is_empty(), "private in a log: {}", found.join("\n"));
    }
}

/// All that was said above DEBUG in this process so far. It is searched where a test ends.
#[must_use]
pub fn said() -> String {
    SAID.lock().map(|said| said.clone()).unwrap_or_default()
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Watcher {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        self.look(event.metadata(), &text.0);
    }

    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut text = Text::default();
        span.record(&mut text);
        self.look(span.metadata(), &text.0);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut text = Text::default();
        values.record(&mut text);
        if let Some(metadata) = context.metadata(id) {
            self.look(metadata, &text.0);
        }
    }
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, "{field}={value} ");
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn panics(log: impl FnOnce()) -> bool {
        let watcher = Watcher::new(Private::default().and("tina"));
        let subscriber = tracing_subscriber::registry().with(watcher);
        tracing::subscriber::with_default(subscriber, || {
            catch_unwind(AssertUnwindSafe(log)).is_err()
        })
    }

    #[test]
    fn an_address_or_a_user_above_debug_is_a_panic() {
        let address = Ipv4Addr::new(192, 0, 2, 1);
        assert!(panics(
            || tracing::info!(target: "bellhop_engine", %address, "moved")
        ));
        assert!(panics(
            || tracing::warn!(target: "bellhop_engine", ?address)
        ));
        assert!(panics(
            || tracing::error!(target: "bellhop_agent", "no password for {}", "tina")
        ));
        assert!(panics(
            || tracing::info!(target: "bellhop_agent", id = "tina", "begins")
        ));
        assert!(panics(|| {
            tracing::info_span!(target: "bellhop_agent", "line", id = "tina");
        }));
        assert!(panics(|| {
            let span =
                tracing::info_span!(target: "bellhop_agent", "line", id = tracing::field::Empty);
            span.record("id", "tina");
        }));
    }

    #[test]
    fn debug_and_other_crates_may_say_them_and_the_rest_is_said() {
        let address = Ipv4Addr::new(192, 0, 2, 1);
        assert!(!panics(
            || tracing::debug!(target: "bellhop_engine", %address, "moved")
        ));
        assert!(!panics(
            || tracing::info!(target: "somebody", %address, "moved")
        ));
        assert!(!panics(
            || tracing::info!(target: "bellhop_engine", line = 1, state = "registered", "line")
        ));
    }
}
