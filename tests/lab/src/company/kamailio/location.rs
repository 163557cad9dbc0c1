//! What Kamailio holds: its answer to `ul.dump`.

use crate::company::Binding;

/// The contacts of a user that calls would still go to.
pub(super) fn bindings(dump: &str, user: &str) -> Vec<Binding> {
    let mut found = Vec::new();
    let mut ours = false;
    for line in dump.lines() {
        let Some((name, value)) = line.trim().split_once(": ") else {
            continue;
        };
        let value = value.trim();
        match name {
            "AoR" => ours = value.split('@').next() == Some(user),
            "Address" if ours => found.push(Binding {
                address: value.to_owned(),
                ..Binding::default()
            }),
            _ if ours => {
                if let Some(binding) = found.last_mut() {
                    fill(binding, name, value);
                }
            }
            _ => {}
        }
    }
    found.retain(|binding| binding.expires > 0);
    found
}

fn fill(binding: &mut Binding, name: &str, value: &str) {
    match name {
        "Received" => {
            let received = value.strip_prefix("sip:");
            binding.received = received.and_then(|received| received.parse().ok());
        }
        "Expires" => binding.expires = value.parse().unwrap_or_default(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "
            AoRs: {
                Info: {
                    AoR: floor
                    Contacts: {
                        Contact: {
                            Address: sip:floor@172.20.10.2:40000
                            Expires: 100
                        }
                    }
                }
                Info: {
                    AoR: tina
                    Contacts: {
                        Contact: {
                            Address: sip:tina@192.168.1.23:38175;ob
                            Expires: 3581
                            Received: sip:198.51.100.2:20192
                            Path: [not set]
                            Instance: <urn:uuid:1>
                        }
                        Contact: {
                            Address: sip:tina@192.168.1.23:5
                            Expires: expired
                        }
                    }
                }
            }";

    #[test]
    fn the_live_contacts_of_one_user_are_read() {
        let found = bindings(DUMP, "tina");
        let received = Some("198.51.100.2:20192".parse().unwrap());
        let address = "sip:tina@192.168.1.23:38175;ob".to_owned();
        assert_eq!(
            found,
            [Binding {
                address,
                received,
                expires: 3581,
            }]
        );
    }

    #[test]
    fn a_user_who_is_not_there_has_none() {
        assert_eq!(bindings(DUMP, "tin"), []);
    }
}
