//! The bindings of one address-of-record, and what a REGISTER makes of them: RFC 3261 §10.3, second half of steps 6 and 7. A record is never changed
//! half: the next one is drafted beside it and takes its place only when every contact went well.

use std::time::{Duration, Instant};

use bellhop_sip::{Text, UriRef};
use smallvec::SmallVec;

use crate::answer::Urgency;
use crate::binding::{Binding, BindingKey, Rtt};
use crate::event::Unbinding;
use crate::refusal::Refusal;
use crate::texts::{Parts, Texts};
use crate::wish::{Update, Wanted, Wish};

/// In the order in which they were bound. One is the rule, and it is in its place: whoever looks for it waits for memory once less.
pub(crate) type Bindings = SmallVec<[Binding; 1]>;

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

/// A record that is to take the place of another.
pub(crate) struct Draft<'a, 'r> {
    update: &'a Update<'r>,
    slots: Vec<Slot>,
    /// The last key that was given out.
    last_key: &'a mut u64,
    pub(crate) changes: Vec<Change>,
    /// What the store has to do; `None`: nothing that outlives the process has changed.
    pub(crate) urgency: Option<Urgency>,
}

struct Slot {
    binding: Binding,
    /// Bound by this very request. It carries the request's own CSeq, and a later contact of the request may name it again.
    fresh: bool,
}

impl<'a, 'r> Draft<'a, 'r> {
    /// What `update` makes of `bindings`.
    ///
    /// # Errors
    /// What makes all of it fail: a contact that is bound by a request not older than this one, or too much of anything.
    pub(crate) fn of(
        bindings: &[Binding],
        update: &'a Update<'r>,
        max_contacts: usize,
        last_key: &'a mut u64,
    ) -> Result<Draft<'a, 'r>, Refusal> {
        let mut slots = Vec::with_capacity(bindings.len() + 1);
        slots.extend(bindings.iter().map(|binding| Slot {
            binding: binding.clone(),
            fresh: false,
        }));
        let mut draft = Draft {
            update,
            slots,
            last_key,
            changes: Vec::new(),
            urgency: None,
        };
        match &update.wish {
            Wish::List => {}
            Wish::Clear => {
                let taken = draft.take(|_| true)?;
                draft.end(&taken, Unbinding::Removed);
            }
            Wish::Bind(contacts) => {
                let mut buffer = String::with_capacity(256);
                for contact in contacts {
                    draft.apply(contact, &mut buffer)?;
                }
                draft.make_room(max_contacts)?;
            }
        }
        Ok(draft)
    }

    /// The record, what is different in it, and what the store has to do.
    pub(crate) fn finish(self) -> (Bindings, Vec<Change>, Option<Urgency>) {
        let mut bindings = Bindings::with_capacity(self.slots.len());
        bindings.extend(self.slots.into_iter().map(|slot| slot.binding));
        (bindings, self.changes, self.urgency)
    }

    fn apply(&mut self, contact: &Wanted<'_>, buffer: &mut String) -> Result<(), Refusal> {
        let mut taken = self.take(|slot| contact.means(&slot.binding, slot.fresh))?;
        if contact.seconds == 0 {
            self.end(&taken, Unbinding::Removed);
            return Ok(());
        }
        // What goes on is the one of the same address, or the only one.
        let same = taken.iter().position(|b| contact.is_at(b));
        let again = same.is_some();
        let before = same
            .or_else(|| (taken.len() == 1).then_some(0))
            .map(|at| taken.swap_remove(at));
        self.end(&taken, Unbinding::Replaced);
        let mut binding = self.binding(contact, before.as_ref(), buffer)?;
        if let Some(before) = &before {
            binding.bound_at = before.bound_at;
            if again {
                binding.key = before.key;
            } else {
                self.end(std::slice::from_ref(before), Unbinding::Replaced);
            }
            if binding.same_place(before) {
                binding.qualified = before.qualified.refreshed();
                self.write(&binding, Urgency::Soon);
            } else {
                self.write(before, Urgency::BeforeAnswer);
                self.write(&binding, Urgency::BeforeAnswer);
            }
        } else {
            self.write(&binding, Urgency::BeforeAnswer);
        }
        self.changes.push(Change::Bound {
            contact: Text::from(contact.uri.as_str()),
            expires: contact.seconds,
            again,
        });
        self.slots.push(Slot {
            binding,
            fresh: true,
        });
        Ok(())
    }

    fn binding(
        &mut self,
        contact: &Wanted<'_>,
        before: Option<&Binding>,
        buffer: &mut String,
    ) -> Result<Binding, Refusal> {
        let update = self.update;
        let parts = contact.parts(update);
        *self.last_key += 1;
        Ok(Binding {
            key: BindingKey(*self.last_key),
            texts: Texts::of(parts, before.map(|b| &b.texts), buffer).ok_or(Refusal::TooLong)?,
            expires_at: update.now + Duration::from_secs(u64::from(contact.seconds)),
            bound_at: update.now,
            updated_at: update.now,
            source: update.arrival.source,
            stream: update.arrival.stream,
            cseq: update.cseq,
            reg_id: contact.reg_id,
            q: contact.q,
            transport: update.arrival.transport,
            qualified: Rtt::Unknown,
        })
    }

