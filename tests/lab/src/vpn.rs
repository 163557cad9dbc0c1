//! A VPN in user space: what the laptop sends by its tunnel leaves router B, as if it were there.
//!
//! Each end has a TUN device and a UDP socket, and carries packets between the two as they are: what a tunnel does to routes, addresses
//! and interfaces is real, and there is nothing to hide from anybody in a lab.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

use crate::laptop::Uplink;
use crate::namespace::{Namespace, program};
use crate::priority;
use crate::topology::Lab;

/// The laptop's address in the tunnel.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 8, 0, 2);
/// The tunnel's interface on the laptop.
pub const DEVICE: &str = "tun0";
/// The gateway's, and its name at the other end.
const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 8, 0, 1);
const FAR_DEVICE: &str = "vpn";
const PORT: u16 = 51_820;
/// Better than every uplink's.
const METRIC: u32 = 50;
const LARGEST: usize = 1500;
/// How often a thread looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// The gateway, in router B, which keeps it until it is closed.
pub struct Gateway {
    end: End,
}

impl Gateway {
    /// Opens it, and lets in and out what belongs to it.
    ///
    /// # Errors
    /// Where TUN devices can't be made: without root, or without `/dev/net/tun`.
    pub fn open(lab: &Lab) -> Result<Self> {
        let (host, public) = (&lab.nat_b.host, lab.nat_b.public);
        allow(host, &["arriving", "udp", "dport", &PORT.to_string()])?;
        allow(host, &["passing", "iifname", FAR_DEVICE])?;
        let socket = host.inside(|| Ok(UdpSocket::bind((public, PORT))?))?;
        let device = tun(host, FAR_DEVICE)?;
        host.ip(&format!(
            "address add {GATEWAY}/24 dev {FAR_DEVICE}\nlink set dev {FAR_DEVICE} mtu 1400 up\n"
        ))?;
        let end = End::carry(socket, device, None)?;
        Ok(Self { end })
    }

    /// Closes it.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn close(self, lab: &Lab) -> Result<()> {
        lab.nat_b
            .host
            .ip(&format!("link delete dev {FAR_DEVICE}\n"))?;
        drop(self.end);
        Ok(())
    }
}

/// A tunnel from the laptop, over the network that it is in, until it is taken down.
pub struct Tunnel {
    end: End,
    /// The index of its interface.
    pub index: u32,
}

impl Tunnel {
    /// Makes the interface, down and without address.
    ///
    /// # Errors
    /// As [`Gateway::open`].
    pub fn make(lab: &Lab, over: Uplink) -> Result<Self> {
        let gateway = SocketAddr::from((lab.nat_b.public, PORT));
        // The way to the gateway itself stays.
        lab.laptop.ip(&format!(
            "route replace {} via {} dev {}\n",
            gateway.ip(),
            over.gateway(),
            over.interface()
        ))?;
        let socket = lab.laptop.inside(|| Ok(UdpSocket::bind(("0.0.0.0", 0))?))?;
        let device = tun(&lab.laptop, DEVICE)?;
        let index = lab.laptop.inside(|| Ok(device.if_index()?))?;
        let end = End::carry(socket, device, Some(gateway))?;
        Ok(Self { end, index })
    }

    /// Up, with its address and the default route.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn up(&self, lab: &Lab) -> Result<()> {
        lab.laptop.ip(&format!(
            "link set dev {DEVICE} mtu 1400 up\naddress add {ADDRESS}/24 dev {DEVICE}\nroute add default dev {DEVICE} metric {METRIC}\n"
        ))
    }

    /// The interface goes, and with it its address and routes.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn down(self, lab: &Lab) -> Result<()> {
        lab.laptop.ip(&format!("link delete dev {DEVICE}\n"))?;
        drop(self.end);
        Ok(())
    }
}

/// One end: its threads end when it is dropped and its device deleted.
struct End(Arc<AtomicBool>);

impl End {
    /// Carries between both. The gateway does not know its peer before it hears of it.
    fn carry(socket: UdpSocket, device: Arc<SyncDevice>, peer: Option<SocketAddr>) -> Result<Self> {
        socket.set_read_timeout(Some(LOOK))?;
        let (ended, peer) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(peer)));
        let end = Self(Arc::clone(&ended));
        let (out, into) = (socket.try_clone()?, Arc::clone(&device));
        let known = Arc::clone(&peer);
        thread::spawn(move || encapsulate(&device, &out, &known));
        thread::spawn(move || decapsulate(&socket, &into, &peer, &ended));
        Ok(end)
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn encapsulate(device: &SyncDevice, socket: &UdpSocket, peer: &Mutex<Option<SocketAddr>>) {
    priority::raise_thread();
    let mut packet = [0; LARGEST];
    while let Ok(length) = device.recv(&mut packet) {
        let peer = *peer.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(peer), Some(packet)) = (peer, packet.get(..length)) {
            // Lost, as on any network that is not there.
            let _ = socket.send_to(packet, peer);
        }
    }
}

fn decapsulate(
    socket: &UdpSocket,
    device: &SyncDevice,
    peer: &Mutex<Option<SocketAddr>>,
    ended: &AtomicBool,
) {
    priority::raise_thread();
    let mut packet = [0; LARGEST];
    while !ended.load(Ordering::Relaxed) {
        let Ok((length, source)) = socket.recv_from(&mut packet) else {
            continue;
        };
        *peer.lock().unwrap_or_else(PoisonError::into_inner) = Some(source);
        if let Some(packet) = packet.get(..length) {
            let _ = device.send(packet);
        }
    }
}

fn tun(host: &Namespace, name: &str) -> Result<Arc<SyncDevice>> {
    host.inside(|| {
        let device = DeviceBuilder::new()
            .name(name)
            .layer(Layer::L3)
            .build_sync();
        Ok(Arc::new(device.context("making a TUN device")?))
    })
}

/// Adds to the router's filter: before what it has.
fn allow(router: &Namespace, rule: &[&str]) -> Result<()> {
    let mut command: Command = program("nft")?;
    command
        .args(["insert", "rule", "ip", "router"])
        .args(rule)
        .arg("accept");
    let output = router.output(&mut command)?;
    ensure!(
        output.status.success(),
        "nft refused {rule:?}: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}
