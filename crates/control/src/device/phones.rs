//! What is typed where, phone by phone, in the words of each phone's own menus.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Server, Setup};
use crate::config::Transport;
use crate::protocol::Password;

/// A kind of phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Phone {
    /// Linphone, on computers and mobiles.
    Linphone,
    /// baresip.
    Baresip,
    /// MicroSIP, on Windows.
    Microsip,
    /// Zoiper 5.
    Zoiper,
    /// Groundwire and its sisters by Acrobits.
    Groundwire,
    /// Yealink desk phones.
    Yealink,
    /// Grandstream desk phones.
    Grandstream,
    /// Snom desk phones.
    Snom,
}

impl Phone {
    /// All of them.
    pub const ALL: [Phone; 8] = [
        Phone::Linphone,
        Phone::Baresip,
        Phone::Microsip,
        Phone::Zoiper,
        Phone::Groundwire,
        Phone::Yealink,
        Phone::Grandstream,
        Phone::Snom,
    ];

    /// Its maker's word for it.
    pub fn label(self) -> &'static str {
        match self {
            Phone::Linphone => "Linphone",
            Phone::Baresip => "baresip",
            Phone::Microsip => "MicroSIP",
            Phone::Zoiper => "Zoiper",
            Phone::Groundwire => "Groundwire",
            Phone::Yealink => "Yealink",
            Phone::Grandstream => "Grandstream",
            Phone::Snom => "Snom",
        }
    }

    /// As programs and the command line write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Phone::Linphone => "linphone",
            Phone::Baresip => "baresip",
            Phone::Microsip => "microsip",
            Phone::Zoiper => "zoiper",
            Phone::Groundwire => "groundwire",
            Phone::Yealink => "yealink",
            Phone::Grandstream => "grandstream",
            Phone::Snom => "snom",
        }
    }

    /// It runs on the laptop rather than beside it.
    fn is_on_the_laptop(self) -> bool {
        match self {
            Phone::Baresip | Phone::Microsip => true,
            Phone::Linphone
            | Phone::Zoiper
            | Phone::Groundwire
            | Phone::Yealink
            | Phone::Grandstream
            | Phone::Snom => false,
        }
    }
}

/// What to type into a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The way through its menus.
    pub menu: &'static str,
    /// What to type there, in this order.
    pub fields: Vec<Field>,
    /// No listener that such a phone reaches is open: what is shown is for a phone on this laptop.
    pub is_for_this_laptop_only: bool,
}

/// A field of a phone's menus. Its value may be a password: it is wiped when it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As the phone has it; empty for a line of a file.
    pub label: &'static str,
    /// What goes in.
    pub value: Zeroizing<String>,
}

/// What to type into `phone`; `None` where no listener is known. Without a password its place stays empty.
pub fn settings(setup: &Setup, phone: Phone, password: Option<&Password>) -> Option<Settings> {
    let server = server(&setup.servers, phone)?;
    let at = At { setup, server };
    let secret = password.map(Password::expose).unwrap_or_default();
    let (menu, fields) = at.typed(phone, secret);
    Some(Settings {
        menu,
        fields: fields
            .into_iter()
            .map(|(label, value)| Field {
                label,
                value: Zeroizing::new(value),
            })
            .collect(),
        is_for_this_laptop_only: server.address.ip().is_loopback() && !phone.is_on_the_laptop(),
    })
}

/// A phone on the laptop stays on it, any other comes over the LAN; of those the transport that every phone has.
fn server(servers: &[Server], phone: Phone) -> Option<Server> {
    let rank = |server: &&Server| {
        let is_where = server.address.ip().is_loopback() == phone.is_on_the_laptop();
        let transport = match server.transport {
            Transport::Udp => 0,
            Transport::Tcp => 1,
            Transport::Tls => 2,
            Transport::Ws => 3,
            Transport::Wss => 4,
        };
        (!is_where, transport)
    };
    servers
        .iter()
        .filter(|it| match it.transport {
            Transport::Udp | Transport::Tcp | Transport::Tls => true,
            // Browsers alone speak those.
            Transport::Ws | Transport::Wss => false,
        })
        .min_by_key(rank)
        .copied()
}

