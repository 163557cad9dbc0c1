//! Other people's phones: each registers, registers anew and takes itself off, over every transport that it has.

mod baresip;
mod linphone;
mod pjsip;
mod sipp;
pub(crate) mod web_socket;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bellhop_tests_lab::namespace::Namespace;
use bellhop_tests_lab::process::Process;
use bellhop_tests_support::started::comes_within;
use tempfile::TempDir;

use crate::house::{Contact, House, LONG, MD5_ALONE, Over};
use crate::lan::{Lan, address};
use crate::nat;
use crate::runner::Trials;

pub(crate) use pjsip::Pjsip;

/// The last byte of a phone's address.
const PHONE: u8 = 31;
/// The number of the phone, in every trial the first.
pub(crate) const USER: &str = "101";

/// What a phone needs to know, and where it is.
pub(crate) struct Socket<'a> {
    pub(crate) host: &'a Namespace,
    pub(crate) over: Over,
    pub(crate) password: &'a str,
    /// Whom it trusts over TLS.
    pub(crate) authority: PathBuf,
}

/// A phone that is running, and what it says of itself.
trait Phone {
    /// It says that it is registered, for the first time or since that was asked last.
    fn is_registered(&mut self) -> Result<bool>;
    /// It shall register anew now, if it can be told; else it does so by itself before its binding ends.
    fn refresh(&mut self) -> Result<()>;
    /// It shall take itself off, and says that it did.
    fn unregister(&mut self) -> Result<()>;
    /// What it wrote, for whoever wants to know why.
    fn words(&self) -> String;
}

