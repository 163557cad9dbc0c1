//! Bellhop at home: its config, and what its status says of a phone.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bellhop_tests_lab::namespace::Namespace;
use bellhop_tests_support::binary;
use bellhop_tests_support::engine::{Engine, PASSWORD};
use serde_json::Value;

use crate::lan::{GATEWAY_MAC, LAPTOP, SUBNET};

/// Longest wait for what takes a moment on an idle machine.
pub(crate) const LONG: Duration = Duration::from_secs(40);
const GLANCE: Duration = Duration::from_millis(30);
/// The listeners of the home network.
const LISTENERS: [(Over, u16); 5] = [
    (Over::Udp, 5060),
    (Over::Tcp, 5060),
    (Over::Tls, 5061),
    (Over::Ws, 5080),
    (Over::Wss, 5443),
];

/// A transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Udp,
    Tcp,
    Tls,
    Ws,
    Wss,
}

impl Over {
    /// As config and status have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Over::Udp => "udp",
            Over::Tcp => "tcp",
            Over::Tls => "tls",
            Over::Ws => "ws",
            Over::Wss => "wss",
        }
    }

    /// Where it is listened to in the home network.
    pub(crate) fn at_home(self) -> SocketAddr {
        let port = LISTENERS.iter().find(|(over, _)| *over == self);
        SocketAddr::from((LAPTOP, port.map_or(0, |(_, port)| *port)))
    }

    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Over> {
        LISTENERS.into_iter().map(|(over, _)| over)
    }
}

/// A contact of a phone, as the status shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) uri: String,
    pub(crate) source: SocketAddr,
    pub(crate) transport: String,
    pub(crate) agent: String,
    pub(crate) expires_at: String,
    pub(crate) reachable: Option<bool>,
}

/// For phones that stumble over a challenge of another algorithm.
pub(crate) const MD5_ALONE: &str = "digest = [\"MD5\"]\n";

/// The config of a home: phones `101`, `102`, … with one password, and listeners at loopback. `more` are lines of `[home]`, and tables.
pub(crate) fn config(phones: u32, more: &str) -> String {
    let mut text = format!(
        "[home]\nenabled = true\nmin_expires = 1\nlisten = [\"udp:127.0.0.1:5070\", \"tcp:127.0.0.1:5070\"]\n{more}"
    );
    for number in 1..=phones {
        let _ = write!(
            text,
            "[[device]]\nname = \"phone{number}\"\nextension = \"{}\"\npassword = {{ file = \"secret\" }}\n",
            100 + number
        );
    }
    text
}

/// The table that makes the home network one.
pub(crate) fn network() -> String {
    let listen: Vec<String> = LISTENERS
        .iter()
        .map(|(over, port)| format!("\"{}:{port}\"", over.name()))
        .collect();
    format!(
        "[[home.network]]\ngateway_mac = \"{GATEWAY_MAC}\"\nsubnet = \"{SUBNET}\"\nlisten = [{}]\n",
        listen.join(", ")
    )
}

/// A running Bellhop.
pub(crate) struct House(Engine);

impl House {
    /// Starts it and waits until its listeners are open in the home network. `more` are lines of `[home]`.
    pub(crate) fn at_home(laptop: &Namespace, phones: u32, more: &str) -> Result<House> {
        let house = House::start(laptop, &config(phones, &format!("{more}{}", network())))?;
        house.wait_until_home()?;
        Ok(house)
    }

    /// Starts it with any config.
    pub(crate) fn start(laptop: &Namespace, toml: &str) -> Result<House> {
        let program = program()?;
        laptop.inside(|| Engine::start(&program, toml)).map(House)
    }

    /// It has not ended.
    pub(crate) fn is_running(&mut self) -> Result<()> {
        ensure!(self.0.is_running()?, "it has ended: {}", self.0.stderr()?);
        Ok(())
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0
    }

