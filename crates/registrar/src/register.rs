//! REGISTER, in the steps of RFC 3261 §10.3 and in their order.

use std::net::SocketAddr;
use std::time::Instant;

use bellhop_sip::{Request, Scheme, Text};

use crate::arrival::Arrival;
use crate::event::Event;
use crate::record::Change;
use crate::refusal::Refusal;
use crate::registrar::{Granted, Registrar, check_extensions};
use crate::update::{Update, Wish};

impl Registrar {
    pub(crate) fn register(
        &mut self,
        now: Instant,
        arrival: &Arrival,
        request: &Request,
    ) -> Result<Granted, Refusal> {
        self.check_domain(request)?;
        check_extensions(request)?;
        let login = self.auth.authenticate(&self.config, now, request)?;
        let user = self.record_of(&login, request)?;
        let update = Update::read(&self.config, now, *arrival, request)?;
        if !matches!(update.wish, Wish::List) {
            let changes = self.location.save(&user, &update)?;
            self.events.extend(
                changes
                    .into_iter()
                    .map(|change| told(&user, arrival.source, change)),
            );
        }
        Ok(Granted::Bindings(user))
    }

    /// Steps 4 and 5: whose record it is, by the To header in canonical form, and whether `login` may change it. Each account has its own and no other.
    fn record_of(&self, login: &Text, request: &Request) -> Result<Text, Refusal> {
        let to = request.headers.to().map_err(|_| Refusal::Malformed("To"))?;
        if !matches!(to.uri.scheme(), Scheme::Sip | Scheme::Sips) || !self.config.serves(&to.uri) {
            return Err(Refusal::UnknownAor);
        }
        let user = to.uri.user_unescaped().ok_or(Refusal::UnknownAor)?;
        if !self.auth.knows(&user) {
            return Err(Refusal::UnknownAor);
        }
        // Given back is the login, which is the same text: the record must not hold on to the datagram.
        if *user == **login {
            Ok(login.clone())
        } else {
            Err(Refusal::NotAllowed)
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
