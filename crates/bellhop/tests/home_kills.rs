//! Killed at any moment, an engine forgets nothing that a phone was answered: every 200 was on the disk before it left.
//!
//! `BELLHOP_KILLS=1000` kills as often, which takes two minutes and is what `cargo xtask test` does; without it, a few dozen times.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, its helpers too, and prints what it measured"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const KILLS: usize = 40;
const PHONES: usize = 24;
const PASSWORD: &str = "c4nary-Passw0rd";

#[test]
fn nothing_that_was_answered_is_lost_when_the_engine_is_killed() {
    let kills = std::env::var("BELLHOP_KILLS").map_or(KILLS, |it| it.parse().unwrap());
    let place = Place::new();
    let mut phones: Vec<Phone> = (0..PHONES).map(Phone::new).collect();
    let mut answered = 0;
    let mut slowest = Duration::ZERO;
    for round in 0..=kills {
        let begun = Instant::now();
        let engine = place.start();
        slowest = slowest.max(begun.elapsed());
        place.compare(round, &mut phones);
        // From a moment in which only few could ask to one in which most are answered.
        let moment = Duration::from_micros(200 + (round as u64 * 7919) % 50_000);
        let killer = std::thread::spawn(move || {
            std::thread::sleep(moment);
            kill(engine);
        });
        let socket = place.socket();
        let until = Instant::now() + moment + Duration::from_millis(20);
        for phone in &mut phones {
            phone.ask(&socket, place.address);
        }
        let mut buffer = [0; 4096];
        while Instant::now() < until {
            if let Ok(length) = socket.recv(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                let number: usize = between(&text, "Call-ID: phone", "\r").parse().unwrap();
                let phone = &mut phones[number];
                answered += usize::from(phone.hear(&text));
                phone.ask(&socket, place.address);
            }
        }
        killer.join().unwrap();
        for phone in &mut phones {
            phone.wish_is_in_doubt();
        }
    }
    println!("{kills} kills, {answered} answers of 200, none lost; slowest start {slowest:?}");
    assert!(answered > kills, "too little was in flight: {answered}");
}

struct Place {
    directory: tempfile::TempDir,
    address: SocketAddr,
}

impl Place {
    fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        let free = UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let secret = directory.path().join("secret");
        std::fs::write(&secret, PASSWORD).unwrap();
        let mut text = format!(
            "[home]\nenabled = true\nlisten = [\"udp:{free}\"]\n[home.limits]\nrequests_per_second = 0\n"
        );
        for number in 0..PHONES {
            text += &format!(
                "[[device]]\nname = \"phone{number}\"\nextension = \"{}\"\npassword = {{ file = \"secret\" }}\n",
                100 + number
            );
        }
        std::fs::write(directory.path().join("config.toml"), text).unwrap();
        Place {
            directory,
            address: free,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn start(&self) -> Child {
        let mut engine = Command::new(env!("CARGO_BIN_EXE_bellhop"))
            .args(["run", "--config"])
            .arg(self.path("config.toml"))
            .arg("--state-dir")
            .arg(self.path("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(engine.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "ready\n");
        engine
    }

    fn socket(&self) -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(5)))
            .unwrap();
        socket
    }

    /// What the engine knows after a kill is what each phone was told, or what it asked for then.
    fn compare(&self, round: usize, phones: &mut [Phone]) {
        let known = contacts(&self.path("state"));
        for phone in phones {
            let seen = known.get(&phone.name).cloned().unwrap_or_default();
            assert!(
                phone.may_be.contains(&seen),
                "kill {round}, {}: {seen:?}, and it may be one of {:?}",
                phone.name,
                phone.may_be
            );
            phone.may_be = vec![seen];
        }
    }
}

fn kill(mut engine: Child) {
    engine.kill().unwrap();
    engine.wait().unwrap();
}

