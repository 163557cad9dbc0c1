//! Programs that end with the test, and waiting for what they do.

use std::io;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

/// Longest wait for something that comes up at once on an idle machine.
const LONG: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

/// A process that is ended when dropped.
#[derive(Debug)]
pub struct Started(pub Child);

impl Started {
    /// Starts it.
    ///
    /// # Errors
    /// When the system does not.
    pub fn new(command: &mut Command) -> io::Result<Started> {
        command.spawn().map(Started)
    }

    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something holds, at most 20 s.
///
/// # Errors
/// With `what` does not come, or as `holds` does.
pub fn comes(what: &str, holds: impl FnMut() -> Result<bool>) -> Result<()> {
    comes_within(LONG, what, holds)
}

/// The same with another limit.
///
/// # Errors
/// As [`comes`].
pub fn comes_within(
    limit: Duration,
    what: &str,
    mut holds: impl FnMut() -> Result<bool>,
) -> Result<()> {
    let end = Instant::now() + limit;
    while !holds()? {
        ensure!(Instant::now() < end, "{what} does not come");
        thread::sleep(GLANCE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_ends_with_its_owner() {
        let started = Started::new(Command::new("sleep").arg("60")).unwrap();
        let process = format!("/proc/{}", started.pid());
        assert!(std::path::Path::new(&process).exists());
        drop(started);
        assert!(!std::path::Path::new(&process).exists());
    }

    #[test]
    fn what_comes_late_is_waited_for() {
        let mut looks = 0;
        comes("the third look", || {
            looks += 1;
            Ok(looks == 3)
        })
        .unwrap();
        assert_eq!(looks, 3);
    }
}
