//! Proof that events were lost.

use std::io::ErrorKind;

use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

const RTNLGRP_IPV4_IFADDR: u32 = 5;
const RTNLGRP_IPV4_ROUTE: u32 = 7;

/// A subscriber like the watch's own that reads as seldom as its test lets it: when it is told of a loss, so was the watch.
pub(crate) struct Witness(Socket);

impl Witness {
    pub(crate) fn new() -> Self {
        let mut socket = Socket::new(NETLINK_ROUTE).unwrap();
        socket.bind(&SocketAddr::new(0, 0)).unwrap();
        for group in [RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE] {
            socket.add_membership(group).unwrap();
        }
        socket.set_non_blocking(true).unwrap();
        Self(socket)
    }

    /// Reads what is there; says how often it was told that something is missing.
    pub(crate) fn read_all(&mut self) -> u32 {
        let mut overruns = 0;
        let mut scrap = Vec::with_capacity(4096);
        loop {
            scrap.clear();
            match self.0.recv(&mut scrap, 0) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return overruns,
                // ENOBUFS, which std has no name for.
                Err(error) => {
                    assert_eq!(error.raw_os_error(), Some(105), "{error}");
                    overruns += 1;
                }
            }
        }
    }
}
