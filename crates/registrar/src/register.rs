//! REGISTER, in the steps of RFC 3261 §10.3 and in their order.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Instant;

use bellhop_sip::{NameAddrRef, Request, Text};

use crate::accounts::AccountId;
use crate::arrival::Arrival;
use crate::auth::Login;
use crate::body;
use crate::event::Event;
use crate::record::Change;
use crate::refusal::Refusal;
use crate::registrar::{Granted, Registrar, check_extensions, is_sip};
use crate::wish::{Update, Wish};

impl Registrar {
    pub(crate) fn register(
        &mut self,
        now: Instant,
        arrival: &Arrival,
        request: &Request,
        to: Option<&NameAddrRef<'_>>,
        copy: u64,
    ) -> Result<Granted, Refusal> {
        self.check_domain(request)?;
        check_extensions(request)?;
        body::check(request)?;
        // No AOR of anybody (RFC 4475 §3.3.4); said before the login, since it is true for all.
        if to.is_some_and(|to| !is_sip(to.uri)) {
            return Err(Refusal::Malformed("To"));
        }
        let login = self
            .auth
            .authenticate(&self.domain, &mut self.accounts, now, request, copy)?;
        let account = self.record_of(&login, to)?;
        let update = Update::read(&self.config, now, arrival, request)?;
        if !matches!(update.wish, Wish::List) && !login.served_before {
            if let Some((binding, expires)) = self.location.refresh(account, &update) {
                self.tell(Event::Refreshed {
                    place: self.accounts.place(account),
                    binding,
                    expires,
                    source: arrival.source,
                });
            } else {
                let user = self.accounts.user(account);
                for change in self.location.save(account, &update)? {
                    self.tell(told(&user, arrival.source, change));
                }
            }
        }
        if let Some(uses) = self.accounts.uses(login.account) {
            uses.served(login.nonce);
        }
        Ok(Granted::Bindings {
            account,
            path: update.path,
            outbound: update.outbound,
        })
    }

    /// Steps 4 and 5: whose record it is, by the To header in canonical form, and whether `login` may change it. Each account has its own and no other.
    fn record_of(&self, login: &Login, to: Option<&NameAddrRef<'_>>) -> Result<AccountId, Refusal> {
        let to = to.ok_or(Refusal::Malformed("To"))?;
        if !self.domain.serves(to.uri) {
            return Err(Refusal::UnknownAor);
        }
        let user = match to.uri.user() {
            Some(user) if !user.contains('%') => Cow::Borrowed(user),
            _ => to.uri.user_unescaped().ok_or(Refusal::UnknownAor)?,
        };
        if self.accounts.is(login.account, &user) {
            return Ok(login.account);
        }
        match self.accounts.by_user(&user) {
            None => Err(Refusal::UnknownAor),
            Some(_) => Err(Refusal::NotAllowed),
        }
    }
}

fn told(user: &Text, source: SocketAddr, change: Change) -> Event {
    let user = user.clone();
    match change {
        Change::Bound {
            contact,
            expires,
            again,
        } => Event::Bound {
            user,
            contact,
            expires,
            again,
            source,
        },
        Change::Unbound { contact, why } => Event::Unbound { user, contact, why },
    }
}
