//! A refresh, which is what nearly every REGISTER is: times and numbers of one binding change and nothing else, so that nothing has to be drafted.

use std::time::Duration;

use crate::binding::{Binding, BindingKey};
use crate::wish::{Update, Wish};

/// Takes `update` into the one of these bindings that it refreshes, leaves the others alone, and says which it is and how many seconds it got. `None`: it is
/// anything else (it may be refused, or end bindings, or be of another place), and nothing has changed.
pub(crate) fn refresh(
    bindings: &mut [Binding],
    update: &Update<'_>,
    max_contacts: usize,
    buffer: &mut String,
) -> Option<(BindingKey, u32)> {
    let Wish::Bind(contacts) = &update.wish else {
        return None;
    };
    let [contact] = &**contacts else {
        return None;
    };
    let mut meant = (0..)
        .zip(&*bindings)
        .filter(|(_, it)| contact.means(it, false));
    let (at, before) = meant.next()?;
    let is_only = meant.next().is_none() && bindings.len() <= max_contacts;
    let is_newer = before.cseq < update.cseq || before.call_id() != update.call_id;
    let is_same_place = before.source == update.arrival.source
        && before.transport == update.arrival.transport
        && before.stream == update.arrival.stream
        && before.reg_id == contact.reg_id
        && before.texts.are(contact.parts(update), buffer);
    if contact.seconds == 0 || !(is_only && is_newer && is_same_place) {
        return None;
    }
    let rest = bindings.get_mut(at..)?;
    let binding = rest.first_mut()?;
    binding.expires_at = update.now + Duration::from_secs(u64::from(contact.seconds));
    binding.updated_at = update.now;
    binding.cseq = update.cseq;
    binding.qualified = binding.qualified.refreshed();
    let key = binding.key;
    // In the order in which they were bound: this one is the last now.
    rest.rotate_left(1);
    Some((key, contact.seconds))
}
