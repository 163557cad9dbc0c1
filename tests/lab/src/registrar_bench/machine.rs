//! What the kernel says of processes: their time, their memory, their threads; and which cores they may use.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::unistd::{Pid, SysconfVar, sysconf};

/// A program with all the processes that it started.
#[derive(Clone, Debug)]
pub(super) struct Family {
    pids: Vec<u32>,
}

impl Family {
    /// Of the process `root`, as it is now.
    pub(super) fn of(root: u32) -> Self {
        let mut pids = vec![root];
        let mut looked_at = 0;
        while let Some(pid) = pids.get(looked_at) {
            let children = format!("/proc/{pid}/task/{pid}/children");
            let children = fs::read_to_string(children).unwrap_or_default();
            pids.extend(
                children
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            );
            looked_at += 1;
        }
        Self { pids }
    }

    /// Time on a core since their start, in user mode and in the kernel.
    ///
    /// # Errors
    /// When one of them has ended.
    pub(super) fn cpu(&self) -> Result<Duration> {
        let per_second = sysconf(SysconfVar::CLK_TCK)?.unwrap_or(100);
        let mut ticks = 0;
        for pid in &self.pids {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat"))
                .with_context(|| format!("process {pid} of the registrar has ended"))?;
            ticks += ticks_of(&stat).context("/proc/PID/stat reads otherwise than thought")?;
        }
        Ok(Duration::from_secs(ticks) / u32::try_from(per_second)?)
    }

    /// Bytes of memory that are of no file: a page that several of them share counts once.
    ///
    /// # Errors
    /// When one of them has ended.
    pub(super) fn memory(&self) -> Result<u64> {
        let mut sum = 0;
        for pid in &self.pids {
            let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))
                .with_context(|| format!("memory of process {pid}"))?;
            sum += kilobytes(&text, "Pss_Anon:") + kilobytes(&text, "Pss_Shmem:");
        }
        Ok(sum * 1024)
    }

    /// Keeps all their threads on these cores; what they start later stays there too.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn pin(&self, cores: &[usize]) -> Result<()> {
        for pid in &self.pids {
            for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
                let name = thread?.file_name();
                let thread: i32 = name.to_string_lossy().parse()?;
                pin(Pid::from_raw(thread), cores)?;
            }
        }
        Ok(())
    }
}

/// Keeps the calling thread on these cores, and what it starts.
///
/// # Errors
/// When the system refuses.
pub(super) fn pin_self(cores: &[usize]) -> Result<()> {
    pin(Pid::from_raw(0), cores)
}

/// The calling thread's time on a core.
///
/// # Errors
/// When the system does not say.
pub(super) fn own_cpu() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    let time = |value: nix::sys::time::TimeVal| {
        let seconds = u64::try_from(value.tv_sec()).unwrap_or(0);
        let micros = u64::try_from(value.tv_usec()).unwrap_or(0);
        Duration::from_secs(seconds) + Duration::from_micros(micros)
    };
    Ok(time(usage.user_time()) + time(usage.system_time()))
}

fn pin(thread: Pid, cores: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core)?;
    }
    sched_setaffinity(thread, &set).with_context(|| format!("pinning to cores {cores:?}"))
}

/// utime and stime of /proc/PID/stat, the 14th and 15th field. The second one may have spaces and parentheses inside.
fn ticks_of(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    Some(user + fields.next()?.parse::<u64>().ok()?)
}

fn kilobytes(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a) (b) S 1 7 7 0 -1 4194560 100 0 0 0 12 34 0 0 20 0 1 0 5 0 0";
        assert_eq!(ticks_of(stat), Some(46));
    }

    #[test]
    fn this_process_has_time_and_memory() {
        let family = Family::of(std::process::id());
        assert!(family.cpu().is_ok());
        assert!(family.memory().unwrap() > 10_000);
        assert!(own_cpu().is_ok());
    }
}
