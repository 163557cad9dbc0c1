//! The location service: which addresses-of-record are reachable where. `save` is the registrar's door, `lookup` that of whoever routes calls.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::accounts::AccountId;
use crate::answer::{Hold, Urgency, WriteSeq};
use crate::arrival::StreamId;
use crate::binding::{Binding, BindingKey, Qualified, Rtt};
use crate::record::{self, Bindings, Change, Draft};
use crate::refresh;
use crate::refusal::Refusal;
use crate::wish::Update;
use crate::writes::Writes;

/// A record for each account, empty or not. Bounded: each holds at most `max_contacts`.
pub(crate) struct LocationService {
    records: Vec<Record>,
    max_contacts: usize,
    last_key: u64,
    /// When a record is to be looked at: no later than the end of its first binding, and one entry for each. A refresh leaves it where it is, and it is
    /// put off when it comes up.
    due: BTreeSet<(Instant, AccountId)>,
    /// Which records have bindings of a stream.
    streams: BTreeSet<(StreamId, AccountId)>,
    pub(crate) writes: Writes,
    /// For the texts of one binding, again and again.
    buffer: String,
}

#[derive(Default)]
struct Record {
    bindings: Bindings,
    due: Option<Instant>,
}

impl LocationService {
    pub(crate) fn new(accounts: usize, max_contacts: usize) -> LocationService {
        let mut records = Vec::new();
        records.resize_with(accounts, Record::default);
        LocationService {
            records,
            max_contacts,
            last_key: 0,
            due: BTreeSet::new(),
            streams: BTreeSet::new(),
            writes: Writes::new(accounts),
            buffer: String::new(),
        }
    }

    /// The same for other accounts: what `moved` finds a place for is taken along. What was not polled to be written yet is written anew.
    pub(crate) fn reconfigure(
        &mut self,
        accounts: usize,
        max_contacts: usize,
        moved: impl Fn(AccountId) -> Option<AccountId>,
    ) -> Vec<(AccountId, Bindings)> {
        let mut next = LocationService::new(accounts, max_contacts);
        next.last_key = self.last_key;
        next.writes.go_on_from(&self.writes);
        let mut gone = Vec::new();
        for (old, record) in (0..).map(AccountId).zip(std::mem::take(&mut self.records)) {
            match moved(old) {
                Some(new) => {
                    if let Some(urgency) = self.writes.waiting(old) {
                        next.writes.add(new, urgency);
                    }
                    next.put(new, record.bindings);
                }
                None if !record.bindings.is_empty() => gone.push((old, record.bindings)),
                None => {}
            }
        }
        *self = next;
        gone
    }

    /// Does what `update` asks for where that is no more than a refresh of one binding, and says of which and for how many seconds.
    pub(crate) fn refresh(
        &mut self,
        account: AccountId,
        update: &Update<'_>,
    ) -> Option<(BindingKey, u32)> {
        let record = self.records.get_mut(account.index())?;
        let refreshed = refresh::refresh(
            &mut record.bindings,
            update,
            self.max_contacts,
            &mut self.buffer,
        )?;
        let is_lasting = record.bindings.last().is_some_and(Binding::lasts);
        self.settle(account, &[]);
        if is_lasting {
            self.writes.add(account, Urgency::Soon);
        }
        Some(refreshed)
    }

    /// Does all that `update` asks for, or nothing of it.
    pub(crate) fn save(
        &mut self,
        account: AccountId,
        update: &Update<'_>,
    ) -> Result<Vec<Change>, Refusal> {
        let Some(record) = self.records.get(account.index()) else {
            return Err(Refusal::UnknownAor);
        };
        let draft = Draft::of(
            &record.bindings,
            update,
            self.max_contacts,
            &mut self.last_key,
        )?;
        let (next, changes, urgency) = draft.finish();
        let before = self.put(account, next);
        match urgency {
            Some(Urgency::BeforeAnswer) => self.writes.add_undoable(account, before),
            Some(Urgency::Soon) => self.writes.add(account, Urgency::Soon),
            None => {}
        }
        Ok(changes)
    }

    /// What an answer that lists the bindings of this account has to wait for.
    pub(crate) fn hold(&self, account: AccountId) -> Hold {
        self.writes.hold(account)
    }

    /// All bindings of one account. Call [`expire`](Self::expire) before: this does not look at the time.
    pub(crate) fn bindings(&self, account: AccountId) -> &[Binding] {
        self.records
            .get(account.index())
            .map_or(&[], |record| &record.bindings)
    }

    /// Takes up bindings of an earlier run.
    pub(crate) fn restore(&mut self, account: AccountId, mut bindings: Bindings) {
        for binding in &mut bindings {
            self.last_key += 1;
            binding.key = BindingKey(self.last_key);
        }
        let excess = bindings.len().saturating_sub(self.max_contacts);
        bindings.drain(..excess);
        self.put(account, bindings);
    }

