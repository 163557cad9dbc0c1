//! A host of the lab: one network namespace, held by a file of this process and gone with it.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::process::{self, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use bellhop_tests_support::tools;
use nix::sched::{CloneFlags, setns, unshare};

/// Longest wait for the kernel to take up an interface.
const COMING_ROUND: Duration = Duration::from_secs(60);

/// One network namespace.
#[derive(Debug)]
pub struct Namespace {
    name: &'static str,
    net: File,
}

impl Namespace {
    /// Makes a network namespace with its loopback up. `name` is only for messages.
    ///
    /// # Errors
    /// Without the right to make namespaces.
    pub fn new(name: &'static str) -> Result<Self> {
        // A namespace belongs to a thread, so a thread makes it, and the open file keeps it when the thread has ended.
        let made = thread::spawn(|| -> Result<File> {
            unshare(CloneFlags::CLONE_NEWNET)?;
            Ok(File::open("/proc/thread-self/ns/net")?)
        });
        let net = made
            .join()
            .map_err(|_| anyhow!("the thread that makes {name} panicked"))??;
        let namespace = Self { name, net };
        namespace.ip("link set lo up")?;
        Ok(namespace)
    }

    /// Runs `work` inside, on a thread of its own: sockets it opens and programs it starts stay inside for good.
    ///
    /// # Errors
    /// When the namespace can't be entered, or when `work` fails.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let entered = || {
            setns(self.net.as_fd(), CloneFlags::CLONE_NEWNET)?;
            work()
        };
        thread::scope(|scope| {
            scope
                .spawn(entered)
                .join()
                .map_err(|_| anyhow!("the work panicked"))?
        })
        .with_context(|| format!("in {}", self.name))
    }

    /// What `ip link set … netns` takes for this namespace.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", process::id(), self.net.as_raw_fd())
    }

    /// Runs lines of `ip` commands as one batch, microseconds apart.
    ///
    /// # Errors
    /// When a line fails: those after it are not run.
    pub fn ip(&self, batch: &str) -> Result<()> {
        self.feed(program("ip")?.args(["-batch", "-"]), batch)
    }

    /// Waits until an interface sends: one that was set up by its other end throws packets away until the kernel has come round to it,
    /// which on a busy machine takes seconds.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub fn wait_until_up(&self, interface: &str) -> Result<()> {
        let show = ["-oneline", "link", "show", "dev", interface];
        self.wait_until(&show, |told| told.contains(" state UP "))
    }

    /// Waits until no IPv6 address of an interface is tentative: even one that is not to be doubted is so for a moment, and packets that
    /// leave it then wait a second for their neighbour's address.
    ///
    /// # Errors
    /// When one still is after a minute.
    pub fn wait_until_sure(&self, interface: &str) -> Result<()> {
        let show = ["-oneline", "-6", "address", "show", "dev", interface];
        self.wait_until(&show, |told| {
            !told.is_empty() && !told.contains("tentative")
        })
    }

    fn wait_until(&self, show: &[&str], wanted: impl Fn(&str) -> bool) -> Result<()> {
        let end = Instant::now() + COMING_ROUND;
        while Instant::now() < end {
            let told = self.output(program("ip")?.args(show))?;
            if wanted(&String::from_utf8_lossy(&told.stdout)) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(2));
        }
        bail!("in {}: waited for {show:?} in vain", self.name)
    }

    /// Replaces the packet filter by `rules`.
    ///
    /// # Errors
    /// When `nft` refuses them.
    pub fn nft(&self, rules: &str) -> Result<()> {
        self.feed(
            program("nft")?.args(["-f", "-"]),
            &format!("flush ruleset\n{rules}"),
        )
    }

    /// Writes a setting below `/proc/sys/net`.
    ///
    /// # Errors
    /// When the kernel has no such setting.
    pub fn set(&self, setting: &str, value: &str) -> Result<()> {
        self.inside(|| {
            fs::write(format!("/proc/sys/net/{setting}"), value)
                .with_context(|| format!("setting {setting}"))
        })
    }

    /// Runs a program inside to its end.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn output(&self, command: &mut Command) -> Result<Output> {
        self.inside(|| {
            command
                .output()
                .with_context(|| format!("running {command:?}"))
        })
    }

    fn feed(&self, command: &mut Command, input: &str) -> Result<()> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.inside(|| Ok(command.spawn()?))?;
        let mut stdin = child
            .stdin
            .take()
            .context("the program has no standard input")?;
        stdin.write_all(input.as_bytes())?;
        drop(stdin);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            bail!(
                "in {}: {command:?} refused {input:?}: {}",
                self.name,
                told.trim()
            );
        }
        Ok(())
    }
}

/// A program of the system, also where only administrators have it in their `PATH`.
///
/// # Errors
/// When it is not installed.
pub fn program(name: &str) -> Result<Command> {
    let path = tools::find(name).with_context(|| format!("{name} is not installed"))?;
    Ok(Command::new(path))
}
