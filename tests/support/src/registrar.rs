//! A registrar of a few lines on loopback: it challenges with MD5, keeps what it is told, answers as a company's would and passes OPTIONS on to the Contacts. It shares no code with Bellhop, so that
//! a mistake there is not repeated here.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use md5::{Digest, Md5};

use crate::sip_text::{contacts, header, headers, parameters, response};

/// The realm of its challenges.
pub const REALM: &str = "company.test";
/// The one nonce of its life; it has characters that a careless parser trips over.
pub const NONCE: &str = "n0nce/+=1";

/// A REGISTER that came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The whole message.
    pub message: String,
    /// It carried credentials.
    pub with_credentials: bool,
    /// They were right, and the nonce count fresh.
    pub accepted: bool,
    /// Its Contact header fields.
    pub contacts: Vec<String>,
    /// Its Call-ID.
    pub call_id: String,
    /// Its CSeq number.
    pub cseq: u32,
}

/// The running registrar; it ends when dropped.
#[derive(Debug)]
pub struct Registrar {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct State {
    password: String,
    seen: Vec<Seen>,
    /// URI to header field value and seconds.
    bindings: BTreeMap<String, (String, u32)>,
    counts: BTreeSet<String>,
}

impl Registrar {
    /// Listens on a free port of 127.0.0.1 and takes `password`.
    ///
    /// # Errors
    /// If no socket is to be had.
    pub fn start(password: &str) -> Result<Registrar> {
        let socket = UdpSocket::bind("127.0.0.1:0").context("a socket for the registrar")?;
        socket.set_read_timeout(Some(Duration::from_millis(50)))?;
        let address = socket.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            password: password.to_owned(),
            ..State::default()
        }));
        let ended = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (state, ended) = (Arc::clone(&state), Arc::clone(&ended));
            move || serve(&socket, address, &state, &ended)
        });
        Ok(Registrar {
            address,
            state,
            ended,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every REGISTER so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    /// The Contact URIs that it holds.
    #[must_use]
    pub fn bindings(&self) -> Vec<String> {
        self.lock().bindings.keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registrar {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket, address: SocketAddr, state: &Mutex<State>, ended: &AtomicBool) {
    let mut buffer = vec![0; 65_536];
    while !ended.load(Ordering::Relaxed) {
        let Ok((length, source)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let Some(message) = buffer
            .get(..length)
            .and_then(|bytes| str::from_utf8(bytes).ok())
        else {
            continue;
        };
        // Keep-alives begin with no letter.
        if message.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let copies = state.forwarded(message, address);
            for (copy, contact) in copies {
                let _ = socket.send_to(copy.as_bytes(), contact);
            }
            if let Some(answer) = state.answer(message, source) {
                let _ = socket.send_to(answer.as_bytes(), source);
            }
        }
    }
}

impl State {
    /// What a proxy would do with an OPTIONS for the number: a copy to each Contact, with a Via on top.
    fn forwarded(&self, message: &str, address: SocketAddr) -> Vec<(String, SocketAddr)> {
        let Some((line, fields)) = message
            .split_once("\r\n")
            .filter(|(line, _)| line.starts_with("OPTIONS "))
        else {
            return Vec::new();
        };
        let branch = md5_hex(message);
        let targets = self.bindings.keys().filter_map(|uri| {
            let host = uri.split(['@', ':']).skip(2).collect::<Vec<_>>().join(":");
            let place = host.split(';').next()?.parse().ok()?;
            Some((uri, place))
        });
        targets
            .map(|(uri, place)| {
                let line = line
                    .split(' ')
                    .enumerate()
                    .map(|(place, word)| if place == 1 { uri } else { word })
                    .collect::<Vec<_>>()
                    .join(" ");
                let via = format!("Via: SIP/2.0/UDP {address};branch=z9hG4bK{branch}");
                (format!("{line}\r\n{via}\r\n{fields}"), place)
            })
            .collect()
    }

    fn answer(&mut self, message: &str, source: SocketAddr) -> Option<String> {
        if message.starts_with("SIP/2.0") {
            return None;
        }
        if !message.starts_with("REGISTER ") {
            return Some(response(message, source, "200 OK", ""));
        }
        let credentials = header(message, "Authorization");
        let repeated = self.seen.iter().any(|seen| seen.message == message);
        let mut seen = Seen {
            message: message.to_owned(),
            with_credentials: credentials.is_some(),
            accepted: false,
            contacts: headers(message, "Contact"),
            call_id: header(message, "Call-ID").unwrap_or_default(),
            cseq: header(message, "CSeq")
                .and_then(|value| value.split_whitespace().next()?.parse().ok())
                .unwrap_or_default(),
        };
        let verdict = credentials.map_or(Verdict::Refused, |value| self.judge(&value, repeated));
        seen.accepted = verdict == Verdict::Accepted;
        self.seen.push(seen);
        Some(match verdict {
            Verdict::Refused => challenge(message, source, ""),
            Verdict::Stale => challenge(message, source, ", stale=true"),
            Verdict::Accepted => {
                self.store(message);
                let listed: String = self
                    .bindings
                    .values()
                    .map(|(value, seconds)| format!("Contact: {value};expires={seconds}\r\n"))
                    .collect();
                response(message, source, "200 OK", &listed)
            }
        })
    }

    fn judge(&mut self, credentials: &str, repeated: bool) -> Verdict {
        let given = parameters(credentials);
        let value = |name: &str| given.get(name).map_or("", String::as_str);
        let ha1 = md5_hex(&format!("{}:{REALM}:{}", value("username"), self.password));
        let ha2 = md5_hex(&format!("REGISTER:{}", value("uri")));
        let (count, cnonce) = (value("nc"), value("cnonce"));
        let wanted = md5_hex(&format!("{ha1}:{NONCE}:{count}:{cnonce}:auth:{ha2}"));
        if value("nonce") != NONCE || value("response") != wanted {
            Verdict::Refused
        } else if !self.counts.insert(format!("{count} {}", value("username"))) && !repeated {
            Verdict::Stale
        } else {
            Verdict::Accepted
        }
    }

    fn store(&mut self, message: &str) {
        let default = header(message, "Expires")
            .and_then(|value| value.parse().ok())
            .unwrap_or(3600);
        for (uri, parameters) in contacts(&headers(message, "Contact")) {
            let (expires, kept): (Vec<&str>, Vec<&str>) = parameters
                .split(';')
                .filter(|parameter| !parameter.trim().is_empty())
                .partition(|parameter| {
                    parameter.trim().to_ascii_lowercase().starts_with("expires")
                });
            let seconds = expires
                .first()
                .and_then(|parameter| {
                    parameter
                        .split_once('=')?
                        .1
                        .trim()
                        .trim_matches('"')
                        .parse()
                        .ok()
                })
                .unwrap_or(default);
            if seconds == 0 {
                self.bindings.remove(&uri);
            } else {
                let kept: String = kept
                    .iter()
                    .map(|parameter| format!(";{parameter}"))
                    .collect();
                self.bindings
                    .insert(uri.clone(), (format!("<{uri}>{kept}"), seconds));
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Refused,
    Stale,
}

fn challenge(message: &str, source: SocketAddr, stale: &str) -> String {
    let header = format!(
        "WWW-Authenticate: Digest realm=\"{REALM}\", nonce=\"{NONCE}\", algorithm=MD5, qop=\"auth\"{stale}\r\n"
    );
    response(message, source, "401 Unauthorized", &header)
}

/// MD5 in lower-case hex, for digests and for finding HA1s where they must not be.
#[must_use]
pub fn md5_hex(text: &str) -> String {
    Md5::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
