//! What an engine remembers over restarts, line by line: a file of JSON without secrets.

use std::net::SocketAddr;

use bellhop_agent::{Identity, OldContact};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::machine::Machine;

/// Written into the file; another number is a file we do not understand.
pub(super) const VERSION: u32 = 1;

/// The file's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Instance {
    pub(super) version: u32,
    pub(super) machine: Machine,
    /// `urn:uuid:…`, the same for every line of this installation (RFC 5626 §4.1).
    pub(super) instance: String,
    pub(super) lines: Vec<Remembered>,
}

/// More CSeq numbers than a line can use before its next reservation is written.
const FIRST_NUMBERS: u32 = 64;

impl Instance {
    /// Other Call-IDs for all lines.
    pub(super) fn begin_anew(&mut self) {
        for identity in self
            .lines
            .iter_mut()
            .filter_map(|line| line.identity.as_mut())
        {
            identity.begin_anew();
        }
    }

    /// The same, with the first numbers of the coming run marked as used.
    pub(super) fn with_numbers_reserved(&self) -> Instance {
        let mut reserved = self.clone();
        for identity in reserved
            .lines
            .iter_mut()
            .filter_map(|line| line.identity.as_mut())
        {
            identity.cseq = identity.cseq.saturating_add(FIRST_NUMBERS);
        }
        reserved
    }
}

/// One line's memory, found again by id and AOR together: a line whose AOR was changed is another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) id: String,
    pub(super) aor: String,
    #[serde(default)]
    pub(super) identity: Option<StoredIdentity>,
    /// Who serves the line, as configured. What was learned of one server is not held against another.
    #[serde(default)]
    pub(super) server: String,
    /// Where the registrar was last reached; used while DNS is asked anew.
    #[serde(default)]
    pub(super) registrar: Vec<SocketAddr>,
    #[serde(default)]
    pub(super) paused: bool,
}

/// [`Identity`] as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredIdentity {
    instance: String,
    call_id: String,
    contact_user: String,
    cseq: u32,
    contacts: Vec<StoredContact>,
    realm: Option<String>,
    #[serde(default)]
    proxy_realm: Option<String>,
}

impl StoredIdentity {
    /// Another Call-ID, whose numbers begin anew: those of the old one may be used by runs that can't know of each other.
    pub(super) fn begin_anew(&mut self) {
        self.call_id = Uuid::new_v4().simple().to_string();
        self.cseq = 1;
    }

    /// Without the realms that the line's servers were known by.
    pub(super) fn forget_realms(&mut self) {
        self.realm = None;
        self.proxy_realm = None;
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredContact {
    uri: String,
    public: Option<SocketAddr>,
}

impl From<&Identity> for StoredIdentity {
    fn from(identity: &Identity) -> StoredIdentity {
        StoredIdentity {
            instance: identity.instance.clone(),
            call_id: identity.call_id.clone(),
            contact_user: identity.contact_user.clone(),
            cseq: identity.cseq,
            contacts: identity
                .contacts
                .iter()
                .map(|c| StoredContact {
                    uri: c.uri.clone(),
                    public: c.public,
                })
                .collect(),
            realm: identity.realm.clone(),
            proxy_realm: identity.proxy_realm.clone(),
        }
    }
}

impl From<StoredIdentity> for Identity {
    fn from(stored: StoredIdentity) -> Identity {
        Identity {
            instance: stored.instance,
            call_id: stored.call_id,
            contact_user: stored.contact_user,
            cseq: stored.cseq,
            contacts: stored
                .contacts
                .into_iter()
                .map(|c| OldContact {
                    uri: c.uri,
                    public: c.public,
                })
                .collect(),
            realm: stored.realm,
            proxy_realm: stored.proxy_realm,
        }
    }
}
