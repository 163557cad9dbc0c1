//! What Asterisk holds: its answer to `database show registrar`.

use std::time::SystemTime;

use serde_json::Value;

use crate::company::Binding;

/// Asterisk's note of what a Contact that it rewrote was before.
const ORIGINAL: &str = ";x-ast-orig-host=";

/// The contacts of a user that calls would still go to at `now`.
pub(super) fn bindings(database: &str, user: &str, now: SystemTime) -> Vec<Binding> {
    let now = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        });
    let ours = format!("/registrar/contact/{user};@");
    let contacts = database
        .lines()
        .filter_map(|line| line.strip_prefix(&ours)?.split_once(": "));
    contacts
        .filter_map(|(_, contact)| binding(&serde_json::from_str(contact).ok()?, now))
        .filter(|binding| binding.expires > 0)
        .collect()
}

fn binding(contact: &Value, now: i64) -> Option<Binding> {
    let text = |name: &str| contact.get(name).and_then(Value::as_str);
    let ends: i64 = text("expiration_time")?.parse().ok()?;
    let stored = text("uri")?;
    Some(Binding {
        address: as_written(stored),
        received: host(stored).and_then(|host| host.parse().ok()),
        expires: ends - now,
    })
}

/// The Contact as it was before Asterisk rewrote it.
fn as_written(stored: &str) -> String {
    let restored = || {
        let (uri, original) = stored.split_once(ORIGINAL)?;
        Some(uri.replacen(host(uri)?, original, 1))
    };
    restored().unwrap_or_else(|| stored.to_owned())
}

/// Host and port of a URI.
fn host(uri: &str) -> Option<&str> {
    uri.split_once('@')?.1.split(';').next()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DATABASE: &str = r#"/registrar/contact/tina;@84af: {"via_addr":"192.168.1.23","uri":"sip:tina@198.51.100.2:37191;ob;x-ast-orig-host=192.168.1.23:555","expiration_time":"1060"}
/registrar/contact/tina;@84b0: {"uri":"sip:tina@172.20.10.2:1","expiration_time":"900"}
/registrar/contact/tinas;@84b1: {"uri":"sip:tinas@172.20.10.2:1","expiration_time":"1060"}
3 results found."#;

    #[test]
    fn the_live_contacts_of_one_user_are_read() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let received = Some("198.51.100.2:37191".parse().unwrap());
        let address = "sip:tina@192.168.1.23:555;ob".to_owned();
        let expected = Binding {
            address,
            received,
            expires: 60,
        };
        assert_eq!(bindings(DATABASE, "tina", now), [expected]);
    }
}
