//! Somebody who asks the laptop at every port that it has listeners at, all the time, and notes whether anybody is there.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use bellhop_tests_lab::namespace::Namespace;

use crate::client;

/// Between two questions at one port.
const PAUSE: Duration = Duration::from_millis(3);
/// A laptop on the same switch answers sooner, or not at all.
const PATIENCE: Duration = Duration::from_millis(30);

/// An address that a program has sockets at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Door {
    /// TCP, listening.
    Stream(SocketAddr),
    /// UDP.
    Datagram(SocketAddr),
}

impl Door {
    /// The same port elsewhere.
    pub(crate) fn moved_to(self, address: Ipv4Addr) -> Door {
        match self {
            Door::Stream(at) => Door::Stream((address, at.port()).into()),
            Door::Datagram(at) => Door::Datagram((address, at.port()).into()),
        }
    }
}

/// The sockets that a process's network has at this address, from the kernel's tables.
pub(crate) fn doors(pid: u32, at: Ipv4Addr) -> Result<Vec<Door>> {
    /// `TCP_LISTEN` and, for UDP, `TCP_CLOSE` of net/tcp_states.h.
    const LISTENS: [(&str, &str); 2] = [("tcp", "0A"), ("udp", "07")];
    let mut doors = Vec::new();
    for (table, state) in LISTENS {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{table}"))?;
        for line in text.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, local, _, found, ..] = words.as_slice() else {
                continue;
            };
            let local = local_address(local).context("an address in the kernel's table")?;
            if *found == state && local.ip() == IpAddr::V4(at) {
                doors.push(if table == "tcp" {
                    Door::Stream(local)
                } else {
                    Door::Datagram(local)
                });
            }
        }
    }
    doors.sort();
    Ok(doors)
}

/// `1400A8C0:13C4`, as the machine has it in memory.
fn local_address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let address = u32::from_str_radix(address, 16).ok()?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(SocketAddr::from((address.to_ne_bytes(), port)))
}

/// See the module. It ends when dropped.
pub(crate) struct Stranger {
    asked: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Stranger {
    /// Begins on a host, at all these doors.
    pub(crate) fn at(host: &Namespace, doors: &[Door]) -> Result<Stranger> {
        let mut stranger = Stranger {
            asked: Arc::default(),
            answered: Arc::default(),
            ends: Arc::default(),
            threads: Vec::new(),
        };
        for &door in doors {
            let (asked, answered, ends) = (
                Arc::clone(&stranger.asked),
                Arc::clone(&stranger.answered),
                Arc::clone(&stranger.ends),
            );
            let thread = host.inside(|| {
                // Made inside, it stays there.
                Ok(thread::spawn(move || {
                    while !ends.load(Ordering::Relaxed) {
                        let answers = match door {
                            Door::Stream(at) => TcpStream::connect_timeout(&at, PATIENCE).is_ok(),
                            Door::Datagram(at) => answers(at),
                        };
                        asked.fetch_add(1, Ordering::Relaxed);
                        answered.fetch_add(usize::from(answers), Ordering::Relaxed);
                        thread::sleep(PAUSE);
                    }
                }))
            })?;
            stranger.threads.push(thread);
        }
        Ok(stranger)
    }

    /// How often it asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// How often anything came back, or a connection was taken.
    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn answers(at: SocketAddr) -> bool {
    let asked = || -> Result<usize> {
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let message = client::register("UDP", socket.local_addr()?, ("101", "home"), 1, 60, "");
        socket.send_to(message.as_bytes(), at)?;
        Ok(socket.recv(&mut [0; 4096])?)
    };
    asked().is_ok()
}

/// A host knows another's Ethernet address without asking: its first packet leaves with the link.
pub(crate) fn knows(host: &Namespace, interface: &str, address: Ipv4Addr, mac: &str) -> Result<()> {
    host.ip(&format!(
        "neighbor replace {address} lladdr {mac} dev {interface} nud permanent\n"
    ))
}
