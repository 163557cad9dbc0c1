//! Who may log in, found by user and by login.

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use bellhop_sip::Text;
use bellhop_sip::digest::{self, Algorithm, Ha1};
use foldhash::quality::FixedState;
use hashbrown::HashTable;
use secrecy::ExposeSecret;
use smallvec::SmallVec;

use crate::auth::uses::Uses;
use crate::config::Account;

/// Where an account is in the list, and its record in the location service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AccountId(pub(crate) u32);

impl AccountId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

pub(crate) struct Accounts {
    list: Vec<Entry>,
    /// Where in the list each user is, which has the users themselves: small enough to stay in a cache, however many there are.
    by_user: HashTable<AccountId>,
    /// Those whose login is another than their user.
    by_login: HashMap<Text, AccountId, FixedState>,
    /// Strangers only look up here, so a hasher will do that is quick rather than hard to see through.
    hasher: FixedState,
}

/// UTF-8, and in its place, as long as extensions are.
type User = SmallVec<[u8; 16]>;

fn text(user: &User) -> &str {
    std::str::from_utf8(user).unwrap_or_default()
}

struct Entry {
    user: User,
    /// Where it is in the configuration.
    place: usize,
    /// Whether the user is the login as well.
    plain: bool,
    /// H(A1) for each algorithm that is offered; `None` where this account may not log in with it.
    ha1: SmallVec<[Option<Ha1>; 2]>,
    uses: Uses,
}

impl Accounts {
    /// The accounts, of two with the same user or login the first. Each H(A1) is computed here, once.
    pub(crate) fn new(
        accounts: &[Account],
        realm: &str,
        algorithms: &[Algorithm],
        key: u64,
    ) -> Accounts {
        let realm = digest::escaped(realm);
        let hasher = FixedState::with_seed(key);
        let mut all = Accounts {
            list: Vec::with_capacity(accounts.len()),
            by_user: HashTable::with_capacity(accounts.len()),
            by_login: HashMap::with_hasher(hasher.clone()),
            hasher,
        };
        for (place, account) in accounts.iter().enumerate() {
            let user = &account.user;
            let Ok(id) = u32::try_from(all.list.len()).map(AccountId) else {
                break;
            };
            if all.by_user(user).is_some() {
                continue;
            }
            let login = account.login.as_deref().unwrap_or(&account.user);
            let plain = login == account.user;
            let ha1 = |algorithm: &Algorithm| {
                let held = account.digest.as_ref().is_none_or(|only| only == algorithm);
                held.then(|| Ha1::new(algorithm, login, &realm, account.password.expose_secret()))
                    .flatten()
            };
            all.list.push(Entry {
                user: User::from(user.as_bytes()),
                place,
                plain,
                ha1: algorithms.iter().map(ha1).collect(),
                uses: Uses::default(),
            });
            all.index(id);
            if !plain {
                all.by_login.entry(Text::from(login)).or_insert(id);
            }
        }
        all
    }

    /// Takes over how often nonces were used, of the accounts that are in both.
    pub(crate) fn take_uses(&mut self, before: &mut Accounts) {
        for entry in &mut self.list {
            if let Some(id) = before.by_user(text(&entry.user))
                && let Some(old) = before.list.get_mut(id.index())
            {
                entry.uses = std::mem::take(&mut old.uses);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    fn index(&mut self, id: AccountId) {
        let (list, hasher) = (&self.list, &self.hasher);
        let hash = |id: &AccountId| {
            let entry = list.get(id.index());
            hasher.hash_one(entry.map_or("", |entry| text(&entry.user)))
        };
        self.by_user.insert_unique(hash(&id), id, hash);
    }

    pub(crate) fn by_user(&self, user: &str) -> Option<AccountId> {
        let is = |id: &AccountId| self.is(*id, user);
        self.by_user.find(self.hasher.hash_one(user), is).copied()
    }

    pub(crate) fn by_login(&self, login: &str) -> Option<AccountId> {
        self.by_login.get(login).copied().or_else(|| {
            let id = self.by_user(login)?;
            self.list.get(id.index())?.plain.then_some(id)
        })
    }

    /// Whether `user` is the user of this account.
    pub(crate) fn is(&self, id: AccountId, user: &str) -> bool {
        self.list
            .get(id.index())
            .is_some_and(|entry| *entry.user == *user.as_bytes())
    }

    pub(crate) fn user(&self, id: AccountId) -> Text {
        self.list
            .get(id.index())
            .map(|entry| Text::from(text(&entry.user)))
            .unwrap_or_default()
    }

    pub(crate) fn place(&self, id: AccountId) -> usize {
        self.list.get(id.index()).map_or(0, |entry| entry.place)
    }

    pub(crate) fn ha1(&self, id: AccountId, algorithm: usize) -> Option<&Ha1> {
        self.list.get(id.index())?.ha1.get(algorithm)?.as_ref()
    }

    pub(crate) fn uses(&mut self, id: AccountId) -> Option<&mut Uses> {
        self.list.get_mut(id.index()).map(|entry| &mut entry.uses)
    }
}
