//! What a registrar is told: its domain, its accounts, its limits.

use bellhop_sip::digest::Algorithm;
use bellhop_sip::{Host, UriRef};
use secrecy::SecretString;

use crate::groups::Group;

/// Someone who may log in and bind contacts to the address-of-record of the same user.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user of the address-of-record (an extension), plain (no %-escapes).
    pub user: String,
    /// The user of the login, where it is another.
    pub login: Option<String>,
    /// Never shown: `SecretString` hides it from Debug.
    pub password: SecretString,
    /// The only algorithm that this account may log in with; `None`: any that is configured. The challenge names all of them in any case.
    pub digest: Option<Algorithm>,
}

impl Account {
    /// An account whose login is its user.
    pub fn new(user: impl Into<String>, password: impl Into<SecretString>) -> Account {
        Account {
            user: user.into(),
            login: None,
            password: password.into(),
            digest: None,
        }
    }
}

/// What a [`Registrar`](crate::Registrar) is made of.
#[derive(Clone, Debug)]
pub struct RegistrarConfig {
    /// The domain served; also the digest realm.
    pub domain: String,
    /// Other hosts that mean the same domain: the listener's address, without port (an IPv6 address without brackets).
    pub aliases: Vec<String>,
    /// Who may log in.
    pub accounts: Vec<Account>,
    /// Which of them ring together.
    pub groups: Vec<Group>,
    /// Seconds; a shorter wish is refused with 423. Wishes of an hour or more never are (RFC 3261 §10.3).
    pub min_expires: u32,
    /// Seconds; a longer wish is granted this much.
    pub max_expires: u32,
    /// Seconds, where the request names none.
    pub default_expires: u32,
    /// Bindings per account; one more pushes out the oldest.
    pub max_contacts: usize,
    /// Offered the strongest first; what cannot be computed is left out.
    pub digest: Vec<Algorithm>,
    /// Seconds between keep-alives that are told to clients of RFC 5626 (`Flow-Timer`, §11.1).
    pub flow_timer: u32,
}

impl RegistrarConfig {
    /// A domain with its accounts and the usual limits.
    pub fn new(domain: impl Into<String>, accounts: Vec<Account>) -> RegistrarConfig {
        RegistrarConfig {
            domain: domain.into(),
            aliases: Vec::new(),
            accounts,
            groups: Vec::new(),
            min_expires: 60,
            max_expires: 7200,
            default_expires: 3600,
            max_contacts: 10,
            digest: vec![Algorithm::Sha256, Algorithm::Md5],
            flow_timer: 120,
        }
    }

    /// What is offered: the strongest first (RFC 8760 §2.3), of equals as configured. Session keys would need a memory of how each session began.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        let strength = |algorithm: &Algorithm| match algorithm {
            Algorithm::Sha512_256 => 2,
            Algorithm::Sha256 => 1,
            Algorithm::Md5
            | Algorithm::Md5Sess
            | Algorithm::Sha256Sess
            | Algorithm::Sha512_256Sess
            | Algorithm::Other(_) => 0,
        };
        let mut offered: Vec<Algorithm> = Vec::new();
        for algorithm in self
            .digest
            .iter()
            .filter(|a| a.supported() && !a.per_session())
        {
            if !offered.contains(algorithm) {
                offered.push(algorithm.clone());
            }
        }
        offered.sort_by_key(|algorithm| std::cmp::Reverse(strength(algorithm)));
        offered
    }
}

/// The hosts that mean the domain, read once.
#[derive(Debug)]
pub(crate) struct Domain(Vec<Host>);

impl Domain {
    pub(crate) fn of(config: &RegistrarConfig) -> Domain {
        let hosts = std::iter::once(&config.domain).chain(&config.aliases);
        Domain(hosts.filter_map(|host| host.parse().ok()).collect())
    }

    /// Whether the host of `uri` is the domain or an alias of it. The port does not matter: one registrar, one domain.
    pub(crate) fn serves(&self, uri: UriRef<'_>) -> bool {
        uri.host()
            .is_some_and(|host| self.0.iter().any(|own| own.borrowed() == host))
    }
}