    /// The password of every phone.
    pub(crate) fn password(&self) -> &'static str {
        PASSWORD
    }

    /// What `status --json` says of the home.
    pub(crate) fn home(&self) -> Result<Value> {
        let status = self.0.status()?;
        status
            .get("home")
            .cloned()
            .context("the status has no home")
    }

    /// Waits until the home looks so.
    pub(crate) fn wait(&self, what: &str, looks_so: impl Fn(&Value) -> bool) -> Result<Value> {
        let end = Instant::now() + LONG;
        loop {
            let home = self.home()?;
            if looks_so(&home) {
                return Ok(home);
            }
            if Instant::now() > end {
                bail!("{what} does not come: {home}");
            }
            thread::sleep(GLANCE);
        }
    }

    pub(crate) fn wait_until_home(&self) -> Result<Value> {
        self.wait("an open listener at home", |home| {
            Over::all().all(|over| listens(home, &format!("{}:{}", over.name(), over.at_home())))
        })
    }

    /// The contacts of the first phone.
    pub(crate) fn contacts(&self) -> Result<Vec<Contact>> {
        contacts(&self.home()?, 0)
    }

    /// Waits for contacts of the first phone that look so.
    pub(crate) fn wait_for_contacts(
        &self,
        what: &str,
        look_so: impl Fn(&[Contact]) -> bool,
    ) -> Result<Vec<Contact>> {
        let home = self.wait(what, |home| {
            contacts(home, 0).is_ok_and(|contacts| look_so(&contacts))
        })?;
        contacts(&home, 0)
    }

    /// The certificate that its TLS listeners show, for phones that check it, without its key.
    pub(crate) fn certificate(&self) -> Result<String> {
        let text = fs::read_to_string(self.0.state_dir().join("home-tls.pem"))?;
        let begin = text.find("-----BEGIN CERTIFICATE-----");
        let end = text.find("-----END CERTIFICATE-----");
        let (begin, end) = begin.zip(end).context("no certificate")?;
        let end = end + "-----END CERTIFICATE-----".len();
        Ok(format!("{}\n", text.get(begin..end).context("no text")?))
    }

    /// The same as a file.
    pub(crate) fn certificate_file(&self) -> Result<PathBuf> {
        let file = self.0.directory().join("certificate.pem");
        fs::write(&file, self.certificate()?)?;
        Ok(file)
    }
}

/// Whether the home listens there.
pub(crate) fn listens(home: &Value, listener: &str) -> bool {
    let open = home.get("listening").and_then(Value::as_array);
    open.is_some_and(|open| open.iter().any(|it| it.as_str() == Some(listener)))
}

/// The contacts of a phone, by its place in the config.
pub(crate) fn contacts(home: &Value, phone: usize) -> Result<Vec<Contact>> {
    let device = home
        .pointer(&format!("/devices/{phone}"))
        .context("no such phone")?;
    let listed = device.get("contacts").and_then(Value::as_array);
    let contacts = listed
        .context("no contacts")?
        .iter()
        .map(contact)
        .collect::<Result<Vec<Contact>>>()?;
    let online = device.get("online").and_then(Value::as_bool);
    ensure!(
        online
            .is_some_and(|online| online || contacts.iter().all(|it| it.reachable == Some(false))),
        "a phone with contacts is not online: {device}"
    );
    Ok(contacts)
}

fn contact(value: &Value) -> Result<Contact> {
    let text = |key: &str| {
        let found = value.get(key).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    Ok(Contact {
        uri: text("contact"),
        source: text("source").parse().context("a contact's source")?,
        transport: text("transport"),
        agent: text("user_agent"),
        expires_at: text("expires_at"),
        reachable: value.get("reachable").and_then(Value::as_bool),
    })
}

/// The program under test, or why there is none.
pub(crate) fn program() -> Result<PathBuf> {
    match std::env::var(crate::runner::NO_BINARY) {
        Ok(why) => bail!(why),
        Err(_) => binary::bellhop(),
    }
}
