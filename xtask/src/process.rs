//! A program that runs beside this one: its lines are kept with their instants, and it ends with its owner.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Fallible, interrupt, run};

/// How often something awaited is looked at.
pub(crate) const GLANCE: Duration = Duration::from_millis(2);

/// A line that a program printed.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: Instant,
    pub(crate) text: String,
}

/// A running program.
pub(crate) struct Running {
    name: &'static str,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Arc<Mutex<Vec<Line>>>,
}

impl Running {
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Fallible<Running> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|why| format!("{}: {why}", run::words(command)))?;
        let lines = Arc::new(Mutex::new(Vec::new()));
        if let Some(stdout) = child.stdout.take() {
            keep(stdout, Arc::clone(&lines));
        }
        if let Some(stderr) = child.stderr.take() {
            keep(stderr, Arc::clone(&lines));
        }
        let stdin = child.stdin.take();
        Ok(Running {
            name,
            child,
            stdin,
            lines,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it printed so far.
    pub(crate) fn lines(&self) -> Vec<Line> {
        held(&self.lines).clone()
    }

    pub(crate) fn say(&mut self, words: &str) -> Fallible<()> {
        let stdin = self
            .stdin
            .as_mut()
            .ok_or_else(|| format!("{} no longer listens", self.name))?;
        writeln!(stdin, "{words}")?;
        Ok(stdin.flush()?)
    }

    /// The first line that is `wanted`, of those printed since an instant, or of all.
    pub(crate) fn await_line(
        &mut self,
        what: &str,
        since: Option<Instant>,
        within: Duration,
        wanted: impl Fn(&str) -> bool,
    ) -> Fallible<Line> {
        let name = self.name;
        wait(within, &format!("{name} did not print {what}"), || {
            let found = held(&self.lines)
                .iter()
                .find(|line| since.is_none_or(|since| line.at >= since) && wanted(&line.text))
                .cloned();
            if found.is_some() {
                return Ok(found);
            }
            match self.child.try_wait()? {
                Some(status) => Err(format!("{name} ended too early: {status}").into()),
                None => Ok(None),
            }
        })
    }

    /// An error if it has ended, and not well.
    pub(crate) fn ensure_well(&mut self) -> Fallible<()> {
        match self.child.try_wait()? {
            Some(status) if !status.success() => {
                let last = self.lines().pop().map(|line| line.text);
                Err(format!(
                    "{} ended with {status}: {}",
                    self.name,
                    last.unwrap_or_default()
                )
                .into())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Asks it to end, and insists after three seconds.
    pub(crate) fn stop(&mut self) -> Option<ExitStatus> {
        if let Ok(Some(status)) = self.child.try_wait() {
            return Some(status);
        }
        // The standard library can only kill; the shell's own `kill` also asks.
        run::quietly(Command::new("sh").args([
            "-c",
            "kill -TERM \"$1\"",
            "sh",
            &self.pid().to_string(),
        ]));
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(GLANCE);
        }
        let _gone_already = self.child.kill();
        self.child.wait().ok()
    }

    /// The end of what it printed, for a person who has to find out why something failed.
    pub(crate) fn show_log(&self) {
        eprintln!("\n{} printed:", self.name);
        let lines = self.lines();
        for line in lines.iter().skip(lines.len().saturating_sub(60)) {
            eprintln!("    {}", line.text);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Looks again and again until there is an answer; an error after `within` or when the person asks to stop.
pub(crate) fn wait<T>(
    within: Duration,
    otherwise: &str,
    mut look: impl FnMut() -> Fallible<Option<T>>,
) -> Fallible<T> {
    let end = Instant::now() + within;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if interrupt::asked() {
            return Err("Stopped.".into());
        }
        if Instant::now() >= end {
            return Err(format!("{otherwise} within {} s", within.as_secs()).into());
        }
        thread::sleep(GLANCE);
    }
}

fn keep(stream: impl Read + Send + 'static, lines: Arc<Mutex<Vec<Line>>>) {
    thread::spawn(move || {
        for text in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = Line {
                at: Instant::now(),
                text: String::from_utf8_lossy(&text).into_owned(),
            };
            held(&lines).push(line);
        }
    });
}

fn held(lines: &Mutex<Vec<Line>>) -> MutexGuard<'_, Vec<Line>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Running {
        Running::start("the shell", Command::new("sh").args(["-c", script])).unwrap()
    }

    const SOON: Duration = Duration::from_secs(5);

    #[test]
    fn a_line_is_found_whichever_stream_it_came_by() {
        let mut talker = shell("echo one; echo two >&2; exec sleep 20");
        for word in ["one", "two"] {
            assert!(
                talker
                    .await_line(word, None, SOON, |text| text == word)
                    .is_ok()
            );
        }
    }

    #[test]
    fn lines_from_before_do_not_count() {
        let mut talker = shell("echo word; read go; echo word again; exec sleep 20");
        talker.await_line("a word", None, SOON, |_| true).unwrap();
        let now = Instant::now();
        talker.say("go").unwrap();
        let line = talker.await_line("a word", Some(now), SOON, |text| text.starts_with("word"));
        assert_eq!(line.unwrap().text, "word again");
    }

    #[test]
    fn an_early_end_is_told_at_once() {
        let why = shell("exit 7")
            .await_line("anything", None, SOON, |_| false)
            .unwrap_err();
        assert!(
            why.to_string().starts_with("the shell ended too early"),
            "{why}"
        );
    }

    #[test]
    fn a_bad_end_is_told_with_the_last_words_and_a_good_one_is_none() {
        let end = |script| {
            let mut shell = shell(script);
            wait(SOON, "it went on", || Ok(shell.child.try_wait()?)).unwrap();
            // What it printed is read beside it.
            wait(SOON, "nothing was read", || {
                Ok((!shell.lines().is_empty()).then_some(()))
            })
            .unwrap();
            shell.ensure_well().map_err(|why| why.to_string())
        };
        assert_eq!(end("echo well"), Ok(()));
        let why = end("echo no display; exit 1").unwrap_err();
        assert_eq!(why, "the shell ended with exit status: 1: no display");
    }

    #[test]
    fn what_is_missing_is_named() {
        let why = shell("exec sleep 20")
            .await_line("a word", None, Duration::ZERO, |_| true)
            .unwrap_err();
        assert_eq!(why.to_string(), "the shell did not print a word within 0 s");
    }

    #[test]
    fn it_is_asked_to_end_before_it_is_made_to() {
        let mut polite = shell("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
        polite
            .await_line("`ready`", None, SOON, |text| text == "ready")
            .unwrap();
        assert_eq!(polite.stop().and_then(|status| status.code()), Some(0));
    }
}
