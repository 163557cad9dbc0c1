//! What can be wrong with the phones at home and with what lets them in.

use std::fs::{self, File, OpenOptions};
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use bellhop_tests_support::engine::Engine;
use nix::unistd::Uid;
use serde_json::{Value, json};

use crate::phone;
use crate::proof::{Proof, bellhop};
use crate::talk::{refused, registered};

const SOON: Duration = Duration::from_secs(20);

pub(crate) fn no_such_device() -> Result<Proof> {
    let (_registrar, engine) = registered()?;
    refused(
        &engine,
        &json!({ "ask": "remove_device", "device": "nobody" }),
    )
}

pub(crate) fn no_such_network() -> Result<Proof> {
    let (_registrar, engine) = registered()?;
    refused(
        &engine,
        &json!({ "ask": "forget_home", "network": "10.0.0.0/8" }),
    )
}

/// A code is for phones of the home network, and there is none.
pub(crate) fn not_at_home() -> Result<Proof> {
    let port = free_port()?;
    let engine = Engine::start(bellhop(), &config(port, "secret"))?;
    let request = json!({
        "ask": "provision", "device": "desk", "password": "made for it", "token": "a".repeat(32),
    });
    refused(&engine, &request)
}

pub(crate) fn home_unknown() -> Result<Proof> {
    let alone = Alone::new()?;
    let engine = alone.start("")?;
    refused(&engine, &json!({ "ask": "home_here" }))
}

pub(crate) fn device_password_missing() -> Result<Proof> {
    let engine = Engine::start(bellhop(), &config(free_port()?, "nothing"))?;
    told(&engine, "/home/devices/0/error")
}

/// A phone that calls itself something else each time.
pub(crate) fn contacts_full() -> Result<Proof> {
    let port = free_port()?;
    let config = config(port, "secret").replace("[[device]]", "max_contacts = 1\n[[device]]");
    let engine = Engine::start(bellhop(), &config)?;
    for contact in ["sip:101@192.0.2.1", "sip:101@192.0.2.2"] {
        phone::register(port, contact)?;
    }
    told(&engine, "/home/devices/0/error")
}

pub(crate) fn port_taken() -> Result<Proof> {
    let holder = UdpSocket::bind("127.0.0.1:0")?;
    let engine = Engine::start(bellhop(), &config(holder.local_addr()?.port(), "secret"))?;
    told(&engine, "/home/problems/0/error")
}

/// Where not even the loopback is up, no address can be had.
pub(crate) fn listener_unusable() -> Result<Proof> {
    let alone = Alone::new()?;
    // An address that is there only when the loopback interface is up.
    let config = config(free_port()?, "secret").replace("127.0.0.1", "[::1]");
    let engine = alone.start(&config)?;
    told(&engine, "/home/problems/0/error")
}

/// Bellhop where there is no network at all.
struct Alone(tempfile::TempDir);

impl Alone {
    fn new() -> Result<Alone> {
        let directory = tempfile::tempdir()?;
        let program = directory.path().join("bellhop");
        // The account stays the same, or the control socket would be a stranger's.
        let user = if Uid::effective().is_root() {
            ""
        } else {
            "--map-current-user "
        };
        let script = format!(
            "#!/bin/sh\nexec unshare {user}--net \"{}\" \"$@\"\n",
            bellhop().display()
        );
        fs::write(&program, script)?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        Ok(Alone(directory))
    }

    fn start(&self, toml: &str) -> Result<Engine> {
        Engine::start(&self.0.path().join("bellhop"), toml)
    }
}

pub(crate) fn certificate_unusable() -> Result<Proof> {
    let port = free_port()?;
    let toml = format!(
        "[home]\nenabled = true\nlisten = [\"tls:127.0.0.1:{port}\"]\ncertificate = {{ chain = \"nothing\", key = \"nothing\" }}\n"
    );
    let engine = Engine::start(bellhop(), &toml)?;
    told(&engine, "/home/problems/0/error")
}

/// What an earlier run left is no longer readable.
pub(crate) fn store_unusable() -> Result<Proof> {
    store(|file| {
        fs::write(file, "half of i")?;
        Ok(File::open(file)?)
    })
}

/// Another program holds it.
pub(crate) fn store_unwritable() -> Result<Proof> {
    store(|file| {
        let held = OpenOptions::new().read(true).write(true).open(file)?;
        held.lock()?;
        Ok(held)
    })
}

fn store(spoil: impl FnOnce(&Path) -> Result<File>) -> Result<Proof> {
    let mut engine = Engine::start(bellhop(), &config(free_port()?, "secret"))?;
    engine.stop()?;
    let file = engine.state_dir().join("home.redb");
    let spoilt = spoil(&file)?;
    engine.start_again()?;
    let proof = told(&engine, "/home/store");
    drop(spoilt);
    proof
}

fn config(port: u16, secret: &str) -> String {
    format!(
        "[home]\nenabled = true\nlisten = [\"udp:127.0.0.1:{port}\"]\n[[device]]\nname = \"desk\"\nextension = \"101\"\npassword = {{ file = \"{secret}\" }}\n"
    )
}

fn free_port() -> Result<u16> {
    Ok(UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// What the status says there, as soon as it does.
fn told(engine: &Engine, place: &str) -> Result<Proof> {
    let end = Instant::now() + SOON;
    loop {
        let status = engine.status()?;
        match status.pointer(place) {
            Some(error) if *error != Value::Null => return Ok(Proof::Object(error.clone())),
            _ if Instant::now() > end => {
                let home = status.get("home").context("no home")?;
                anyhow::bail!("nothing at {place}: {home}")
            }
            _ => thread::sleep(Duration::from_millis(50)),
        }
    }
}
