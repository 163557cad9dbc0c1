//! What rings: our own subscription to the kernel's changes, and if-watch beside it. None of what they say is believed.

use std::io;
use std::task::{Context, Poll};

use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{AsyncSocket, SocketAddr, TokioSocket};

use super::ask::unavailable;
use super::uapi;
use crate::address_alarm::{AddressAlarm, DRAIN};

const GROUPS: [u32; 7] = [
    uapi::RTNLGRP_LINK,
    uapi::RTNLGRP_IPV4_IFADDR,
    uapi::RTNLGRP_IPV4_ROUTE,
    uapi::RTNLGRP_IPV4_RULE,
    uapi::RTNLGRP_IPV6_IFADDR,
    uapi::RTNLGRP_IPV6_ROUTE,
    uapi::RTNLGRP_IPV6_RULE,
];

/// The two alarms. One that failed (overrun, closed) has rung for the last time and is gone until [`Alarm::reopen`].
pub(crate) struct Alarm {
    kernel: Option<TokioSocket>,
    addresses: AddressAlarm,
}

impl Alarm {
    pub(crate) fn open() -> io::Result<Alarm> {
        let mut alarm = Alarm {
            kernel: None,
            addresses: AddressAlarm::default(),
        };
        alarm.reopen()?;
        Ok(alarm)
    }

    /// Opens what failed.
    pub(crate) fn reopen(&mut self) -> io::Result<()> {
        if self.kernel.is_none() {
            self.kernel = Some(subscribe().map_err(unavailable)?);
        }
        // The subscription hears all that if-watch hears: without if-watch nothing is lost.
        if let Err(error) = self.addresses.reopen() {
            tracing::debug!(%error, "no second alarm");
        }
        Ok(())
    }

    /// Ready when something may have changed; what was heard up to now is drained, unread.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Both, always: each must have been polled for its wake-up to be registered.
        let kernel = self.poll_kernel(cx);
        let addresses = self.addresses.poll(cx);
        if kernel || addresses {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn poll_kernel(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(socket) = &mut self.kernel else {
            return true;
        };
        // The kernel cuts an event to the buffer, which is as well: it is not read.
        let mut scrap = [0u8; 64];
        let mut rang = false;
        for _ in 0..DRAIN {
            match socket.poll_recv(cx, &mut &mut scrap[..]) {
                Poll::Pending => return rang,
                Poll::Ready(Ok(())) => rang = true,
                // Overrun (ENOBUFS) or closed: something changed, and a fresh socket drains best.
                Poll::Ready(Err(error)) => {
                    tracing::debug!(%error, "changes were lost");
                    self.kernel = None;
                    return true;
                }
            }
        }
        rang
    }
}

fn subscribe() -> io::Result<TokioSocket> {
    let mut socket = TokioSocket::new(NETLINK_ROUTE)?;
    socket.socket_mut().bind(&SocketAddr::new(0, 0))?;
    for group in GROUPS {
        socket.socket_mut().add_membership(group)?;
    }
    Ok(socket)
}
