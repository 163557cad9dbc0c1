//! The door to the watch, the same on every operating system.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;

use crate::os::{self, Alarm, Picture};
use crate::{Networks, Path};

/// Watches the networks of this machine. See the crate's documentation.
pub struct Watch {
    alarm: Alarm,
    picture: Picture,
    /// An alarm rang and nobody has looked since. It outlives a cancelled [`Watch::changed`].
    stale: bool,
}

impl Watch {
    /// Starts to watch and takes the first picture. Must be called inside a tokio runtime with I/O enabled.
    ///
    /// # Errors
    /// The system does not let us ask for its networks; the text says which door was closed.
    #[expect(
        clippy::unused_async,
        reason = "tells that it needs the runtime, and other systems may have to wait"
    )]
    pub async fn new() -> io::Result<Watch> {
        // The alarm first: what changes while the picture is taken rings it.
        let alarm = Alarm::open()?;
        let picture = os::look()?;
        Ok(Watch {
            alarm,
            picture,
            stale: false,
        })
    }

    /// The picture as it was when [`Watch::new`] or [`Watch::changed`] last returned.
    #[must_use]
    pub fn networks(&self) -> &Networks {
        self.picture.networks()
    }

    /// Resolves as soon as the networks differ from the last picture: interfaces, addresses, carrier, default routes; and, without a
    /// difference in [`Watch::networks`], any other route or routing rule that may move a path. A link that was lost and found is told twice
    /// where the loss was seen, and once (by [`carrier_changes`](crate::Interface::carrier_changes)) where both came together.
    ///
    /// Cancel-safe: nothing is lost when the future is dropped before it resolves.
    ///
    /// # Errors
    /// The system could not be asked. The watch stays usable: the next call opens anew and looks again, so wait a moment before it.
    pub async fn changed(&mut self) -> io::Result<()> {
        loop {
            if !self.stale {
                poll_fn(|cx| self.alarm.poll(cx)).await;
                self.stale = true;
            }
            // Whatever broke is opened before looking, so that no change falls between.
            self.alarm.reopen()?;
            let fresh = os::look()?;
            self.stale = false;
            if fresh != self.picture {
                tracing::debug!(online = fresh.networks().online(), "networks changed");
                self.picture = fresh;
                return Ok(());
            }
        }
    }

    /// Where packets to `remote` leave, asked of the kernel at this instant: it respects policy routing. A route whose interface is down or
    /// has no carrier is dead, and the best other interface with carrier that has a route there takes its place: so the path may be one
    /// that the kernel takes only for sockets bound to the interface. For an address of the machine itself it is the loopback interface.
    ///
    /// `None`: unreachable.
    ///
    /// # Errors
    /// The system could not be asked.
    #[expect(
        clippy::unused_async,
        reason = "other systems may have to wait for the answer"
    )]
    pub async fn path_to(&self, remote: IpAddr) -> io::Result<Option<Path>> {
        let remote = remote.to_canonical();
        if remote.is_unspecified() || remote.is_multicast() {
            return Ok(None);
        }
        os::path_to(remote)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("networks", self.networks())
            .field("stale", &self.stale)
            .finish_non_exhaustive()
    }
}
