//! The location service: which addresses-of-record are reachable where. `save` is the registrar's door, `lookup` that of whoever routes calls.

use std::collections::BTreeMap;
use std::time::Instant;

use bellhop_sip::Text;

use crate::binding::Binding;
use crate::record::{Change, Record};
use crate::refusal::Refusal;
use crate::update::Update;

/// A record per account that has bindings. Bounded: only accounts get one, and each holds at most `max_contacts`.
pub(crate) struct LocationService {
    records: BTreeMap<Text, Record>,
    max_contacts: usize,
}

impl LocationService {
    pub(crate) fn new(max_contacts: usize) -> LocationService {
        LocationService {
            records: BTreeMap::new(),
            max_contacts,
        }
    }

    /// Does all that `update` asks for, or nothing of it.
    pub(crate) fn save(&mut self, user: &Text, update: &Update) -> Result<Vec<Change>, Refusal> {
        let nothing = Record::default();
        let (next, changes) = self
            .records
            .get(user)
            .unwrap_or(&nothing)
            .next(update, self.max_contacts)?;
        self.put(user, next);
        Ok(changes)
    }

    /// The bindings of one user, the longest bound first. Call [`expire`](Self::expire) before: this does not look at the time.
    pub(crate) fn lookup(&self, user: &str) -> &[Binding] {
        self.records.get(user).map_or(&[], Record::bindings)
    }

    /// Takes out every binding whose time is over.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<(Text, Binding)> {
        let mut ended = Vec::new();
        self.records.retain(|user, record| {
            ended.extend(
                record
                    .expire(now)
                    .into_iter()
                    .map(|binding| (user.clone(), binding)),
            );
            !record.bindings().is_empty()
        });
        ended
    }

    /// When the next binding ends.
    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.records.values().filter_map(Record::next_expiry).min()
    }

    fn put(&mut self, user: &Text, record: Record) {
        if record.bindings().is_empty() {
            self.records.remove(user);
        } else {
            self.records.insert(user.clone(), record);
        }
    }
}
