//! Who may log in, found by user and by login.

use std::collections::HashMap;

use bellhop_sip::Text;
use bellhop_sip::digest::{self, Algorithm, Ha1};
use foldhash::quality::FixedState;
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
    /// Strangers only look up here, so a hasher will do that is quick rather than hard to see through.
    by_user: HashMap<Text, AccountId, FixedState>,
    /// Those whose login is another than their user.
    by_login: HashMap<Text, AccountId, FixedState>,
}

struct Entry {
    user: Text,
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
        let mut all = Accounts {
            list: Vec::with_capacity(accounts.len()),
            by_user: HashMap::with_capacity_and_hasher(accounts.len(), FixedState::with_seed(key)),
            by_login: HashMap::with_hasher(FixedState::with_seed(key)),
        };
        for account in accounts {
            let user = Text::from(account.user.as_str());
            let Ok(id) = u32::try_from(all.list.len()).map(AccountId) else {
                break;
            };
            if all.by_user.contains_key(&user) {
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
                user: user.clone(),
                plain,
                ha1: algorithms.iter().map(ha1).collect(),
                uses: Uses::default(),
            });
            all.by_user.insert(user, id);
            if !plain {
                all.by_login.entry(Text::from(login)).or_insert(id);
            }
        }
        all
    }

    /// Takes over how often nonces were used, of the accounts that are in both.
    pub(crate) fn take_uses(&mut self, before: &mut Accounts) {
        for entry in &mut self.list {
            if let Some(id) = before.by_user.get(&entry.user)
                && let Some(old) = before.list.get_mut(id.index())
            {
                entry.uses = std::mem::take(&mut old.uses);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn by_user(&self, user: &str) -> Option<AccountId> {
        self.by_user.get(user).copied()
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
            .is_some_and(|entry| entry.user == *user)
    }

    pub(crate) fn user(&self, id: AccountId) -> Text {
        self.list
            .get(id.index())
            .map(|entry| entry.user.clone())
            .unwrap_or_default()
    }

    pub(crate) fn ha1(&self, id: AccountId, algorithm: usize) -> Option<&Ha1> {
        self.list.get(id.index())?.ha1.get(algorithm)?.as_ref()
    }

    pub(crate) fn uses(&mut self, id: AccountId) -> Option<&mut Uses> {
        self.list.get_mut(id.index()).map(|entry| &mut entry.uses)
    }
}