    /// Takes out every binding whose time is over.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<(AccountId, Bindings)> {
        let mut ended = Vec::new();
        while let Some((due, account)) = self.due.first().copied() {
            if due > now {
                break;
            }
            self.due.pop_first();
            let Some(record) = self.records.get_mut(account.index()) else {
                continue;
            };
            record.due = None;
            let over = record::expire(&mut record.bindings, now);
            let empty = record.bindings.is_empty();
            self.settle(account, &over);
            if !over.is_empty() {
                if empty && over.iter().any(Binding::lasts) {
                    // Not because it would come back, a restart leaves out what is over, but so that the store does not grow.
                    self.writes.add(account, Urgency::Soon);
                }
                ended.push((account, over));
            }
        }
        ended
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Takes out what came on `stream`.
    pub(crate) fn close(&mut self, stream: StreamId) -> Vec<(AccountId, Bindings)> {
        let all = (stream, AccountId(0))..=(stream, AccountId(u32::MAX));
        let accounts: Vec<AccountId> = self.streams.range(all).map(|(_, id)| *id).collect();
        let mut ended = Vec::new();
        for account in accounts {
            let Some(record) = self.records.get_mut(account.index()) else {
                continue;
            };
            let closed = record::take_out(&mut record.bindings, |b| b.stream == Some(stream));
            self.settle(account, &closed);
            ended.push((account, closed));
        }
        ended
    }

    /// Takes in whether a contact answered. The contact, if that is news.
    pub(crate) fn qualify(
        &mut self,
        account: AccountId,
        key: BindingKey,
        outcome: Qualified,
    ) -> Option<&Binding> {
        let record = self.records.get_mut(account.index())?;
        let binding = record.bindings.iter_mut().find(|b| b.key == key)?;
        let before = binding.qualified;
        binding.qualified = match outcome {
            Qualified::Reachable { rtt } => {
                Rtt::Millis(u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX))
            }
            Qualified::Unreachable => Rtt::Silent,
        };
        let was_silent = before == Rtt::Silent;
        let is_silent = binding.qualified == Rtt::Silent;
        (was_silent != is_silent).then_some(&*binding)
    }

    /// The store has refused a write: the record is as it was. What ended by it.
    pub(crate) fn undo(&mut self, seq: WriteSeq) -> Option<(AccountId, Bindings)> {
        let (account, before) = self.writes.undo(seq)?;
        let kept: Vec<BindingKey> = before.iter().map(Binding::key).collect();
        let mut undone = self.put(account, before);
        undone.retain(|binding| !kept.contains(&binding.key));
        Some((account, undone))
    }

    /// Puts a record in the place of another, which it gives back.
    fn put(&mut self, account: AccountId, bindings: Bindings) -> Bindings {
        let Some(record) = self.records.get_mut(account.index()) else {
            return bindings;
        };
        for stream in bindings.iter().filter_map(|b| b.stream) {
            self.streams.insert((stream, account));
        }
        let before = std::mem::replace(&mut record.bindings, bindings);
        self.settle(account, &before);
        before
    }

    /// After a record has changed: when it is due, and of which streams it no longer is. `before` is what it had, or has no longer.
    fn settle(&mut self, account: AccountId, before: &[Binding]) {
        let Some(record) = self.records.get_mut(account.index()) else {
            return;
        };
        for stream in before.iter().filter_map(|b| b.stream) {
            if !record.bindings.iter().any(|b| b.stream == Some(stream)) {
                self.streams.remove(&(stream, account));
            }
        }
        let next = record::next_expiry(&record.bindings);
        match (record.due, next) {
            (Some(due), Some(next)) if due <= next => {}
            (due, next) => {
                if let Some(due) = due {
                    self.due.remove(&(due, account));
                }
                self.due.extend(next.map(|next| (next, account)));
                record.due = next;
            }
        }
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = (AccountId, &[Binding])> {
        (0..)
            .map(AccountId)
            .zip(self.records.iter().map(|record| &*record.bindings))
    }
}

/// The bindings to be called, in groups of the same preference.
pub(crate) fn lookup(bindings: &[Binding], now: Instant) -> Vec<Vec<&Binding>> {
    let callable = |b: &&Binding| b.expires_at > now && b.qualified != Rtt::Silent;
    // RFC 5626 §7: one contact of an instance at a time. What was refreshed last stands last.
    let newest = |binding: &&Binding| {
        let same_device = |b: &&Binding| b.instance() == binding.instance();
        let last = bindings
            .iter()
            .filter(callable)
            .filter(same_device)
            .max_by_key(|b| b.updated_at);
        binding.instance().is_none() || last.is_some_and(|last| last.key == binding.key)
    };
    let mut all: Vec<&Binding> = bindings.iter().filter(callable).collect();
    // One is the rule, and its texts need not be looked at.
    if all.len() == 1 {
        return vec![all];
    }
    all.retain(newest);
    all.sort_by_key(|b| std::cmp::Reverse((b.q, b.updated_at)));
    all.chunk_by(|one, two| one.q == two.q)
        .map(<[&Binding]>::to_vec)
        .collect()
}

/// How far apart two instants are as milliseconds of the wall clock.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
