//! What the kernel of a host says about its network, with the time at which it was heard.

use std::net::IpAddr;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use netlink_packet_core::{NetlinkMessage, NetlinkPayload};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::AddressAttribute;
use netlink_packet_route::link::LinkFlags;
use netlink_packet_route::route::{RouteAttribute, RouteMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::namespace::Namespace;
use crate::priority;

/// Links; addresses and routes of IPv4 and of IPv6 (`RTMGRP_LINK`, `RTMGRP_IPV4_IFADDR`, `RTMGRP_IPV4_ROUTE`, `RTMGRP_IPV6_IFADDR`,
/// `RTMGRP_IPV6_ROUTE`, linux/rtnetlink.h).
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// One thing the kernel said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// `CLOCK_REALTIME` right after it was read.
    pub at: SystemTime,
    /// What it was.
    pub change: Change,
}

/// The changes that make a network usable or unusable. Interfaces are by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A default route over this interface is there now.
    RouteAdded(u32),
    /// A default route over this interface is gone.
    RouteRemoved(u32),
    /// An interface has this IPv4 address now.
    AddressAdded(u32, IpAddr),
    /// An interface has lost this IPv4 address.
    AddressRemoved(u32, IpAddr),
    /// An interface is up and has carrier.
    LinkUp(u32),
    /// An interface is down or has lost carrier.
    LinkDown(u32),
}

/// A netlink listener in one namespace.
pub struct Listener {
    socket: Socket,
}

impl Listener {
    /// Opens the listener inside `host`.
    ///
    /// # Errors
    /// When the system has no netlink.
    pub fn new(host: &Namespace) -> Result<Self> {
        let socket = host.inside(|| {
            let mut socket = Socket::new(NETLINK_ROUTE)?;
            socket.bind(&SocketAddr::new(0, GROUPS))?;
            Ok(socket)
        })?;
        Ok(Self { socket })
    }

    /// Waits for the next message: the changes in it, none if the time is over.
    ///
    /// # Errors
    /// When messages were lost: more came than the socket holds.
    pub fn next(&self, timeout: Duration) -> Result<Vec<Heard>> {
        let milliseconds = u16::try_from(timeout.as_millis()).unwrap_or(u16::MAX);
        let mut waited = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        if poll(&mut waited, PollTimeout::from(milliseconds))? == 0 {
            return Ok(Vec::new());
        }
        let (bytes, _) = self
            .socket
            .recv_from_full()
            .context("listening to the kernel")?;
        let at = SystemTime::now();
        Ok(changes(&bytes)
            .into_iter()
            .map(|change| Heard { at, change })
            .collect())
    }
}

/// Writes down all that a [`Listener`] hears, until it is dropped.
pub struct Recorder {
    heard: Arc<Mutex<Vec<Heard>>>,
    ended: Arc<AtomicBool>,
}

impl Recorder {
    /// Starts to record what the kernel says in `host`.
    ///
    /// # Errors
    /// When the system has no netlink.
    pub fn start(host: &Namespace) -> Result<Self> {
        let listener = Listener::new(host)?;
        let recorder = Self {
            heard: Arc::default(),
            ended: Arc::default(),
        };
        let (heard, ended) = (Arc::clone(&recorder.heard), Arc::clone(&recorder.ended));
        thread::spawn(move || {
            priority::raise_thread();
            while !ended.load(Ordering::Relaxed) {
                let Ok(news) = listener.next(Duration::from_millis(100)) else {
                    return;
                };
                heard
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend(news);
            }
        });
        Ok(recorder)
    }

    /// The time of the first change after `since` that `wanted` recognises; waits up to `timeout` for it.
    ///
    /// # Errors
    /// When it does not come.
    pub fn first(
        &self,
        since: SystemTime,
        timeout: Duration,
        wanted: impl Fn(&Change) -> bool,
    ) -> Result<SystemTime> {
        let end = Instant::now() + timeout;
        loop {
            let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            let found = heard
                .iter()
                .find(|heard| heard.at >= since && wanted(&heard.change));
            if let Some(found) = found {
                return Ok(found.at);
            }
            if Instant::now() >= end {
                let told: Vec<_> = heard
                    .iter()
                    .filter(|heard| heard.at >= since)
                    .map(|heard| &heard.change)
                    .collect();
                bail!("the kernel of the laptop did not say what was waited for, only {told:?}");
            }
            drop(heard);
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn changes(mut bytes: &[u8]) -> Vec<Change> {
    let mut found = Vec::new();
    while let Ok(message) = NetlinkMessage::<RouteNetlinkMessage>::deserialize(bytes) {
        let length = usize::try_from(message.header.length)
            .unwrap_or(usize::MAX)
            .next_multiple_of(4);
        if let NetlinkPayload::InnerMessage(inner) = message.payload {
            found.extend(change(&inner));
        }
        match bytes.get(length..) {
            Some(rest) if length > 0 && !rest.is_empty() => bytes = rest,
            _ => break,
        }
    }
    found
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "netlink has dozens of messages, of which six matter"
)]
fn change(message: &RouteNetlinkMessage) -> Option<Change> {
    match message {
        RouteNetlinkMessage::NewRoute(route) => default_route(route).map(Change::RouteAdded),
        RouteNetlinkMessage::DelRoute(route) => default_route(route).map(Change::RouteRemoved),
        RouteNetlinkMessage::NewAddress(address) => Some(Change::AddressAdded(
            address.header.index,
            local(&address.attributes)?,
        )),
        RouteNetlinkMessage::DelAddress(address) => Some(Change::AddressRemoved(
            address.header.index,
            local(&address.attributes)?,
        )),
        RouteNetlinkMessage::NewLink(link)
            if link
                .header
                .flags
                .contains(LinkFlags::Up | LinkFlags::Running) =>
        {
            Some(Change::LinkUp(link.header.index))
        }
        RouteNetlinkMessage::NewLink(link) | RouteNetlinkMessage::DelLink(link) => {
            Some(Change::LinkDown(link.header.index))
        }
        _ => None,
    }
}

fn default_route(route: &RouteMessage) -> Option<u32> {
    let interface = |attribute: &RouteAttribute| {
        if let RouteAttribute::Oif(index) = attribute {
            Some(*index)
        } else {
            None
        }
    };
    let is_default = route.header.destination_prefix_length == 0;
    route
        .attributes
        .iter()
        .find_map(interface)
        .filter(|_| is_default)
}

fn local(attributes: &[AddressAttribute]) -> Option<IpAddr> {
    attributes.iter().find_map(|attribute| {
        if let AddressAttribute::Local(address) = attribute {
            Some(*address)
        } else {
            None
        }
    })
}
