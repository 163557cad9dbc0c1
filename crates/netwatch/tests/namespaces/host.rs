//! A fresh host for each test: the test's program runs again, for this test alone, in a network namespace that ends with it.

use std::future::Future;
use std::io::Write;
use std::net::IpAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use bellhop_netwatch::{Interface, Networks, Path, Watch};
use tokio::time::{Instant, timeout_at};

/// Holds the name of the test in the process that is inside the namespace.
const INSIDE: &str = "BELLHOP_NETWATCH_TEST_INSIDE";
/// What a wanted state may take before the test fails; the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(20);

/// Runs `body` in a namespace of its own. `test` is the full name of the calling test.
pub(crate) fn alone<F: Future<Output = ()>>(test: &str, body: impl FnOnce() -> F) {
    if std::env::var(INSIDE).is_ok_and(|inside| inside == test) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(body());
        return;
    }
    again(test, namespace());
}

/// Runs the test `test` of this program again, by `words` (a program that runs what follows).
pub(crate) fn again(test: &str, words: &[&str]) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(words[0])
        .args(&words[1..])
        .arg(program)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, test)
        .output()
        .unwrap_or_else(|error| panic!("{words:?} (package util-linux) does not run: {error}"));
    let text = String::from_utf8_lossy(&output.stdout);
    // A name that matches no test would pass, too.
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{test} inside its namespace: {}\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    // The harness writes the test's name before its first line.
    for line in text.lines() {
        if let Some(start) = line.find("measured:") {
            println!("{}", &line[start..]);
        }
    }
}

/// How this machine lets us have a network namespace: as root, or as root of a user namespace.
fn namespace() -> &'static [&'static str] {
    const WAYS: [&[&str]; 2] = [
        &["unshare", "--net"],
        &["unshare", "--user", "--map-root-user", "--net"],
    ];
    let works = |way: &&&[&str]| {
        Command::new(way[0])
            .args(&way[1..])
            .args(["ip", "link", "set", "lo", "up"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    WAYS.iter().find(works).unwrap_or_else(|| {
        panic!(
            "no network namespace to be had here: install util-linux (unshare) and iproute2 (ip), \
             and run as root or allow unprivileged user namespaces"
        )
    })
}

/// Runs `ip` with each line in one go.
pub(crate) fn ip(lines: &str) {
    assert!(ip_accepts(lines), "ip refused: {lines}");
}

/// As [`ip`]; says whether every line was taken.
pub(crate) fn ip_accepts(lines: &str) -> bool {
    let mut child = Command::new("ip")
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("ip (package iproute2) does not run");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    child.wait().unwrap().success()
}

/// Two links with carrier: wlan0 (peer air) with 10.1.0.2/24, eth0 (peer cable) with 10.2.0.2/24. No route but to their own subnets.
pub(crate) fn two_uplinks() {
    ip("link add wlan0 type veth peer name air
        link add eth0 type veth peer name cable");
    // The far ends stay silent: what happens to them shows in the carrier of the near ends alone.
    for peer in ["air", "cable"] {
        std::fs::write(format!("/proc/sys/net/ipv6/conf/{peer}/disable_ipv6"), "1").unwrap();
    }
    ip("link set dev lo up
        link set dev air up
        link set dev cable up
        link set dev wlan0 up
        link set dev eth0 up
        addr add 10.1.0.2/24 dev wlan0
        addr add 10.2.0.2/24 dev eth0");
}

/// Starts to watch, and waits until both uplinks have carrier, which the kernel tells a moment after they are up, and nothing more rings:
/// what is seen then is seen for the change that the test makes.
pub(crate) async fn watch_uplinks() -> Watch {
    let mut watch = Watch::new().await.unwrap();
    until(&mut watch, "both links have carrier", |networks| {
        interface(networks, "wlan0").carrier && interface(networks, "eth0").carrier
    })
    .await;
    // The kernel queues its events at once and if-watch asks and is answered at once: a few turns of the runtime hear all of it.
    for _ in 0..8 {
        tokio::select! {
            biased;
            change = watch.changed() => change.unwrap(),
            () = tokio::task::yield_now() => {}
        }
    }
    watch
}

/// Waits until the networks are as wanted.
pub(crate) async fn until(watch: &mut Watch, wanted: &str, is: impl Fn(&Networks) -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is(watch.networks()) {
        match timeout_at(deadline, watch.changed()).await {
            Ok(result) => result.unwrap(),
            Err(_) => panic!("never seen: {wanted}; last: {:#?}", watch.networks()),
        }
    }
}

/// Waits until, after a change that was told, the path to a host is as wanted.
pub(crate) async fn until_path(
    watch: &mut Watch,
    remote: &str,
    wanted: &str,
    is: impl Fn(Option<&Path>) -> bool,
) {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match timeout_at(deadline, watch.changed()).await {
            Ok(result) => result.unwrap(),
            Err(_) => panic!(
                "never seen: {wanted}; last: {:?} {:#?}",
                path(watch, remote).await,
                watch.networks()
            ),
        }
        if is(path(watch, remote).await.as_ref()) {
            return;
        }
    }
}

/// Waits for the next change, whatever it is.
pub(crate) async fn next_change(watch: &mut Watch) {
    timeout_at(Instant::now() + DEADLINE, watch.changed())
        .await
        .expect("no change is told")
        .unwrap();
}

pub(crate) async fn path(watch: &Watch, remote: &str) -> Option<Path> {
    watch.path_to(address(remote)).await.unwrap()
}

pub(crate) fn interface<'a>(networks: &'a Networks, name: &str) -> &'a Interface {
    networks
        .interfaces
        .iter()
        .find(|interface| interface.name == name)
        .unwrap_or_else(|| panic!("no {name} in {networks:?}"))
}

/// The interface's addresses, as text.
pub(crate) fn addresses(networks: &Networks, name: &str) -> Vec<String> {
    interface(networks, name)
        .addresses
        .iter()
        .map(ToString::to_string)
        .collect()
}

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}
