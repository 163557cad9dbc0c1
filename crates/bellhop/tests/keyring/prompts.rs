//! A count of what a keyring asks its owner.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;
use bellhop_tests_support::session::Session;
use zbus::blocking::{MessageIterator, fdo};

/// How often the keyring was asked to ask its owner, and looked at.
pub(crate) struct Prompts {
    asked: Arc<AtomicUsize>,
    looks: Arc<AtomicUsize>,
}

impl Prompts {
    pub(crate) fn count(session: &Session) -> Result<Prompts> {
        let connection = session.connect()?;
        let rule = |text: &str| zbus::MatchRule::try_from(text).map(|rule| rule.to_owned());
        let rules = [
            rule("type='method_call',interface='org.freedesktop.Secret.Prompt'")?,
            rule("type='method_call',interface='org.freedesktop.Secret.Service'")?,
        ];
        fdo::MonitoringProxy::new(&connection)?.become_monitor(&rules, 0)?;
        let prompts = Prompts {
            asked: Arc::default(),
            looks: Arc::default(),
        };
        let (asked, looks) = (Arc::clone(&prompts.asked), Arc::clone(&prompts.looks));
        // It ends with the bus.
        thread::spawn(move || {
            for message in MessageIterator::from(connection).map_while(Result::ok) {
                let header = message.header();
                let Some(member) = header.member() else {
                    continue;
                };
                match member.as_str() {
                    "Prompt" => asked.fetch_add(1, Ordering::SeqCst),
                    "SearchItems" => looks.fetch_add(1, Ordering::SeqCst),
                    _ => 0,
                };
            }
        });
        Ok(prompts)
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }
}
