//! The story: a line registers, its laptop changes network twice, and what happened is shown.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::faces::Audience;
use super::line::Line;
use super::stage::{Move, Stage};
use crate::process::{Running, wait};
use crate::{Fallible, run};

/// The account that `bellhop demo-registrar` has.
const AOR: &str = "sip:tina@demo.example";
const PASSWORD: &str = "demo";

/// How long a step may take before the demo gives up. A step takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// Tells it on the stage; when something goes wrong, shows what the two programs printed.
pub(crate) fn tell(bellhop: &Path, scratch: &Path, stage: &mut dyn Stage) -> Fallible<()> {
    let listen = stage.registrar();
    let mut registrar = Running::start(
        "the company's registrar",
        stage.company(bellhop).arg("demo-registrar").args([
            "--listen",
            &listen.ip().to_string(),
            "--port",
            &listen.port().to_string(),
        ]),
    )?;
    let files = Files::write(scratch, stage)?;
    let mut engine = Running::start(
        "the engine",
        Command::new(bellhop)
            .arg("run")
            .arg("--config")
            .arg(&files.config)
            .arg("--state-dir")
            .arg(&files.state)
            .args(stage.engine_words()),
    )?;
    let told = Story {
        bellhop,
        files: &files,
        registrar: &mut registrar,
        engine: &mut engine,
        audience: Audience::of(scratch),
    }
    .play(stage);
    if told.is_err() {
        registrar.show_log();
        engine.show_log();
        files.show_logs();
    }
    told
}

struct Story<'a> {
    bellhop: &'a Path,
    files: &'a Files,
    registrar: &'a mut Running,
    engine: &'a mut Running,
    /// Who sees tray and window too.
    audience: Option<Audience>,
}

impl Story<'_> {
    fn play(&mut self, stage: &mut dyn Stage) -> Fallible<()> {
        self.registrar
            .await_line("that it listens", None, PATIENCE, |line| {
                line.starts_with("listening")
            })?;
        self.engine
            .await_line("`ready`", None, PATIENCE, |line| line == "ready")?;
        let local = stage.begin(self.engine)?;
        self.registered_from(local)?;
        heading("The line is registered");
        self.show(&["status"])?;
        self.look()?;
        for change in stage.moves() {
            self.make(stage, &change)?;
            self.look()?;
        }
        heading("The SIP of it");
        self.show(&["trace"])?;
        self.end()
    }

    fn look(&self) -> Fallible<()> {
        self.audience.as_ref().map_or(Ok(()), Audience::look)
    }

    fn end(&mut self) -> Fallible<()> {
        self.audience.as_ref().map_or(Ok(()), Audience::close)?;
        let status = self.engine.stop();
        heading("The engine has ended; what the company's registrar saw, from start to end");
        for line in self.registrar.lines() {
            println!("  {}", line.text);
        }
        match status {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(format!("The engine ended with {status}").into()),
            None => Err("The engine did not end".into()),
        }
    }

    fn make(&mut self, stage: &mut dyn Stage, change: &Move) -> Fallible<()> {
        heading(change.title);
        for step in &change.steps {
            println!("  {step}");
        }
        let start = stage.perform(change, self.engine)?;
        let address = format!("@{}:", change.local);
        let bound = self.registrar.await_line(
            &format!("a binding at {}", change.local),
            Some(start),
            PATIENCE,
            |line| line.contains(" bound ") && line.contains(&address),
        )?;
        let line = self.registered_from(change.local)?;
        let last = line
            .last
            .ok_or("the status does not say how long it took")?;
        println!(
            "\n  Registered again in {}: from {} to the registrar's answer, by Bellhop's clock.",
            ms(last.took_ms),
            stage.alarm()
        );
        println!(
            "  {} from before the change to the registrar's word that it is bound, by the demo's clock.",
            ms(bound.at.duration_since(start).as_secs_f64() * 1000.0)
        );
        println!(
            "  Round trips: {}. The links of the demo have no delay; on a real network each costs what it takes there.\n",
            last.round_trips
        );
        self.show(&["status"])
    }

    fn registered_from(&mut self, local: IpAddr) -> Fallible<Line> {
        wait(
            PATIENCE,
            &format!("the line was not registered from {local}"),
            || {
                let line = Line::parse(&run::output(&mut self.command(&["status", "--json"]))?)?;
                Ok(line.is_registered_from(local).then_some(line))
            },
        )
    }

    fn show(&self, words: &[&str]) -> Fallible<()> {
        println!("  $ bellhop {}", words.join(" "));
        for line in run::output(&mut self.command(words))?.lines() {
            println!("  {line}");
        }
        Ok(())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.bellhop);
        command
            .args(words)
            .arg("--state-dir")
            .arg(&self.files.state);
        command
    }
}

/// The engine's files.
struct Files {
    config: PathBuf,
    state: PathBuf,
}

impl Files {
    fn write(scratch: &Path, stage: &dyn Stage) -> Fallible<Files> {
        let files = Files {
            config: scratch.join("config.toml"),
            state: scratch.join("state"),
        };
        let mut secret = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(scratch.join("tina.secret"))?;
        writeln!(secret, "{PASSWORD}")?;
        let config = format!(
            "[[line]]\nid = \"work\"\naor = \"{AOR}\"\nregistrar = \"sip:{};transport=udp\"\npassword = {{ file = \"tina.secret\" }}\nexpires = 600\n",
            stage.registrar()
        );
        fs::write(&files.config, config)?;
        Ok(files)
    }

    fn show_logs(&self) {
        let logs = fs::read_dir(&self.state)
            .into_iter()
            .chain(fs::read_dir(self.state.join("logs")))
            .flatten()
            .flatten();
        for log in logs.filter(|entry| {
            entry.file_name().to_string_lossy().contains("log") && entry.path().is_file()
        }) {
            eprintln!(
                "\n{}:\n{}",
                log.path().display(),
                fs::read_to_string(log.path()).unwrap_or_default()
            );
        }
    }
}

fn heading(words: &str) {
    println!("\n── {words} ──");
}

/// Milliseconds as a person reads them.
fn ms(value: f64) -> String {
    match value {
        ..1.0 => "less than 1 ms".to_owned(),
        1.0..10.0 => format!("{value:.1} ms"),
        _ => format!("{value:.0} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::ms;

    #[test]
    fn few_milliseconds_keep_a_decimal_and_none_is_not_nothing() {
        assert_eq!(ms(0.0), "less than 1 ms");
        assert_eq!(ms(1.44), "1.4 ms");
        assert_eq!(ms(41.3), "41 ms");
    }
}
