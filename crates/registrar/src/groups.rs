//! Extensions that are several accounts at once.

use std::collections::HashMap;
use std::time::Instant;

use bellhop_sip::Text;
use foldhash::quality::FixedState;

use crate::accounts::{AccountId, Accounts};
use crate::binding::Binding;
use crate::location::{self, LocationService};

/// An address-of-record that nobody binds: a call to it rings other accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The user of the address-of-record (an extension), plain (no %-escapes). An account of the same user goes before it.
    pub user: String,
    /// The users of accounts, in order; who has none is left out.
    pub members: Vec<String>,
    /// How they ring.
    pub ring: Ring,
}

/// How the members of a [`Group`] ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// All at once: first what each prefers, then what each prefers next.
    All,
    /// One member after the other, each with all that it is bound to.
    Order,
}

pub(crate) struct Groups(HashMap<Text, (Box<[AccountId]>, Ring), FixedState>);

impl Groups {
    /// Of two with the same user the first.
    pub(crate) fn new(groups: &[Group], accounts: &Accounts, key: u64) -> Groups {
        let mut all = HashMap::with_capacity_and_hasher(groups.len(), FixedState::with_seed(key));
        for group in groups {
            let members = group.members.iter().filter_map(|it| accounts.by_user(it));
            all.entry(Text::from(group.user.as_str()))
                .or_insert_with(|| (members.collect(), group.ring));
        }
        Groups(all)
    }

    /// Where a call to the group goes; nothing if there is none of that name.
    pub(crate) fn lookup<'a>(
        &self,
        user: &str,
        location: &'a LocationService,
        now: Instant,
    ) -> Vec<Vec<&'a Binding>> {
        let Some((members, ring)) = self.0.get(user) else {
            return Vec::new();
        };
        let each = members
            .iter()
            .map(|member| location::lookup(location.bindings(*member), now));
        match ring {
            Ring::Order => each.flatten().collect(),
            Ring::All => each.fold(Vec::new(), |mut ranks: Vec<Vec<_>>, sets| {
                ranks.resize_with(ranks.len().max(sets.len()), Vec::new);
                for (rank, set) in ranks.iter_mut().zip(sets) {
                    rank.extend(set);
                }
                ranks
            }),
        }
    }
}
