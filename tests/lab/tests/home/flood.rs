//! More connections than any home has, and WebSockets that a page from elsewhere would open.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bellhop_tests_lab::namespace::Namespace;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrIn, bind, connect, setsockopt, socket, sockopt,
};
use std::os::fd::{AsRawFd as _, OwnedFd};

use crate::client::{self, Client};
use crate::house::{House, Over};
use crate::lan::{LAPTOP, Lan, address};
use crate::phones::web_socket;
use crate::runner::Trials;

/// Of each kind.
const MANY: usize = 10_000;
/// Addresses that the stranger has, since one has a share of its own.
const ADDRESSES: u8 = 100;
const FIRST: u8 = 100;
/// Status answers within this, whatever comes in.
const PROMPT: Duration = Duration::from_secs(2);

/// Adds the trials.
pub(crate) fn add(trials: &mut Trials) {
    trials.add_alone(
        "ten_thousand_half_open_and_slow_connections_keep_no_phone_out",
        ten_thousand,
    );
    trials.add(
        "a_web_socket_of_a_foreign_page_or_by_a_foreign_name_is_refused",
        foreign_pages,
    );
}

fn ten_thousand() -> Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let many = MANY.min(usize::try_from(most)?.saturating_sub(2000));
    let (lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 2, "")?;
    let host = lan.host("the phone", 31)?;
    let by_stream = client::tcp(&host, Over::Tcp.at_home())?;
    let mut bound = Client::new(by_stream, "102", house.password());
    bound.register(600)?;
    let stranger = lan.host("the stranger", 66)?;
    let own: String = (FIRST..FIRST + ADDRESSES)
        .map(|last| format!("address add {}/24 dev eth0\n", address(last)))
        .collect();
    stranger.ip(&own)?;
    let asking = Asking::begin(&house)?;

    // Half open: the answers to their first packets never reach them.
    stranger.nft(
        "table ip deaf { chain arriving { type filter hook input priority filter; \
         tcp flags & (syn | ack) == (syn | ack) drop; }\n}\n",
    )?;
    let half_open = open(&stranger, many)?;
    works(&host, &house, 60)?;
    drop(half_open);
    stranger.nft("")?;

    // Open, and slow: now and then one more letter of a message.
    let slow = Slow::begin(open(&stranger, many)?);
    works(&host, &house, 120)?;
    thread::sleep(Duration::from_secs(3));
    works(&host, &house, 180)?;
    ensure!(slow.letters() > 0, "nothing was sent");
    // Who is bound by a connection stays.
    bound.register(600)?;
    let slowest = asking.slowest();
    ensure!(slowest < PROMPT, "status took {slowest:?}");
    drop(slow);
    Ok(())
}

/// A phone over UDP registers, and a new one over TCP is let in.
fn works(host: &Namespace, house: &House, seconds: u32) -> Result<()> {
    let udp = client::udp(host, Over::Udp.at_home())?;
    Client::new(udp, "101", house.password()).register(seconds)?;
    let tcp = client::tcp(host, Over::Tcp.at_home()).context("a new connection")?;
    Client::new(tcp, "101", house.password())
        .register(seconds)
        .map(drop)
}

/// So many connections that have been begun, from many addresses.
fn open(host: &Namespace, many: usize) -> Result<Vec<OwnedFd>> {
    let SocketAddr::V4(listener) = Over::Tcp.at_home() else {
        anyhow::bail!("an IPv4 address")
    };
    let listener = SockaddrIn::from(listener);
    host.inside(|| {
        (0..many)
            .map(|number| {
                let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
                let one = socket(AddressFamily::Inet, SockType::Stream, flags, None)?;
                setsockopt(&one, sockopt::ReuseAddr, &true)?;
                let own = u8::try_from(number % usize::from(ADDRESSES))?;
                let own = SockaddrIn::from(std::net::SocketAddrV4::new(address(FIRST + own), 0));
                bind(one.as_raw_fd(), &own)?;
                // It is under way.
                let _ = connect(one.as_raw_fd(), &listener);
                Ok(one)
            })
            .collect()
    })
}