struct At<'a> {
    setup: &'a Setup,
    server: Server,
}

type Typed = (&'static str, Vec<(&'static str, String)>);

impl At<'_> {
    fn typed(&self, phone: Phone, password: &str) -> Typed {
        match phone {
            Phone::Linphone => self.linphone(password),
            Phone::Baresip => self.baresip(password),
            Phone::Microsip => self.microsip(password),
            Phone::Zoiper => self.zoiper(password),
            Phone::Groundwire => self.groundwire(password),
            Phone::Yealink => self.yealink(password),
            Phone::Grandstream => self.grandstream(password),
            Phone::Snom => self.snom(password),
        }
    }

    fn linphone(&self, password: &str) -> Typed {
        let fields = vec![
            ("Username", self.user()),
            ("Password", password.into()),
            ("Domain", self.host_port()),
            ("Display name", self.name()),
            ("Transport", self.upper()),
        ];
        ("Assistant → Use a SIP account", fields)
    }

    fn baresip(&self, password: &str) -> Typed {
        let (user, to) = (self.user(), self.host_port());
        let transport = self.server.transport.as_str();
        let line = format!("<sip:{user}@{to};transport={transport}>;auth_pass={password}");
        ("a line of ~/.baresip/accounts", vec![("", line)])
    }

    fn microsip(&self, password: &str) -> Typed {
        let fields = vec![
            ("Account Name", self.name()),
            ("SIP Server", self.host_port()),
            ("Username", self.user()),
            ("Domain", self.host_port()),
            ("Login", self.user()),
            ("Password", password.into()),
            ("Transport", self.upper()),
        ];
        ("Menu → Add Account…", fields)
    }

    fn zoiper(&self, password: &str) -> Typed {
        let fields = vec![
            ("Username / Login", self.user()),
            ("Password", password.into()),
            ("Hostname", self.host_port()),
            ("Transport", format!("SIP {}", self.upper())),
        ];
        ("Settings → Accounts → Add account", fields)
    }

    fn groundwire(&self, password: &str) -> Typed {
        let fields = vec![
            ("Title", self.name()),
            ("Username", self.user()),
            ("Password", password.into()),
            ("Domain", self.host_port()),
            ("Advanced Settings → Transport Protocol", self.upper()),
        ];
        ("Settings → Accounts → + → Generic SIP Account", fields)
    }

    fn yealink(&self, password: &str) -> Typed {
        let fields = vec![
            ("Line Active", "Enabled".into()),
            ("Label", self.name()),
            ("Register Name", self.user()),
            ("User Name", self.user()),
            ("Password", password.into()),
            ("SIP Server 1 → Server Host", self.host()),
            (
                "SIP Server 1 → Port",
                self.server.address.port().to_string(),
            ),
            ("SIP Server 1 → Transport", self.upper()),
        ];
        ("the phone's web page → Account → Register", fields)
    }

    fn grandstream(&self, password: &str) -> Typed {
        let fields = vec![
            ("Account Active", "Yes".into()),
            ("Account Name", self.name()),
            ("SIP Server", self.host_port()),
            ("SIP User ID", self.user()),
            ("Authenticate ID", self.user()),
            ("Authenticate Password", password.into()),
            (
                "SIP Settings → Basic Settings → SIP Transport",
                self.upper(),
            ),
        ];
        (
            "the phone's web page → Accounts → Account 1 → General Settings",
            fields,
        )
    }

    fn snom(&self, password: &str) -> Typed {
        let transport = self.server.transport.as_str();
        let fields = vec![
            ("Identity active", "on".into()),
            ("Displayname", self.name()),
            ("Account", self.user()),
            ("Password", password.into()),
            ("Registrar", self.host_port()),
            (
                "Outbound Proxy",
                format!("sip:{};transport={transport}", self.host_port()),
            ),
            ("Authentication Username", self.user()),
        ];
        ("the phone's web page → Identity 1 → Login", fields)
    }

    fn user(&self) -> String {
        self.setup.extension.clone()
    }

    fn name(&self) -> String {
        self.setup.name.clone()
    }

    fn upper(&self) -> String {
        self.server.transport.as_str().to_ascii_uppercase()
    }

    /// v6 in brackets, as in a URI.
    fn host(&self) -> String {
        match self.server.address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        }
    }

    /// The address stands for the domain: names of a home are in no DNS.
    fn host_port(&self) -> String {
        self.server.address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(servers: &[(Transport, &str)]) -> Setup {
        Setup {
            name: "desk".into(),
            extension: "101".into(),
            servers: servers
                .iter()
                .map(|(transport, address)| Server {
                    transport: *transport,
                    address: address.parse().unwrap(),
                })
                .collect(),
        }
    }

    fn both() -> Setup {
        setup(&[
            (Transport::Tcp, "127.0.0.1:5070"),
            (Transport::Udp, "127.0.0.1:5070"),
            (Transport::Tls, "192.168.1.5:5071"),
            (Transport::Udp, "192.168.1.5:5072"),
        ])
    }

    fn typed(phone: Phone) -> Vec<String> {
        let password = Password::from("c4nary");
        let settings = settings(&both(), phone, Some(&password)).unwrap();
        let fields = settings.fields.iter();
        let fields = fields.map(|it| format!("{}={}", it.label, it.value.as_str()));
        [settings.menu.to_owned()]
            .into_iter()
            .chain(fields)
            .collect()
    }

    #[test]
    fn every_phone_is_told_its_number_its_password_and_where_to_register() {
        for phone in Phone::ALL {
            let text = typed(phone).join("\n");
            for needed in ["101", "c4nary", "507"] {
                assert!(text.contains(needed), "{phone:?}: {text}");
            }
        }
    }

    #[test]
    fn a_desk_phone_comes_over_the_lan_and_a_program_on_the_laptop_stays_there() {
        assert_eq!(
            typed(Phone::Yealink),
            [
                "the phone's web page → Account → Register",
                "Line Active=Enabled",
                "Label=desk",
                "Register Name=101",
                "User Name=101",
                "Password=c4nary",
                "SIP Server 1 → Server Host=192.168.1.5",
                "SIP Server 1 → Port=5072",
                "SIP Server 1 → Transport=UDP",
            ]
        );
        assert_eq!(
            typed(Phone::Baresip),
            [
                "a line of ~/.baresip/accounts",
                "=<sip:101@127.0.0.1:5070;transport=udp>;auth_pass=c4nary"
            ]
        );
    }

    #[test]
    fn a_phone_that_reaches_no_listener_is_told_so() {
        let at_home_only = setup(&[(Transport::Udp, "127.0.0.1:5070")]);
        let of = |phone| settings(&at_home_only, phone, None).unwrap();
        assert!(of(Phone::Snom).is_for_this_laptop_only);
        assert!(!of(Phone::Microsip).is_for_this_laptop_only);
        assert_eq!(settings(&setup(&[]), Phone::Snom, None), None);
        let browsers = setup(&[(Transport::Wss, "127.0.0.1:5072")]);
        assert_eq!(settings(&browsers, Phone::Linphone, None), None);
    }

    #[test]
    fn an_address_of_ipv6_is_in_brackets() {
        let v6 = setup(&[(Transport::Tcp, "[2001:db8::5]:5070")]);
        let snom = settings(&v6, Phone::Snom, None).unwrap();
        let registrar = snom.fields.iter().find(|it| it.label == "Registrar");
        assert_eq!(registrar.unwrap().value.as_str(), "[2001:db8::5]:5070");
    }
}