/// A kind of phone.
struct Kind {
    name: &'static str,
    /// How its User-Agent begins.
    agent: &'static str,
    /// What the home has to be like.
    home: &'static str,
    over: &'static [Over],
    /// Behind a NAT its Contact is what the registrar saw of it (RFC 3581 §4); others name their own address.
    sees_through: bool,
    start: fn(&Socket<'_>) -> Result<Box<dyn Phone>>,
}

const KINDS: [Kind; 5] = [
    Kind {
        name: "baresip",
        agent: "baresip ",
        // 1.0 gives up at the first challenge that is not MD5.
        home: MD5_ALONE,
        over: &[Over::Udp, Over::Tcp, Over::Tls],
        sees_through: false,
        start: baresip::start,
    },
    Kind {
        name: "linphone",
        // The daemon does not say more.
        agent: "Unknown",
        home: "",
        over: &[Over::Udp, Over::Tcp, Over::Tls],
        sees_through: true,
        start: linphone::start,
    },
    Kind {
        name: "pjsip",
        agent: "PJSIP ",
        home: "",
        over: &[Over::Udp, Over::Tcp, Over::Tls],
        sees_through: true,
        start: pjsip::start,
    },
    Kind {
        name: "sipp",
        agent: "SIPp",
        home: MD5_ALONE,
        over: &[Over::Udp, Over::Tcp],
        sees_through: false,
        start: sipp::start,
    },
    Kind {
        name: "a_web_socket",
        agent: "tungstenite",
        home: "",
        over: &[Over::Ws, Over::Wss],
        sees_through: false,
        start: web_socket::start,
    },
];

/// Two trials for each phone and transport: in the home network, and in one behind it.
pub(crate) fn add(trials: &mut Trials) {
    for kind in &KINDS {
        for &over in kind.over {
            let name = |whence: &str| {
                format!(
                    "{}_registers_refreshes_and_unregisters{whence}_over_{}",
                    kind.name,
                    over.name()
                )
            };
            trials.add(&name(""), move || at_home(kind, over));
            trials.add(&name("_from_behind_a_nat"), move || {
                behind_a_nat(kind, over)
            });
        }
    }
}

fn at_home(kind: &Kind, over: Over) -> Result<()> {
    let (lan, laptop) = Lan::with_laptop()?;
    let host = lan.host("the phone", PHONE)?;
    let house = House::at_home(&laptop, 1, kind.home)?;
    comes_and_goes(kind, over, &house, &host, |contact| {
        contact.source.ip() == address(PHONE)
    })
}

fn behind_a_nat(kind: &Kind, over: Over) -> Result<()> {
    let (lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 1, kind.home)?;
    let (_router, host) = nat::behind(&lan)?;
    comes_and_goes(kind, over, &house, &host, |contact| {
        nat::is_through(contact)
            && if kind.sees_through {
                contact.uri.contains(&format!("@{}", contact.source))
            } else {
                nat::is_private(contact)
            }
    })
}

/// The life of a phone, whose contact has to look as it does from there.
fn comes_and_goes(
    kind: &Kind,
    over: Over,
    house: &House,
    host: &Namespace,
    fits: impl Fn(&Contact) -> bool,
) -> Result<()> {
    let socket = Socket {
        host,
        over,
        password: house.password(),
        authority: house.certificate_file()?,
    };
    let mut phone = (kind.start)(&socket)?;
    let lives = live(kind, over, house, phone.as_mut(), fits);
    lives.with_context(|| format!("the phone says:\n{}", phone.words()))
}

fn live(
    kind: &Kind,
    over: Over,
    house: &House,
    phone: &mut dyn Phone,
    fits: impl Fn(&Contact) -> bool,
) -> Result<()> {
    let there = |contacts: &[Contact]| contacts.iter().any(&fits);
    let first = house.wait_for_contacts("a registration", there)?;
    let contact = the_only(&first)?.clone();
    ensure!(contact.transport == over.name(), "{contact:?}");
    ensure!(contact.agent.starts_with(kind.agent), "{contact:?}");
    ensure!(contact.uri.starts_with("sip:"), "{contact:?}");
    comes_within(LONG, "what the phone says of it", || phone.is_registered())?;
    phone.refresh()?;
    let later = |contacts: &[Contact]| {
        contacts
            .iter()
            .any(|it| it.uri == contact.uri && it.expires_at > contact.expires_at)
    };
    let second = house.wait_for_contacts("a refresh", later)?;
    let second = the_only(&second)?;
    ensure!(second.source == contact.source, "{second:?}");
    phone.unregister()?;
    house.wait_for_contacts("a goodbye", <[Contact]>::is_empty)?;
    Ok(())
}

fn the_only(contacts: &[Contact]) -> Result<&Contact> {
    let [contact] = contacts else {
        anyhow::bail!("one contact is expected: {contacts:?}");
    };
    Ok(contact)
}

/// A phone's process with its files.
pub(crate) struct Program {
    _process: Process,
    stdin: Option<ChildStdin>,
    pub(crate) folder: TempDir,
}

impl Program {
    /// Starts it on the phone's host; what it writes goes to a file.
    pub(crate) fn start(
        host: &Namespace,
        folder: TempDir,
        command: &mut Command,
    ) -> Result<Program> {
        let output = File::create(folder.path().join("output"))?;
        command
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output);
        let mut child: Child = host.inside(|| command.spawn().context("starting a phone"))?;
        let stdin = child.stdin.take();
        Ok(Program {
            _process: Process::new(child),
            stdin,
            folder,
        })
    }

    /// Types a line.
    pub(crate) fn says(&mut self, line: &str) -> Result<()> {
        use std::io::Write as _;
        let stdin = self.stdin.as_mut().context("it has no standard input")?;
        writeln!(stdin, "{line}")?;
        Ok(())
    }

    /// What it wrote.
    pub(crate) fn output(&self) -> String {
        read(&self.folder.path().join("output"))
    }

    /// Waits until it wrote this so many times.
    pub(crate) fn wait_for(&self, words: &str, times: usize) -> Result<()> {
        comes_within(LONG, words, || {
            Ok(self.output().matches(words).count() >= times)
        })
    }
}

fn read(file: &Path) -> String {
    let bytes = fs::read(file).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A folder for a phone's files.
pub(crate) fn folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new()
        .prefix("bellhop-phone-")
        .tempdir()?)
}

/// Waits for a process's own end.
pub(crate) fn ended(process: &mut Process, limit: Duration) -> Result<std::process::ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = process.has_ended()? {
            return Ok(status);
        }
        ensure!(Instant::now() < end, "it does not end");
        std::thread::sleep(Duration::from_millis(50));
    }
}