/// Status, asked again and again.
struct Asking {
    ends: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Asking {
    fn begin(house: &House) -> Result<Asking> {
        let ends = Arc::new(AtomicBool::new(false));
        let socket = house.engine().state_dir();
        let program = crate::house::program()?;
        let thread = thread::spawn({
            let ends = Arc::clone(&ends);
            move || {
                let mut slowest = Duration::ZERO;
                while !ends.load(Ordering::Relaxed) {
                    let asked = Instant::now();
                    let told = std::process::Command::new(&program)
                        .args(["status", "--json", "--state-dir"])
                        .arg(&socket)
                        .output();
                    if !told.is_ok_and(|it| it.status.success()) {
                        return Duration::MAX;
                    }
                    slowest = slowest.max(asked.elapsed());
                    thread::sleep(Duration::from_millis(100));
                }
                slowest
            }
        });
        Ok(Asking { ends, thread })
    }

    fn slowest(self) -> Duration {
        self.ends.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or(Duration::MAX)
    }
}

/// Connections that say a letter each in turn.
struct Slow {
    ends: Arc<AtomicBool>,
    letters: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Slow {
    fn begin(connections: Vec<OwnedFd>) -> Slow {
        let (ends, letters) = (
            Arc::new(AtomicBool::new(false)),
            Arc::<AtomicUsize>::default(),
        );
        let thread = thread::spawn({
            let (ends, letters) = (Arc::clone(&ends), Arc::clone(&letters));
            move || {
                let mut streams: Vec<TcpStream> =
                    connections.into_iter().map(TcpStream::from).collect();
                while !ends.load(Ordering::Relaxed) {
                    for stream in &mut streams {
                        let sent = stream.write(b"R").is_ok();
                        letters.fetch_add(usize::from(sent), Ordering::Relaxed);
                    }
                    thread::sleep(Duration::from_millis(500));
                }
            }
        });
        Slow {
            ends,
            letters,
            thread: Some(thread),
        }
    }

    fn letters(&self) -> usize {
        self.letters.load(Ordering::Relaxed)
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn foreign_pages() -> Result<()> {
    let (lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 1, "")?;
    let host = lan.host("the phone", 31)?;
    let authority = house.certificate_file()?;
    let own = format!("http://{LAPTOP}:8080");
    let foreign: [&[(&'static str, &str)]; 5] = [
        &[("Origin", "http://evil.example")],
        &[("Origin", "null")],
        &[("Origin", "http://192.168.77.20.evil.example")],
        &[("Host", "evil.example:5080")],
        &[
            ("Host", "192.168.77.21"),
            ("Origin", "http://192.168.77.21"),
        ],
    ];
    for over in [Over::Ws, Over::Wss] {
        let shake = |headers: &[(&'static str, &str)]| try_to(&host, over, &authority, headers);
        for headers in foreign {
            let told = shake(headers).err().map(|error| format!("{error:#}"));
            ensure!(
                told.as_ref().is_some_and(|it| it.contains("403")),
                "{headers:?} over {}: {told:?}",
                over.name()
            );
        }
        shake(&[("Origin", &own)]).context("a page of the laptop's own")?;
        shake(&[("Host", "home")]).context("the home's own name")?;
    }
    // Names that lead to loopback are of nobody else.
    let listener = SocketAddr::from((Ipv4Addr::LOCALHOST, 5070));
    client::tcp(&laptop, listener).map(drop)
}

fn try_to(
    host: &Namespace,
    over: Over,
    authority: &Path,
    headers: &[(&'static str, &str)],
) -> Result<()> {
    let stream = client::tcp(host, over.at_home())?;
    web_socket::connect(stream, over, authority, headers).map(drop)
}
