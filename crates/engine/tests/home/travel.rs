//! A laptop that leaves home: in a network namespace of its own, with a router at home and a stranger elsewhere.
#![cfg(target_os = "linux")]

use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::sched::{CloneFlags, setns};

use crate::desk::Desk;
use crate::phone::options;

pub(crate) const INSIDE: &str = "BELLHOP_HOME_TEST_INSIDE";
const TEST: &str = "travel::away_from_home_a_stranger_finds_nothing_open_at_any_instant";
pub(crate) const HOME_MAC: &str = "02:00:00:00:00:01";
pub(crate) const OTHER_MAC: &str = "02:00:00:00:00:66";
/// Without any network between two.
const GAP: Duration = Duration::from_millis(50);
const LAPTOP: &str = "192.168.77.20:5070";

#[test]
fn away_from_home_a_stranger_finds_nothing_open_at_any_instant() {
    if std::env::var_os(INSIDE).is_none() {
        return again(TEST);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(travel());
}

/// A laptop behind a router, and what the config says of that network.
pub(crate) fn a_home(listen: &[&str]) -> (Far, String) {
    let home = Far::new();
    ip(&[], "link set lo up");
    ip(&[], "link add wlan0 type veth peer name air");
    ip(&[], "addr add 192.168.77.20/24 dev wlan0");
    ip(&[], "link set wlan0 up");
    ip(&[], &format!("link set air netns {}", home.pid()));
    home.is_gateway(HOME_MAC);
    ip(&[], "route add default via 192.168.77.1 dev wlan0");
    let network = format!(
        "[[home.network]]\ngateway_mac = \"{HOME_MAC}\"\nsubnet = \"192.168.77.0/24\"\nlisten = {listen:?}\n"
    );
    (home, network)
}

async fn travel() {
    let (home, network) = a_home(&["udp:5070", "tcp:5070"]);
    let away = Far::new();
    let mut desk = Desk::with_config(tempfile::tempdir().unwrap(), &[], &network).await;
    let at_home = [format!("udp:{LAPTOP}"), format!("tcp:{LAPTOP}")];
    let seen = desk.home_where(|it| it.listening == at_home).await;
    assert_eq!(seen.network.unwrap().gateway_mac, HOME_MAC);
    let neighbour = Prober::of(&home);
    neighbour.until_answered();
    until(|| home.enters(announces));
    for _ in 0..3 {
        // The same addresses, and another machine has the gateway's.
        let stranger = Prober::of(&away);
        home.moves_to(&away);
        // No radio finds another network faster than a busy machine hears that the last one is gone.
        tokio::time::sleep(GAP).await;
        away.is_gateway(OTHER_MAC);
        desk.home_where(|it| it.listening.is_empty() && it.network.is_none())
            .await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(stranger.asked.load(Ordering::Relaxed) > 50, "it did ask");
        assert_eq!(stranger.answered.load(Ordering::Relaxed), 0);
        assert!(desk.home().await.listening.is_empty());
        away.moves_to(&home);
        let back = Instant::now();
        home.is_gateway(HOME_MAC);
        desk.home_where(|it| it.listening == at_home).await;
        println!("open again after {:?}", back.elapsed());
        assert_eq!(stranger.answered.load(Ordering::Relaxed), 0);
    }
    desk.stop().await;
}

/// A host of its own, at the other end of the air.
pub(crate) struct Far(Child);

impl Far {
    fn new() -> Far {
        let child = Command::new("unshare")
            .args(["--net", "sleep", "600"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let far = Far(child);
        let own = std::fs::read_link("/proc/self/ns/net").unwrap();
        let until = Instant::now() + Duration::from_secs(5);
        while std::fs::read_link(far.namespace()).is_ok_and(|it| it == own) {
            assert!(Instant::now() < until);
            std::thread::sleep(Duration::from_millis(5));
        }
        far
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    fn namespace(&self) -> String {
        format!("/proc/{}/ns/net", self.pid())
    }

    fn ip(&self, words: &str) {
        let pid = self.pid().to_string();
        ip(&["nsenter", "-t", &pid, "-n"], words);
    }

    fn is_gateway(&self, mac: &str) {
        self.ip(&format!("link set air address {mac}"));
        self.ip("addr add 192.168.77.1/24 dev air");
        self.ip("link set air up");
    }

    /// What `probe` says when it is asked there.
    pub(crate) fn enters(&self, probe: fn() -> bool) -> bool {
        let namespace = std::fs::File::open(self.namespace()).unwrap();
        let asked = std::thread::spawn(move || {
            setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
            probe()
        });
        asked.join().unwrap()
    }

    fn moves_to(&self, other: &Far) {
        self.ip(&format!("link set air netns {}", other.pid()));
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks the laptop for anything, all the time.
struct Prober {
    asked: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
}

impl Prober {
    fn of(far: &Far) -> Prober {
        let prober = Prober {
            asked: Arc::default(),
            answered: Arc::default(),
            ends: Arc::default(),
        };
        for probe in [answers, connects, announces] {
            let namespace = std::fs::File::open(far.namespace()).unwrap();
            let (asked, answered, ends) = (
                Arc::clone(&prober.asked),
                Arc::clone(&prober.answered),
                Arc::clone(&prober.ends),
            );
            std::thread::spawn(move || {
                setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
                while !ends.load(Ordering::Relaxed) {
                    let is_there = probe();
                    asked.fetch_add(1, Ordering::Relaxed);
                    answered.fetch_add(usize::from(is_there), Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(2));
                }
            });
        }
        prober
    }

    fn until_answered(&self) {
        let until = Instant::now() + Duration::from_secs(5);
        while self.answered.load(Ordering::Relaxed) < 2 {
            assert!(Instant::now() < until, "nobody is at home");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Prober {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}

fn until(holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < until, "not in time");
    }
}

fn laptop() -> SocketAddr {
    LAPTOP.parse().unwrap()
}

fn connects() -> bool {
    TcpStream::connect_timeout(&laptop(), Duration::from_millis(100)).is_ok()
}

fn answers() -> bool {
    let Ok(socket) = UdpSocket::bind("0.0.0.0:0") else {
        return false;
    };
    let patience = Duration::from_millis(10);
    socket.set_read_timeout(Some(patience)).unwrap();
    let sent = socket.send_to(options("UDP").as_bytes(), laptop());
    sent.is_ok() && socket.recv(&mut [0; 4096]).is_ok()
}

/// Asks the link who serves SIP (RFC 6762 §6.7: by who has no port 5353, and is answered there).
fn announces() -> bool {
    let Ok(socket) = UdpSocket::bind("192.168.77.1:0") else {
        return false;
    };
    let patience = Duration::from_millis(200);
    socket.set_read_timeout(Some(patience)).unwrap();
    let name = b"\x04_sip\x04_udp\x05local\0";
    let question = [
        &[0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0][..],
        name,
        &[0, 12, 0, 1],
    ]
    .concat();
    let mut answer = [0; 4096];
    let sent = socket.send_to(&question, "224.0.0.251:5353");
    let read = sent.and_then(|_| socket.recv(&mut answer));
    read.is_ok_and(|length| answer[..length].windows(name.len()).any(|it| it == name))
}

pub(crate) fn ip(before: &[&str], words: &str) {
    let mut all: Vec<&str> = before.to_vec();
    all.push("ip");
    all.extend(words.split(' '));
    let output = Command::new(all[0]).args(&all[1..]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}: {said}");
}

/// Once more, in a namespace of its own: as root, or as root of a user namespace.
pub(crate) fn again(test: &str) {
    let ways: [&[&str]; 2] = [&["--net"], &["--user", "--map-root-user", "--net"]];
    let works = |way: &&&[&str]| {
        let tried = Command::new("unshare").args(**way).arg("true").output();
        tried.is_ok_and(|it| it.status.success())
    };
    let way = ways
        .iter()
        .find(works)
        .expect("no network namespace is to be had here");
    let output = Command::new("unshare")
        .args(*way)
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && text.contains("1 passed");
    assert!(
        passed,
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{text}");
}
