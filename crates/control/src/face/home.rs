//! A phone at home in the words that tray and window use. Pure functions of the snapshot.

use crate::catalogue::text;
use crate::snapshot::{Device, DeviceContact};
use crate::timestamp::Timestamp;

/// "online since 14:02", "last seen yesterday 14:02", "offline", or why it can't register. `moment` says when something was, in words.
pub fn stands(device: &Device, mut moment: impl FnMut(Timestamp) -> String) -> String {
    let mut at = |id, when| text(id, &[("at", &moment(when))]);
    match (&device.error, device.online, device.since, device.last_seen) {
        (Some(error), _, _, _) => error.message.clone(),
        (None, true, Some(since), _) => at("home-online_since", since),
        (None, true, None, _) => text("home-online", &[]),
        (None, false, _, Some(seen)) => at("home-last_seen", seen),
        (None, false, _, None) => text("home-offline", &[]),
    }
}

/// The binding that speaks for the phone: of several the first that is not known to be dead.
pub fn foremost(device: &Device) -> Option<&DeviceContact> {
    let alive = |contact: &&DeviceContact| contact.reachable != Some(false);
    let mut contacts = device.contacts.iter();
    contacts.find(alive).or_else(|| device.contacts.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Code, Error};

    #[test]
    fn says_how_a_phone_is_and_since_when() {
        let at = |time: &str| Timestamp::parse(&format!("2026-11-23T{time}Z")).ok();
        let says = |device: &Device| stands(device, |_| "14:02".into());
        let mut device = Device::default();
        assert_eq!(says(&device), "offline");
        device.last_seen = at("14:02:00");
        assert_eq!(says(&device), "last seen 14:02");
        device.online = true;
        assert_eq!(says(&device), "online");
        device.since = at("14:02:00");
        assert_eq!(says(&device), "online since 14:02");
        let missing = Error::new(Code::DevicePasswordMissing, [("device", "desk")]);
        device.error = Some(missing.clone());
        assert_eq!(says(&device), missing.message);
    }

    #[test]
    fn a_binding_that_is_dead_speaks_for_no_phone_that_has_another() {
        let contact = |contact: &str, reachable| DeviceContact {
            contact: contact.into(),
            source: String::new(),
            user_agent: None,
            expires_at: Timestamp::parse("2026-11-23T14:02:00Z").unwrap(),
            transport: "udp".into(),
            reachable,
            rtt_ms: None,
        };
        let mut device = Device {
            contacts: vec![contact("dead", Some(false)), contact("alive", None)],
            ..Device::default()
        };
        assert_eq!(foremost(&device).unwrap().contact, "alive");
        device.contacts.truncate(1);
        assert_eq!(foremost(&device).unwrap().contact, "dead");
        device.contacts.clear();
        assert_eq!(foremost(&device), None);
    }
}
