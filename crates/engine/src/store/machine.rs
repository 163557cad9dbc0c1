//! Which machine this is, so that a cloned disk does not fight with its original over one registration.

use std::fs;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// machine-id(5): "should not be exposed", so only a hash with a salt of our own is kept.
const SALT: &[u8] = b"bellhop instance 1\0";

/// What the instance file is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Machine {
    /// Salted hash of the machine-id, hex.
    Id(String),
    /// This machine has no machine-id: a random name that is kept.
    Random(String),
}

impl Machine {
    /// This machine. `fallback` is its name if it has no machine-id.
    pub(crate) fn here(fallback: impl FnOnce() -> String) -> Machine {
        ["/etc/machine-id", "/var/lib/dbus/machine-id"]
            .iter()
            .find_map(|path| {
                fs::read_to_string(path)
                    .ok()
                    .and_then(|text| Machine::of(&text))
            })
            .unwrap_or_else(|| Machine::Random(fallback()))
    }

    /// None for an empty file or `uninitialized`, which machine-id(5) allows early in a first boot.
    fn of(machine_id: &str) -> Option<Machine> {
        let id = machine_id.trim();
        if id.is_empty() || id == "uninitialized" {
            return None;
        }
        let hash = Sha256::new()
            .chain_update(SALT)
            .chain_update(id.as_bytes())
            .finalize();
        Some(Machine::Id(
            hash.iter()
                .take(16)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        ))
    }

    /// False only when both are known and differ: then the file was copied from elsewhere.
    pub(crate) fn may_be(&self, kept: &Machine) -> bool {
        match (self, kept) {
            (Machine::Id(here), Machine::Id(there)) => here == there,
            (Machine::Random(_), _) | (_, Machine::Random(_)) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_id_itself_is_not_kept() {
        let id = "0123456789abcdef0123456789abcdef";
        let Some(Machine::Id(hash)) = Machine::of(&format!("{id}\n")) else {
            panic!("no id")
        };
        assert_eq!(hash.len(), 32);
        assert!(!hash.contains(&id[..8]));
    }

    #[test]
    fn only_two_different_ids_are_two_machines() {
        let id = |text: &str| Machine::of(text).unwrap();
        let random = Machine::Random("r".into());
        assert!(id("a").may_be(&id("a")));
        assert!(!id("a").may_be(&id("b")));
        assert!(
            id("a").may_be(&random)
                && random.may_be(&id("a"))
                && random.may_be(&Machine::Random("s".into()))
        );
        assert_eq!(Machine::of("uninitialized\n"), None);
    }
}
