//! What pops up: a server of `org.freedesktop.Notifications` that writes down what it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bellhop_tests_support::session::Session;
use zbus::blocking::{Connection, connection};
use zbus::interface;
use zbus::zvariant::OwnedValue;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// One that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub id: u32,
    /// The one in whose place it is shown; 0 for none.
    pub replaces: u32,
    /// Its first line.
    pub summary: String,
    /// The lines below.
    pub body: String,
}

/// The server; it ends when dropped.
#[derive(Debug)]
pub struct Notifications {
    _connection: Connection,
    shown: Arc<Mutex<Vec<Shown>>>,
}

struct Server {
    shown: Arc<Mutex<Vec<Shown>>>,
}

impl Notifications {
    /// Takes the name on the bus.
    ///
    /// # Errors
    /// When somebody has it.
    pub fn start(session: &Session) -> Result<Notifications> {
        let shown = Arc::<Mutex<Vec<Shown>>>::default();
        let server = Server {
            shown: Arc::clone(&shown),
        };
        let connection = connection::Builder::address(session.login().address().as_str())?
            .serve_at(PATH, server)?
            .name(NAME)?
            .build()?;
        Ok(Notifications {
            _connection: connection,
            shown,
        })
    }

    /// All so far.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many have this in a line.
    #[must_use]
    pub fn with(&self, text: &str) -> usize {
        let all = self.shown();
        let has = |shown: &&Shown| shown.summary.contains(text) || shown.body.contains(text);
        all.iter().filter(has).count()
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    #[allow(clippy::too_many_arguments, reason = "so the interface has it")]
    fn notify(
        &self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        summary: &str,
        body: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let id = if replaces > 0 {
            replaces
        } else {
            u32::try_from(shown.len()).unwrap_or(0) + 1
        };
        shown.push(Shown {
            id,
            replaces,
            summary: summary.to_owned(),
            body: body.to_owned(),
        });
        id
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "actions".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let own = |text: &str| text.to_owned();
        (own("tests"), own("Bellhop"), own("1"), own("1.2"))
    }
}
