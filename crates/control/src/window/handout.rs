//! What a phone is told once: its password, and where each kind of phone wants what.
//!
//! The window's process makes password and token, as the command line does; the page shows them, and they are nowhere else.

use serde::{Deserialize, Serialize};

use crate::device::{Phone, Settings, Setup, settings};
use crate::error::Error;
use crate::protocol::{DeviceSettings, Password, Reply};

/// What the page asks about a phone at home; all of it ends with something to type in. The answer is [`DeviceReply`], or the engine's refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum DeviceRequest {
    /// A new phone, with a password made for it.
    Add {
        /// What the config is to say.
        settings: DeviceSettings,
    },
    /// Another password for a phone that there is; the old one ends.
    NewPassword {
        /// Its name.
        device: String,
    },
    /// What was handed out a moment ago, as it is now: for another listener, or another code.
    Again {
        /// Its name.
        device: String,
        /// As it was handed out.
        password: Password,
        /// This network was just said to be home: what opens then is waited for.
        at_home: bool,
    },
}

/// What the page is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum WindowReply {
    /// By engine or desktop.
    Engine(Box<Reply>),
    /// By the window's process.
    Device(DeviceReply),
}

/// What the window's process answers by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum DeviceReply {
    /// It is stored, and this is to be typed into the phone.
    Handout {
        /// All of it.
        handout: Box<Handout>,
    },
}

/// What a phone is told. It holds the password, wherever its texts are of that type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Handout {
    /// Name of the phone.
    pub device: String,
    /// Whom it logs in as, and what the others dial.
    pub extension: String,
    /// Its password.
    pub password: Password,
    /// Where it may register, as `udp:192.168.1.5:5070`; none while no listener is open.
    pub servers: Vec<String>,
    /// What to type into each kind of phone.
    pub phones: Vec<PhoneSettings>,
    /// Codes for Linphone: one for each home network that this machine is in.
    pub codes: Vec<QrCode>,
    /// Why there is no code.
    pub no_code: Option<Error>,
}

/// What to type into one kind of phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PhoneSettings {
    /// Which.
    pub phone: Phone,
    /// Its maker's word for it.
    pub name: String,
    /// The way through its menus.
    pub menu: String,
    /// What to type there, in this order.
    pub fields: Vec<PhoneField>,
    /// No listener that such a phone reaches is open: it would have to be on this laptop.
    pub is_for_this_laptop_only: bool,
}

/// A field of a phone's menus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PhoneField {
    /// As the phone has it; empty for a line of a file.
    pub label: String,
    /// What goes in.
    pub value: Password,
}

/// A QR code, drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QrCode {
    /// What it says: an address under which the settings are found once.
    pub address: Password,
    /// Length of a side, in modules, with the quiet zone.
    pub size: u16,
    /// The dark modules, as an SVG path.
    pub path: Password,
    /// For so long.
    pub minutes: u32,
}

impl Handout {
    /// For a phone that registers as `setup` says; without codes.
    pub fn of(setup: &Setup, password: &Password) -> Handout {
        let typed = |phone: &Phone| {
            let settings = settings(setup, *phone, Some(password))?;
            Some(PhoneSettings::of(*phone, &settings))
        };
        let servers = setup.servers.iter();
        Handout {
            device: setup.name.clone(),
            extension: setup.extension.clone(),
            password: password.clone(),
            servers: servers
                .map(|it| format!("{}:{}", it.transport.as_str(), it.address))
                .collect(),
            phones: Phone::ALL.iter().filter_map(typed).collect(),
            codes: Vec::new(),
            no_code: None,
        }
    }
}

impl PhoneSettings {
    fn of(phone: Phone, settings: &Settings) -> PhoneSettings {
        let fields = settings.fields.iter();
        PhoneSettings {
            phone,
            name: phone.label().to_owned(),
            menu: settings.menu.to_owned(),
            fields: fields
                .map(|field| PhoneField {
                    label: field.label.to_owned(),
                    value: Password::from(field.value.as_str()),
                })
                .collect(),
            is_for_this_laptop_only: settings.is_for_this_laptop_only,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Transport;
    use crate::device::Server;

    fn handout() -> Handout {
        let setup = Setup {
            name: "desk".into(),
            extension: "101".into(),
            servers: vec![Server {
                transport: Transport::Udp,
                address: "192.168.1.5:5070".parse().unwrap(),
            }],
        };
        Handout::of(&setup, &"c4nary".into())
    }

    #[test]
    fn every_kind_of_phone_is_told_and_the_password_shows_itself_in_no_log() {
        let handout = handout();
        let names: Vec<&str> = handout.phones.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(
            names.join(" "),
            "Linphone baresip MicroSIP Zoiper Groundwire Yealink Grandstream Snom"
        );
        assert_eq!(handout.servers, ["udp:192.168.1.5:5070"]);
        for phone in &handout.phones {
            let mut values = phone.fields.iter().map(|it| it.value.expose());
            assert!(values.any(|it| it.contains("c4nary")), "{}", phone.name);
        }
        assert!(!format!("{handout:?}").contains("c4nary"));
    }

    #[test]
    fn the_page_tells_a_handout_from_what_the_engine_says() {
        let reply = WindowReply::Device(DeviceReply::Handout {
            handout: Box::new(handout()),
        });
        let json = serde_json::to_value(&reply).unwrap();
        assert_eq!(json["reply"], "handout");
        assert_eq!(json["handout"]["password"], "c4nary");
        let done = serde_json::to_value(WindowReply::Engine(Box::new(Reply::Done))).unwrap();
        assert_eq!(done["reply"], "done");
    }
}
