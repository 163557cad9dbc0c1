//! What processes cost: memory and wake-ups, as the kernel counts them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::iter::Sum;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Memory in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// All that is there of it (RSS): the same whoever else runs, so that two of these can be compared.
    pub whole: u64,
    /// What it alone has, and its part of what it shares (PSS): smaller the more programs with the same libraries run on this machine.
    pub share: u64,
}

impl Sum for Memory {
    fn sum<I: Iterator<Item = Memory>>(all: I) -> Memory {
        all.fold(Memory::default(), |sum, one| Memory {
            whole: sum.whole + one.whole,
            share: sum.share + one.share,
        })
    }
}

/// A process of a desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its program's name and words.
    pub words: Vec<String>,
}

impl Process {
    /// Name of the program's file.
    #[must_use]
    pub fn program(&self) -> &str {
        let first = self.words.first().map_or("", String::as_str);
        first.rsplit('/').next().unwrap_or(first)
    }

    /// What it has in memory now.
    ///
    /// # Errors
    /// When it is gone.
    pub fn memory(&self) -> Result<Memory> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid))?;
        let amount = |name: &str| -> Result<u64> {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name));
            let amount = line.and_then(|line| line.split_whitespace().next());
            Ok(amount.context("no such amount")?.parse()?)
        };
        Ok(Memory {
            whole: amount("Rss:")?,
            share: amount("Pss:")?,
        })
    }

    /// How often each of its threads was woken or interrupted so far.
    ///
    /// # Errors
    /// When it is gone.
    pub fn switches(&self) -> Result<BTreeMap<OsString, u64>> {
        let mut all = BTreeMap::new();
        for task in fs::read_dir(format!("/proc/{}/task", self.pid))? {
            let task = task?;
            // Threads end while one looks.
            let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
            let counts = status.lines().filter_map(|line| {
                let (name, count) = line.split_once(':')?;
                name.ends_with("ctxt_switches")
                    .then(|| count.trim().parse::<u64>().ok())?
            });
            all.insert(task.file_name(), counts.sum());
        }
        Ok(all)
    }
}

/// Counts the switches of some processes, of threads too that come and go.
///
/// # Errors
/// When one is gone.
pub fn switches_within(time: Duration, processes: &[&Process]) -> Result<Vec<u64>> {
    let look = || -> Result<Vec<_>> { processes.iter().map(|it| it.switches()).collect() };
    let mut counts = vec![0; processes.len()];
    let mut before = look()?;
    let end = Instant::now() + time;
    while Instant::now() < end {
        // Not a wait for something: the time is what is measured. Looking wakes nobody.
        thread::sleep(Duration::from_secs(1));
        let after = look()?;
        for (count, (before, after)) in counts.iter_mut().zip(before.iter().zip(&after)) {
            let more = after
                .iter()
                .map(|(thread, now)| now - before.get(thread).unwrap_or(&0));
            *count += more.sum::<u64>();
        }
        before = after;
    }
    Ok(counts)
}

/// The processes that have this home, in the order of their numbers: programs, and what they started.
///
/// # Errors
/// When the kernel lists none.
pub fn at_home(home: &Path) -> Result<Vec<Process>> {
    let mut wanted = OsString::from("HOME=");
    wanted.push(home);
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // Processes end while one looks, and others' are not ours to look into.
        let Ok(environment) = fs::read(entry.path().join("environ")) else {
            continue;
        };
        let mut variables = environment.split(|byte| *byte == 0);
        if !variables.any(|variable| OsString::from_vec(variable.to_vec()) == wanted) {
            continue;
        }
        let Ok(words) = fs::read(entry.path().join("cmdline")) else {
            continue;
        };
        let words: Vec<String> = words
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty())
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect();
        // One that has ended and is not yet taken note of has no words.
        if !words.is_empty() {
            found.push(Process { pid, words });
        }
    }
    found.sort_by_key(|process| process.pid);
    Ok(found)
}
