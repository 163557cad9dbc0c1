//! A program that the lab started and ends.

use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// So long a program may take to end when asked to.
const PATIENCE: Duration = Duration::from_secs(4);

/// A running program: asked to end when dropped, and ended if it does not listen.
pub struct Process {
    child: Child,
}

impl Process {
    /// Takes charge of `child`.
    #[must_use]
    pub fn new(child: Child) -> Self {
        Self { child }
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system can't tell.
    pub fn has_ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Stops it where it is, until [`Process::go_on`].
    ///
    /// # Errors
    /// When the system refuses.
    pub fn hold(&self) -> io::Result<()> {
        self.tell(Signal::SIGSTOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn go_on(&self) -> io::Result<()> {
        self.tell(Signal::SIGCONT)
    }

    fn tell(&self, signal: Signal) -> io::Result<()> {
        let pid = i32::try_from(self.child.id()).map_err(io::Error::other)?;
        Ok(kill(Pid::from_raw(pid), signal)?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Programs with children of their own end those when asked to; SIGKILL would leave them.
        let _ = self.tell(Signal::SIGTERM);
        // One that is held hears it only then.
        let _ = self.go_on();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
