//! SIPVicious on the home network: it finds nothing, and is banned. Whoever is elsewhere notices nothing.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bellhop_tests_lab::namespace::Namespace;
use serde_json::Value;
use tempfile::TempDir;

use crate::client::{self, Carrier as _, Client};
use crate::house::{House, MD5_ALONE, Over};
use crate::lan::{LAPTOP, Lan, address};
use crate::python;
use crate::runner::Trials;

const SCANNER: u8 = 66;
const OTHER: u8 = 67;
/// It gives up on a silent target before that.
const PATIENCE: Duration = Duration::from_secs(60);

const SVMAP: [&str; 2] = ["-m", "sipvicious.svmap"];
/// What svmap says of whoever answers it.
const FOUND: &str = "SIP Device";
/// Whatever a stranger may ask by, REGISTER apart.
const METHODS: [&str; 8] = [
    "OPTIONS",
    "INVITE",
    "MESSAGE",
    "SUBSCRIBE",
    "BYE",
    "CANCEL",
    "ACK",
    "WIBBLE",
];
const SVWAR: [&str; 2] = ["-m", "sipvicious.svwar"];
const SVCRACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/home/svcrack.py");

/// Adds the trials.
pub(crate) fn add(trials: &mut Trials) {
    trials.add(
        "svmap_svwar_and_svcrack_find_nothing_and_end_banned",
        sipvicious,
    );
    trials.add(
        "svmap_finds_nothing_by_any_method_but_that_of_a_new_phone",
        by_any_method,
    );
    trials.add("whoever_tries_number_after_number_is_banned", numbers);
    trials.add(
        "over_loopback_nobody_is_banned_and_guessing_is_slow",
        loopback,
    );
}

/// A host with SIPVicious.
struct Scanner {
    host: Namespace,
    last: u8,
    /// It keeps what it found at home.
    folder: TempDir,
}

impl Scanner {
    fn new(lan: &Lan, last: u8) -> Result<Scanner> {
        Ok(Scanner {
            host: lan.host("the scanner", last)?,
            last,
            folder: tempfile::tempdir()?,
        })
    }

    /// Runs one of its programs against the laptop to its end, and gives all that it says.
    fn run(&self, program: &[&str], words: &[&str]) -> Result<String> {
        let own = address(self.last).to_string();
        let mut command = Command::new("timeout");
        command
            .arg(PATIENCE.as_secs().to_string())
            .arg(python::python()?)
            .args(program)
            .args(["-x", &own])
            .args(words)
            .arg(LAPTOP.to_string())
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path());
        let output = self.host.output(&mut command)?;
        ensure!(
            output.status.code() != Some(124),
            "{program:?} does not end"
        );
        Ok(format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ))
    }

    /// Whether a REGISTER is answered.
    fn is_heard(&self) -> Result<bool> {
        let mut udp = client::udp(&self.host, Over::Udp.at_home())?;
        udp.set_read_timeout(Some(Duration::from_secs(1)))?;
        let message = client::register("UDP", udp.local_addr()?, ("101", "home"), 1, 60, "");
        Ok(udp.ask(&message).is_ok())
    }
}

fn bans(home: &Value) -> Option<u64> {
    home.get("bans").and_then(Value::as_u64)
}

fn sipvicious() -> Result<()> {
    let (lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 2, MD5_ALONE)?;
    let phone = lan.host("the phone", 31)?;
    let mut phone = Client::new(
        client::udp(&phone, Over::Udp.at_home())?,
        "101",
        house.password(),
    );
    phone.register(300)?;
    let scanner = Scanner::new(&lan, SCANNER)?;

    let map = scanner.run(&SVMAP, &[])?;
    ensure!(!map.contains(FOUND), "{map}");

    let war = scanner.run(&SVWAR, &["-e", "100-110"])?;
    ensure!(!war.contains("reqauth") && !war.contains("noauth"), "{war}");

    // A list whose last word but a few is the right one.
    let mut words: Vec<String> = (0..60).map(|it| format!("guess{it}")).collect();
    words.push(house.password().to_owned());
    words.extend((60..80).map(|it| format!("guess{it}")));
    fs::write(scanner.folder.path().join("words"), words.join("\n"))?;
    let crack = scanner.run(&[SVCRACK], &["-u", "101", "-d", "words", "--maximumtime=4"])?;
    ensure!(!crack.contains(house.password()), "{crack}");

    house.wait("a ban", |home| bans(home) == Some(1))?;
    ensure!(!scanner.is_heard()?, "it is heard after it was banned");
    ensure!(
        client::tcp(&scanner.host, Over::Tcp.at_home()).map_or(true, |mut stream| {
            let message = client::register("TCP", Over::Tcp.at_home(), ("101", "home"), 1, 60, "");
            stream.ask(&message).is_err()
        }),
        "it is heard over TCP"
    );
    let begun = Instant::now();
    phone.register(200)?;
    ensure!(begun.elapsed() < Duration::from_secs(5), "the phone waits");
    ensure!(house.contacts()?.len() == 1, "{:?}", house.contacts()?);
    Ok(())
}

