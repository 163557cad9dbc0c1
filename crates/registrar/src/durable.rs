//! The doors to the store: records in at the start, writes out, and what became of them.

use std::time::{Instant, SystemTime};

use bellhop_sip::Text;

use crate::accounts::AccountId;
use crate::answer::{Urgency, Write, WriteSeq};
use crate::event::Unbinding;
use crate::registrar::Registrar;
use crate::stored::{self, Clock, Damaged};

/// Deletions of records that belong to nobody, kept for a store that is away.
const MAX_DELETIONS: usize = 65_536;

impl Registrar {
    /// Takes up what a [`Write`] of an earlier run said of `user`. Bindings that are over by now are left out; of an account that is gone the store is
    /// told to delete the record. To be called before the first request.
    ///
    /// # Errors
    /// [`Damaged`] where it is no record that this version can read. Nothing is taken up then.
    pub fn restore(
        &mut self,
        now: Instant,
        wall: SystemTime,
        user: &str,
        record: &[u8],
    ) -> Result<(), Damaged> {
        let clock = Clock { now, wall };
        self.clock = Some(clock);
        match self.accounts.by_user(user) {
            Some(account) => self.location.restore(account, stored::read(record, clock)?),
            None => self.delete(Text::from(user)),
        }
        Ok(())
    }

    /// All writes up to `seq` are durable: answers about those accounts need not wait any more. Without this they are held by a number that is
    /// committed already, which is as good.
    pub fn handle_committed(&mut self, seq: WriteSeq) {
        self.location.writes.commit(seq);
    }

    /// The store has refused the write `seq`: the account is as it was before (RFC 3261 §10.3, step 7), and [`Answer::unsaved`](crate::Answer::unsaved) is what the client is
    /// told.
    pub fn handle_commit_failed(&mut self, now: Instant, seq: WriteSeq) {
        if let Some((account, undone)) = self.location.undo(seq) {
            let user = self.accounts.user(account);
            self.tell_ended(&user, &undone, Unbinding::NotStored);
        }
        self.handle_timeout(now);
    }

    /// The store has begun another file: the records of all accounts that are bound are to be written, whether they have changed or not.
    pub fn rewrite_all(&mut self) {
        let accounts = u32::try_from(self.accounts.len()).unwrap_or(u32::MAX);
        for account in (0..accounts).map(AccountId) {
            if !self.location.bindings(account).is_empty() {
                self.location.writes.add(account, Urgency::Soon);
            }
        }
    }

    /// Whether [`poll_write`](Registrar::poll_write) has something. What no answer waits for may be left there for a while: of an account that is
    /// refreshed again meanwhile one record is written.
    #[must_use]
    pub fn has_writes(&self) -> bool {
        self.location.writes.has_any() || !self.deletions.is_empty()
    }

    /// What the store must keep, in the order of the numbers.
    pub fn poll_write(&mut self) -> Option<Write> {
        let Some((seq, account, urgency)) = self.location.writes.poll() else {
            return self.poll_deletion();
        };
        let clock = self.clock?;
        Some(Write {
            seq,
            user: self.accounts.user(account),
            record: stored::write(self.location.bindings(account), clock),
            urgency,
        })
    }

    /// Whoever is back by now is written as he is.
    fn poll_deletion(&mut self) -> Option<Write> {
        let user = self.deletions.pop_front()?;
        let account = self.accounts.by_user(&user);
        let bindings = account.map(|account| self.location.bindings(account));
        Some(Write {
            record: bindings
                .zip(self.clock)
                .and_then(|(b, clock)| stored::write(b, clock)),
            seq: self.location.writes.next_seq(),
            user,
            urgency: Urgency::Soon,
        })
    }

    pub(crate) fn delete(&mut self, user: Text) {
        if self.deletions.len() < MAX_DELETIONS {
            self.deletions.push_back(user);
        }
    }
}
