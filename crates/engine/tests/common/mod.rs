//! A registrar in a thread, a config for it, and tests that run once more in a process of their own.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use bellhop_engine::{NetworkSource, Options};

/// The AOR of the registrar's only account.
pub(crate) const AOR: &str = "sip:tina@company.test";
/// Set in the process that a test runs in once more.
const INNER: &str = "BELLHOP_TEST_INNER";

/// True in that process.
pub(crate) fn is_inner() -> bool {
    std::env::var_os(INNER).is_some()
}

/// Runs this test alone in a process of its own, which `prepare` may wrap and give an environment.
pub(crate) fn in_own_process(
    test: &str,
    wrapper: &[&str],
    prepare: impl FnOnce(&mut Command),
) -> Output {
    let own = std::env::current_exe().unwrap();
    let mut words: Vec<&std::ffi::OsStr> = wrapper.iter().map(std::ffi::OsStr::new).collect();
    words.push(own.as_os_str());
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INNER, "1");
    prepare(&mut command);
    command
        .output()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", words[0].display()))
}

/// Panics with what the inner process said unless it ended well.
pub(crate) fn assert_ended_well(output: &Output) {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
}

/// Starts a registrar on a loopback port; it ends with the process. Gives its port.
pub(crate) fn registrar() -> u16 {
    let (lines, said) = mpsc::channel();
    thread::spawn(move || {
        bellhop_engine::demo_registrar::run(0, IpAddr::V4(Ipv4Addr::LOCALHOST), &mut Lines(lines))
    });
    let mut text = String::new();
    while !text.contains('\n') {
        text += &said.recv_timeout(Duration::from_secs(5)).unwrap();
    }
    text.trim().rsplit(':').next().unwrap().parse().unwrap()
}

struct Lines(mpsc::Sender<String>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a config with one line at that registrar.
pub(crate) fn config(directory: &Path, port: u16, password: &str) -> PathBuf {
    let path = directory.join("config.toml");
    let text = format!(
        "[[line]]\nid = \"work\"\naor = \"{AOR}\"\nregistrar = \"sip:127.0.0.1:{port}\"\npassword = {password}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

pub(crate) fn options(config: &Path, state_dir: Option<PathBuf>) -> Options {
    Options {
        config: Some(config.to_owned()),
        state_dir,
        networks: NetworkSource::Machine,
        ..Options::default()
    }
}
