//! The bindings of one address-of-record, and what a REGISTER makes of them: RFC 3261 §10.3, second half of steps 6 and 7. A record is never changed
//! half: the next one is drafted beside it and takes its place only when every contact went well.

use std::time::Instant;

use bellhop_sip::{ContactAddr, Text};

use crate::binding::Binding;
use crate::event::Unbinding;
use crate::refusal::Refusal;
use crate::update::{Update, Wish};

#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    bindings: Vec<Binding>,
}

/// One difference between a record and the next.
#[derive(Debug)]
pub(crate) enum Change {
    Bound {
        contact: Text,
        expires: u32,
        again: bool,
    },
    Unbound {
        contact: Text,
        why: Unbinding,
    },
}

impl Record {
    pub(crate) fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The record after `update`, and how it differs.
    pub(crate) fn next(
        &self,
        update: &Update,
        max_contacts: usize,
    ) -> Result<(Record, Vec<Change>), Refusal> {
        let mut draft = Draft::of(self, update);
        match &update.wish {
            Wish::List => {}
            Wish::Clear => draft.clear()?,
            Wish::Bind(contacts) => {
                for (contact, seconds) in contacts {
                    draft.apply(contact, *seconds)?;
                }
                draft.make_room(max_contacts)?;
            }
        }
        Ok((
            Record {
                bindings: draft.slots.into_iter().map(|slot| slot.binding).collect(),
            },
            draft.changes,
        ))
    }

    /// Takes out what has ended.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<Binding> {
        self.bindings
            .extract_if(.., |b| b.expires_at <= now)
            .collect()
    }

    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.bindings.iter().map(|b| b.expires_at).min()
    }
}

struct Draft<'a> {
    update: &'a Update,
    slots: Vec<Slot>,
    changes: Vec<Change>,
}

struct Slot {
    binding: Binding,
    /// Bound by this very request. It carries the request's own CSeq, and a later contact of the request may name it again.
    fresh: bool,
}

impl<'a> Draft<'a> {
    fn of(record: &Record, update: &'a Update) -> Draft<'a> {
        let slots = record
            .bindings
            .iter()
            .map(|b| Slot {
                binding: b.clone(),
                fresh: false,
            })
            .collect();
        Draft {
            update,
            slots,
            changes: Vec::new(),
        }
    }

    fn clear(&mut self) -> Result<(), Refusal> {
        let taken = self.take(|_| true)?;
        self.tell(&taken, Unbinding::Removed);
        Ok(())
    }

    fn apply(&mut self, contact: &ContactAddr, seconds: u32) -> Result<(), Refusal> {
        let same_uri = |b: &Binding| b.contact.addr.uri.equivalent(&contact.addr.uri);
        // What this request bound already is not found by its instance: a client that moves names itself twice, new address first and then the old
        // one to be removed, and must not lose both.
        let taken = self.take(|slot| {
            same_uri(&slot.binding) || (!slot.fresh && slot.binding.same_instance(contact))
        })?;
        if seconds == 0 {
            self.tell(&taken, Unbinding::Removed);
            return Ok(());
        }
        let (before, elsewhere): (Vec<Binding>, Vec<Binding>) =
            taken.into_iter().partition(same_uri);
        self.tell(&elsewhere, Unbinding::Replaced);
        self.changes.push(Change::Bound {
            contact: Text::from(contact.addr.uri.as_str()),
            expires: seconds,
            again: !before.is_empty(),
        });
        let binding = self.update.binding(contact.clone(), seconds);
        self.slots.push(Slot {
            binding,
            fresh: true,
        });
        Ok(())
    }

    /// The limit of one account. Never at the cost of what this request binds.
    fn make_room(&mut self, max_contacts: usize) -> Result<(), Refusal> {
        while self.slots.len() > max_contacts {
            let kept = self
                .slots
                .iter()
                .enumerate()
                .filter(|(_, slot)| !slot.fresh);
            let oldest = kept
                .min_by_key(|(_, slot)| slot.binding.updated_at)
                .map(|(at, _)| at);
            let evicted = self.slots.remove(oldest.ok_or(Refusal::TooManyContacts)?);
            self.tell(&[evicted.binding], Unbinding::Evicted);
        }
        Ok(())
    }

    /// Takes out what `matches`, unless a binding among it is as new as this request.
    fn take(&mut self, matches: impl Fn(&Slot) -> bool) -> Result<Vec<Binding>, Refusal> {
        let update = self.update;
        let newer = |b: &Binding| b.call_id == update.call_id && b.cseq >= update.cseq;
        if self
            .slots
            .iter()
            .any(|slot| !slot.fresh && matches(slot) && newer(&slot.binding))
        {
            return Err(Refusal::OutOfOrder);
        }
        Ok(self
            .slots
            .extract_if(.., |slot| matches(slot))
            .map(|slot| slot.binding)
            .collect())
    }

    fn tell(&mut self, ended: &[Binding], why: Unbinding) {
        self.changes.extend(ended.iter().map(|b| Change::Unbound {
            contact: Text::from(b.contact()),
            why,
        }));
    }
}
