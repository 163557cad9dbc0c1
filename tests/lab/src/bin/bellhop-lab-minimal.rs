//! The least that can be done about a change of network: at a new default route, one prepared datagram from a fresh socket.
//!
//! `bellhop-lab-minimal REGISTRAR` reads the datagram from its standard input, says `ready`, and goes on until it is ended. It looks at
//! nothing, remembers nothing and waits for no answer: what anything else takes longer is what it does besides.

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    linux::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read as _, Write as _};
    use std::net::{SocketAddr, UdpSocket};

    use netlink_sys::protocols::NETLINK_ROUTE;
    use netlink_sys::{Socket, SocketAddr as Netlink};

    /// `RTMGRP_IPV4_ROUTE` and `RTM_NEWROUTE` of linux/rtnetlink.h.
    const ROUTES: u32 = 0x40;
    const NEW_ROUTE: u16 = 24;

    pub(super) fn run() -> io::Result<()> {
        let registrar: SocketAddr = std::env::args()
            .nth(1)
            .and_then(|text| text.parse().ok())
            .ok_or(io::ErrorKind::InvalidInput)?;
        let mut prepared = Vec::new();
        io::stdin().read_to_end(&mut prepared)?;
        let mut kernel = Socket::new(NETLINK_ROUTE)?;
        kernel.bind(&Netlink::new(0, ROUTES))?;
        io::stdout().write_all(b"ready\n")?;
        io::stdout().flush()?;
        let mut heard = Vec::with_capacity(4096);
        loop {
            heard.clear();
            kernel.recv(&mut heard, 0)?;
            if is_new_default_route(&heard) {
                // The route may be gone already: then there is the next one.
                let _ = UdpSocket::bind(("0.0.0.0", 0))?.send_to(&prepared, registrar);
            }
        }
    }

    /// The message's type is at byte 4; after the header of 16 bytes come the family and the length of the destination's prefix.
    fn is_new_default_route(message: &[u8]) -> bool {
        let kind = message
            .get(4..)
            .and_then(|rest| rest.first_chunk().copied());
        kind.map(u16::from_ne_bytes) == Some(NEW_ROUTE) && message.get(17) == Some(&0)
    }
}