    /// The limit of one account, never at the cost of what this request binds: other flows of the same device go first, then what does not answer, then
    /// what was refreshed longest ago.
    fn make_room(&mut self, max_contacts: usize) -> Result<(), Refusal> {
        while self.slots.len() > max_contacts {
            let of_ours = |b: &Binding| {
                b.instance().is_some()
                    && self
                        .slots
                        .iter()
                        .any(|slot| slot.fresh && slot.binding.instance() == b.instance())
            };
            let rank = |b: &Binding| {
                let kind = match b.qualified {
                    _ if of_ours(b) => 0,
                    Rtt::Silent => 1,
                    Rtt::Unknown | Rtt::Millis(_) => 2,
                };
                (kind, b.updated_at)
            };
            let first = self
                .slots
                .iter()
                .enumerate()
                .filter(|(_, slot)| !slot.fresh)
                .min_by_key(|(_, slot)| rank(&slot.binding))
                .map(|(at, _)| at);
            let evicted = self.slots.remove(first.ok_or(Refusal::TooManyContacts)?);
            self.end(&[evicted.binding], Unbinding::Evicted);
        }
        Ok(())
    }

    /// Takes out what `matches`, unless a binding among it is as new as this request.
    fn take(&mut self, matches: impl Fn(&Slot) -> bool) -> Result<Bindings, Refusal> {
        let update = self.update;
        let newer = |b: &Binding| b.cseq >= update.cseq && b.call_id() == update.call_id;
        let mut taken = Bindings::new();
        let mut at = 0;
        while let Some(slot) = self.slots.get(at) {
            if !matches(slot) {
                at += 1;
            } else if !slot.fresh && newer(&slot.binding) {
                return Err(Refusal::OutOfOrder);
            } else {
                taken.push(self.slots.remove(at).binding);
            }
        }
        Ok(taken)
    }

    fn end(&mut self, ended: &[Binding], why: Unbinding) {
        for binding in ended {
            self.write(binding, Urgency::BeforeAnswer);
            self.changes.push(Change::Unbound {
                contact: Text::from(binding.contact()),
                why,
            });
        }
    }

    fn write(&mut self, binding: &Binding, urgency: Urgency) {
        if binding.lasts() {
            self.urgency = self.urgency.max(Some(urgency));
        }
    }
}

impl Wanted<'_> {
    /// The texts of its binding.
    pub(crate) fn parts<'a>(&'a self, update: &'a Update<'_>) -> Parts<'a> {
        Parts {
            uri: self.uri.as_str(),
            params: &self.params,
            call_id: update.call_id,
            path: update.path.as_deref().unwrap_or_default(),
            instance: self.instance.as_deref().unwrap_or_default(),
            user_agent: update.user_agent.unwrap_or_default(),
        }
    }

    /// Whether this contact takes the place of a binding. With instance and reg-id these decide and not the address (RFC 5626 §6), but for bindings that
    /// have no reg-id. Without, the address decides (RFC 3261 §19.1.4), and the instance where both have one.
    pub(crate) fn means(&self, binding: &Binding, fresh: bool) -> bool {
        let same_flow = self.instance.as_deref().is_some_and(|instance| {
            binding.reg_id == self.reg_id && binding.instance() == Some(instance)
        });
        // What this request bound already is not found by its instance: a client that moves names itself twice, new address first and then the old one to
        // be removed, and must not lose both.
        if same_flow && !fresh {
            return true;
        }
        let by_address = self.reg_id == 0 || binding.reg_id == 0;
        by_address && self.is_at(binding)
    }

    pub(crate) fn is_at(&self, binding: &Binding) -> bool {
        self.uri.as_str() == binding.contact()
            || UriRef::parse(binding.contact()).is_ok_and(|uri| uri.equivalent(&self.uri))
    }
}

/// Takes out what `matches`.
pub(crate) fn take_out(bindings: &mut Bindings, matches: impl Fn(&Binding) -> bool) -> Bindings {
    if !bindings.iter().any(&matches) {
        return Bindings::new();
    }
    let (taken, kept) = std::mem::take(bindings).into_iter().partition(matches);
    *bindings = kept;
    taken
}

/// Takes out what has ended.
pub(crate) fn expire(bindings: &mut Bindings, now: Instant) -> Bindings {
    take_out(bindings, |b| b.expires_at <= now)
}

pub(crate) fn next_expiry(bindings: &[Binding]) -> Option<Instant> {
    bindings.iter().map(|b| b.expires_at).min()
}