/// Of each device.
fn contacts(state: &Path) -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(["status", "--json", "--state-dir"])
        .arg(state)
        .output()
        .unwrap();
    let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        status["home"]["store"].is_null(),
        "{}",
        status["home"]["store"]
    );
    let devices = status["home"]["devices"].as_array().unwrap().clone();
    devices
        .iter()
        .map(|device| {
            let contacts = device["contacts"].as_array().unwrap().iter();
            let contacts = contacts.map(|it| it["contact"].as_str().unwrap().to_owned());
            (
                device["name"].as_str().unwrap().to_owned(),
                contacts.collect(),
            )
        })
        .collect()
}

/// It moves all the time: each REGISTER takes out the contact before and puts in another.
struct Phone {
    number: usize,
    name: String,
    cseq: u32,
    moves: u32,
    nonce: Option<(String, u32)>,
    /// What it asks for, once it has credentials.
    wish: Option<Vec<String>>,
    /// Its contacts, as it was told; and as it asked for without hearing an answer.
    may_be: Vec<Vec<String>>,
}

impl Phone {
    fn new(number: usize) -> Phone {
        Phone {
            number,
            name: format!("phone{number}"),
            cseq: 0,
            moves: 0,
            nonce: None,
            wish: None,
            may_be: vec![Vec::new()],
        }
    }

    fn ask(&mut self, socket: &UdpSocket, to: SocketAddr) {
        self.cseq += 1;
        let (number, cseq, user) = (self.number, self.cseq, 100 + self.number);
        let mut fields = String::new();
        if let Some((nonce, count)) = &mut self.nonce {
            *count += 1;
            self.moves += 1;
            let contact = format!(
                "sip:{user}@192.0.2.{}:{}",
                number + 1,
                1024 + self.moves % 60_000
            );
            for old in self.may_be.concat() {
                fields += &format!("Contact: <{old}>;expires=0\r\n");
            }
            fields += &format!("Contact: <{contact}>;expires=3600\r\n");
            self.wish = Some(vec![contact]);
            let ha1 = md5(&format!("{user}:home:{PASSWORD}"));
            let ha2 = md5("REGISTER:sip:home");
            let response = md5(&format!("{ha1}:{nonce}:{count:08x}:c:auth:{ha2}"));
            fields += &format!(
                "Authorization: Digest username=\"{user}\", realm=\"home\", nonce=\"{nonce}\", uri=\"sip:home\", response=\"{response}\", algorithm=MD5, qop=auth, nc={count:08x}, cnonce=\"c\"\r\n"
            );
        }
        let message = format!(
            "REGISTER sip:home SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK{number}x{cseq};rport\r\nMax-Forwards: 70\r\nFrom: <sip:{user}@home>;tag=a\r\nTo: <sip:{user}@home>\r\nCall-ID: phone{number}\r\nCSeq: {cseq} REGISTER\r\n{fields}Content-Length: 0\r\n\r\n"
        );
        let _ = socket.send_to(message.as_bytes(), to);
    }

    /// Whether it was told that it is bound.
    fn hear(&mut self, answer: &str) -> bool {
        if answer.starts_with("SIP/2.0 200 ") {
            self.may_be = vec![self.wish.take().unwrap()];
            return true;
        }
        assert!(answer.starts_with("SIP/2.0 401 "), "{answer}");
        let md5 = answer
            .lines()
            .find(|it| it.contains("nonce=") && it.contains("MD5"))
            .unwrap();
        self.nonce = Some((between(md5, "nonce=\"", "\"").to_owned(), 0));
        self.wish = None;
        false
    }

    /// The engine is dead: what was asked for last may have been stored or not.
    fn wish_is_in_doubt(&mut self) {
        self.may_be.extend(self.wish.take());
        self.nonce = None;
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text
        .split(before)
        .nth(1)
        .unwrap_or_else(|| panic!("no {before}: {text}"));
    rest.split(after).next().unwrap()
}

fn md5(text: &str) -> String {
    use md5::{Digest as _, Md5};
    Md5::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
