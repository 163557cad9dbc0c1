//! What waits to be written to the store, and what waits for it.

use std::collections::VecDeque;

use crate::accounts::AccountId;
use crate::answer::{Hold, Urgency, WriteSeq};
use crate::record::Bindings;

/// Writes on their way to the disk whose undoing is remembered. A store that takes longer than these has stopped.
const MAX_UNDO: usize = 4096;

pub(crate) struct Writes {
    accounts: Vec<Stand>,
    /// In the order of their numbers; what was written already is passed over.
    queue: VecDeque<(WriteSeq, AccountId)>,
    last: WriteSeq,
    committed: WriteSeq,
    undo: VecDeque<(WriteSeq, AccountId, Bindings)>,
}

/// How an account stands with the store.
#[derive(Clone, Copy, Default)]
struct Stand {
    waiting: Option<(WriteSeq, Urgency)>,
    /// The last write that an answer has to wait for.
    urgent: WriteSeq,
}

impl Writes {
    pub(crate) fn new(accounts: usize) -> Writes {
        Writes {
            accounts: vec![Stand::default(); accounts],
            queue: VecDeque::new(),
            last: WriteSeq(0),
            committed: WriteSeq(0),
            undo: VecDeque::new(),
        }
    }

    /// Numbers go on from those of another.
    pub(crate) fn go_on_from(&mut self, before: &Writes) {
        self.last = before.last;
        self.committed = before.committed;
    }

    pub(crate) fn waiting(&self, account: AccountId) -> Option<Urgency> {
        let (_, urgency) = self.accounts.get(account.index())?.waiting?;
        Some(urgency)
    }

    /// The account's record is to be written. One that waits already is written once, as it then is.
    pub(crate) fn add(&mut self, account: AccountId, urgency: Urgency) {
        let Some(stand) = self.accounts.get_mut(account.index()) else {
            return;
        };
        let seq = match &mut stand.waiting {
            Some((seq, waiting)) => {
                *waiting = urgency.max(*waiting);
                *seq
            }
            None => {
                self.last.0 += 1;
                stand.waiting = Some((self.last, urgency));
                self.queue.push_back((self.last, account));
                self.last
            }
        };
        if urgency == Urgency::BeforeAnswer {
            stand.urgent = seq;
        }
    }

    /// The same before an answer, and what to go back to if it cannot be written.
    pub(crate) fn add_undoable(&mut self, account: AccountId, before: Bindings) {
        self.add(account, Urgency::BeforeAnswer);
        let Some(stand) = self.accounts.get(account.index()) else {
            return;
        };
        let known = self
            .undo
            .back()
            .is_some_and(|(seq, of, _)| *seq == stand.urgent && *of == account);
        if !known {
            if self.undo.len() >= MAX_UNDO {
                self.undo.pop_front();
            }
            self.undo.push_back((stand.urgent, account, before));
        }
    }

    pub(crate) fn hold(&self, account: AccountId) -> Hold {
        match self.accounts.get(account.index()) {
            Some(stand) if stand.urgent > self.committed => Hold::Until(stand.urgent),
            _ => Hold::Nothing,
        }
    }

    pub(crate) fn has_any(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The next to be written.
    pub(crate) fn poll(&mut self) -> Option<(WriteSeq, AccountId, Urgency)> {
        let (seq, account) = self.queue.pop_front()?;
        let stand = self.accounts.get_mut(account.index())?;
        let (_, urgency) = stand.waiting.take()?;
        Some((seq, account, urgency))
    }

    /// A number for a write that is of no account here.
    pub(crate) fn next_seq(&mut self) -> WriteSeq {
        self.last.0 += 1;
        self.last
    }

    pub(crate) fn commit(&mut self, upto: WriteSeq) {
        self.committed = self.committed.max(upto.min(self.last));
        while self.undo.front().is_some_and(|(seq, ..)| *seq <= upto) {
            self.undo.pop_front();
        }
    }

    /// Takes back what waits for `seq` and what came after it for the same account.
    pub(crate) fn undo(&mut self, seq: WriteSeq) -> Option<(AccountId, Bindings)> {
        let at = self.undo.iter().position(|(of, ..)| *of == seq)?;
        let (_, account, before) = self.undo.remove(at)?;
        self.undo.retain(|(_, of, _)| *of != account);
        if let Some(stand) = self.accounts.get_mut(account.index()) {
            stand.urgent = WriteSeq(0);
        }
        Some((account, before))
    }
}