/// What a new phone sends has to be answered; whoever sends anything else is not told that there is somebody.
fn by_any_method() -> Result<()> {
    let (lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 1, "")?;
    let scanner = Scanner::new(&lan, SCANNER)?;
    let found = |method: &str| -> Result<String> { scanner.run(&SVMAP, &["-m", method]) };
    let mut wrong = Vec::new();
    for method in METHODS {
        let told = found(method)?;
        if told.contains(FOUND) {
            wrong.push(format!("{method}: {told}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let told = found("REGISTER")?;
    ensure!(
        told.contains(FOUND) && !told.to_ascii_lowercase().contains("bellhop"),
        "{told}"
    );
    // It would have found what had answered.
    let mut phone = Client::new(
        client::udp(&scanner.host, Over::Udp.at_home())?,
        "101",
        house.password(),
    );
    phone.register(300)?;
    let told = found("OPTIONS")?;
    ensure!(told.contains(FOUND), "{told}");
    Ok(())
}

/// It asks on though all numbers sound alike; svwar would stop at the second.
fn numbers() -> Result<()> {
    let (lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 2, MD5_ALONE)?;
    let scanner = Scanner::new(&lan, SCANNER)?;
    let mut udp = client::udp(&scanner.host, Over::Udp.at_home())?;
    udp.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut answers = Vec::new();
    for number in 100..300 {
        let user = number.to_string();
        let message = client::register("UDP", udp.local_addr()?, (&user, "home"), 1, 60, "");
        let Ok(answer) = udp.ask(&message) else {
            break;
        };
        ensure!(answer.starts_with("SIP/2.0 401 "), "{answer}");
        // Nothing but the number and what is never the same tells them apart.
        let bare: Vec<&str> = answer
            .lines()
            .filter(|line| {
                !["From:", "To:", "WWW-A"]
                    .iter()
                    .any(|it| line.starts_with(it))
            })
            .collect();
        answers.push(bare.join("\n"));
    }
    answers.dedup();
    ensure!(answers.len() == 1, "{answers:?}");
    house.wait("a ban", |home| bans(home) == Some(1))?;
    ensure!(!scanner.is_heard()?, "it is heard after it was banned");
    // Nor does it like silence.
    let asking = Scanner::new(&lan, OTHER)?;
    let udp = client::udp(&asking.host, Over::Udp.at_home())?;
    let question = client::options("UDP", udp.local_addr()?, &LAPTOP.to_string());
    for _ in 0..100 {
        udp.send(question.as_bytes())?;
    }
    house.wait("another ban", |home| bans(home) == Some(2))?;
    udp.set_nonblocking(true)?;
    ensure!(udp.recv(&mut [0; 4096]).is_err(), "it was answered");
    ensure!(!asking.is_heard()?, "it is heard after it was banned");
    Ok(())
}

fn loopback() -> Result<()> {
    let (_lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 1, "")?;
    let listener: SocketAddr = (Ipv4Addr::LOCALHOST, 5070).into();
    let guesser = client::udp(&laptop, listener)?;
    guesser.set_read_timeout(Some(Duration::from_millis(300)))?;
    let mut guesser = Client::new(guesser, "101", "a guess");
    let begun = Instant::now();
    let mut answered = 0;
    for _ in 0..40 {
        if let Ok(challenged) = guesser.ask(60, "")
            && guesser.answer(60, &challenged).is_ok()
        {
            answered += 1;
        }
    }
    let home = house.home()?;
    ensure!(bans(&home) == Some(0), "{home}");
    ensure!(answered < 20, "{answered} guesses in {:?}", begun.elapsed());
    // What the guesser may hear late is not the phone's.
    thread::sleep(Duration::from_millis(100));
    let mut phone = Client::new(client::udp(&laptop, listener)?, "101", house.password());
    phone.register(60).context("the phone, after the guesses")?;
    let answer = phone
        .carrier
        .ask(&client::options("UDP", phone.carrier.local()?, "home"))?;
    ensure!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    Ok(())
}
