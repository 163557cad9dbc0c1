//! A long wire between two hosts: every frame arrives late by half a round trip, or not at all.
//!
//! It stands in for netem, which not every kernel has: two TAP devices, and per direction a thread that reads and a thread that
//! delivers when the frame is due. The delay is the same for every frame, so their order stays.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

use crate::namespace::Namespace;
use crate::priority;

/// Longest frame: 1500 bytes and the Ethernet header.
const FRAME: usize = 1514;

/// Both directions of the wire. Its threads end when its devices are deleted.
#[derive(Clone, Debug)]
pub struct Wire {
    shape: Arc<Shape>,
}

#[derive(Debug)]
struct Shape {
    delay_ns: AtomicU64,
    /// Lost frames of a million.
    lost_ppm: AtomicU64,
    /// Frames lost so far.
    lost: AtomicU64,
    dice: Mutex<ChaCha8Rng>,
}

impl Wire {
    /// Lays the wire: `left` and `right` each get the device called `name`. `seed` decides which frames get lost.
    ///
    /// # Errors
    /// Where TAP devices can't be made: without root, or without `/dev/net/tun`.
    pub fn lay(left: &Namespace, right: &Namespace, name: &str, seed: u64) -> Result<Self> {
        let dice = Mutex::new(ChaCha8Rng::seed_from_u64(seed));
        let shape = Arc::new(Shape {
            delay_ns: AtomicU64::new(0),
            lost_ppm: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            dice,
        });
        let (a, b) = (tap(left, name)?, tap(right, name)?);
        carry(&a, &b, &shape);
        carry(&b, &a, &shape);
        Ok(Self { shape })
    }

    /// Whether this machine allows a wire at all.
    #[must_use]
    pub fn is_possible() -> bool {
        Namespace::new("a probe")
            .and_then(|probe| tap(&probe, "probe"))
            .is_ok()
    }

    /// Sets the time from one end to the other and back. Frames on their way keep theirs.
    pub fn set_round_trip(&self, round_trip: Duration) {
        let one_way = u64::try_from(round_trip.as_nanos() / 2).unwrap_or(u64::MAX);
        self.shape.delay_ns.store(one_way, Ordering::Relaxed);
    }

    /// Sets the share of frames that get lost, in each direction, 0 to 1.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a share of a million, clamped"
    )]
    #[expect(clippy::cast_sign_loss, reason = "clamped to be positive")]
    pub fn set_loss(&self, share: f64) {
        self.shape
            .lost_ppm
            .store((share.clamp(0.0, 1.0) * 1e6) as u64, Ordering::Relaxed);
    }

    /// Frames lost so far.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.shape.lost.load(Ordering::Relaxed)
    }
}

impl Shape {
    fn loses(&self) -> bool {
        let share = self.lost_ppm.load(Ordering::Relaxed);
        let Ok(mut dice) = self.dice.lock() else {
            return false;
        };
        let lost = share > 0 && dice.random_range(0..1_000_000) < share;
        if lost {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        lost
    }

    fn delay(&self) -> Duration {
        Duration::from_nanos(self.delay_ns.load(Ordering::Relaxed))
    }
}

fn tap(host: &Namespace, name: &str) -> Result<Arc<SyncDevice>> {
    host.inside(|| {
        let device = DeviceBuilder::new()
            .name(name)
            .layer(Layer::L2)
            .build_sync();
        Ok(Arc::new(device.context("making a TAP device")?))
    })
}

fn carry(from: &Arc<SyncDevice>, to: &Arc<SyncDevice>, shape: &Arc<Shape>) {
    let (sender, receiver) = channel();
    let (from, to, shape) = (Arc::clone(from), Arc::clone(to), Arc::clone(shape));
    thread::spawn(move || read(&from, &shape, &sender));
    thread::spawn(move || deliver(&to, &receiver));
}

fn read(from: &SyncDevice, shape: &Shape, sender: &Sender<(Instant, Vec<u8>)>) {
    priority::raise_thread();
    let mut frame = [0; FRAME];
    // Reading fails when the device has been deleted: the end of the wire.
    while let Ok(length) = from.recv(&mut frame) {
        let due = Instant::now() + shape.delay();
        let Some(frame) = frame.get(..length) else {
            continue;
        };
        if !shape.loses() && sender.send((due, frame.to_vec())).is_err() {
            return;
        }
    }
}

fn deliver(to: &SyncDevice, receiver: &Receiver<(Instant, Vec<u8>)>) {
    priority::raise_thread();
    for (due, frame) in receiver {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // A device that is down refuses frames: they are lost, as on any wire that is pulled.
        let _ = to.send(&frame);
    }
}
