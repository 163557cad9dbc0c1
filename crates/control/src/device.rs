//! A new phone at home: the password that is made for it, and what a person types into it. Pure functions, but for where randomness comes from.
//!
//! The password is made by whoever shows it, the command line or the window. It goes to the engine and into the keyring, and never comes back.

use std::net::SocketAddr;

use rand::RngExt as _;
use zeroize::Zeroizing;

use crate::config::{Transport, Written};
use crate::protocol::Password;
use crate::snapshot::Home;

mod phones;

pub use phones::{Field, Phone, Settings, settings};

/// Letters and digits that nobody takes for others, and that a desk phone's keys can type. There are 32: five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a password: 100 bits.
const PASSWORD: usize = 20;
/// Characters of a token: 160 bits.
pub const TOKEN: usize = 32;

/// A password that nobody guesses, for a phone.
pub fn make_password() -> Password {
    random(PASSWORD)
}

/// What a phone's settings are asked for under.
pub fn make_token() -> Password {
    random(TOKEN)
}

fn random(length: usize) -> Password {
    let mut rng = rand::rng();
    let mut text = Zeroizing::new(String::with_capacity(length));
    for _ in 0..length {
        let at: usize = rng.random_range(0..ALPHABET.len());
        text.extend(ALPHABET.get(at).map(|it| char::from(*it)));
    }
    Password::from(text.as_str())
}

/// What a phone needs to know besides its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// What it is called here.
    pub name: String,
    /// Whom it logs in as.
    pub extension: String,
    /// Where it may register.
    pub servers: Vec<Server>,
}

/// A listener, as a phone is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// What carries SIP there.
    pub transport: Transport,
    /// Where.
    pub address: SocketAddr,
}

impl Setup {
    /// As an engine has it: with the listeners that are open now.
    pub fn of(home: &Home, device: &str) -> Option<Setup> {
        let found = home.devices.iter().find(|it| it.name == device)?;
        let servers = home.listening.iter().filter_map(|text| {
            let (transport, address) = text.split_once(':')?;
            Some(Server {
                transport: Transport::of(transport)?,
                address: address.parse().ok()?,
            })
        });
        Some(Setup {
            name: found.name.clone(),
            extension: found.extension.clone(),
            servers: servers.collect(),
        })
    }

    /// As the config has it: with the listeners whose address it names.
    pub fn of_config(config: &Written, device: &str) -> Option<Setup> {
        let found = config.devices.iter().find(|it| it.name.value == device)?;
        let listen = config.home.listen.iter();
        Some(Setup {
            name: found.name.value.clone(),
            extension: found.extension.value.clone(),
            servers: listen
                .map(|it| Server {
                    transport: it.transport,
                    address: it.address,
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_password_has_a_hundred_bits_and_no_letter_that_looks_like_another() {
        let distinct: HashSet<u8> = ALPHABET.iter().copied().collect();
        assert_eq!(distinct.len(), 32);
        const { assert!(PASSWORD * 5 >= 100 && TOKEN * 5 >= 128) };
        for unclear in b"lo01IO" {
            assert!(!distinct.contains(unclear));
        }
        let made: HashSet<String> = (0..1000)
            .map(|_| make_password().expose().to_owned())
            .collect();
        assert_eq!(made.len(), 1000);
        let used: HashSet<u8> = made.iter().flat_map(|it| it.bytes()).collect();
        assert_eq!(used, distinct, "every letter is drawn");
        assert!(made.iter().all(|it| it.len() == PASSWORD));
        assert_eq!(make_token().expose().len(), TOKEN);
    }

    #[test]
    fn a_phone_is_told_of_the_listeners_that_are_open() {
        let home = Home {
            listening: vec![
                "udp:127.0.0.1:5070".into(),
                "tls:[2001:db8::1]:5071".into(),
                "sctp:127.0.0.1:1".into(),
            ],
            devices: vec![std::sync::Arc::new(crate::snapshot::Device {
                name: "desk".into(),
                extension: "101".into(),
                ..crate::snapshot::Device::default()
            })],
            ..Home::default()
        };
        let setup = Setup::of(&home, "desk").unwrap();
        assert_eq!(setup.extension, "101");
        assert_eq!(setup.servers.len(), 2);
        assert_eq!(Setup::of(&home, "tablet"), None);
        let written = Written::parse(
            "[[device]]\nname = \"desk\"\nextension = \"101\"\n",
            "config.toml",
        )
        .unwrap();
        let setup = Setup::of_config(&written, "desk").unwrap();
        assert_eq!(setup.servers.len(), 2);
    }
}
