//! From the kernel's event to REGISTER on the wire: Bellhop beside the least that can be done, in the same lab, taking turns.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};

use super::{GAP, PATIENCE, ROUND_TRIP, new_route};
use crate::capture::Capture;
use crate::company::{DOMAIN, Pbx};
use crate::laptop::Uplink;
use crate::measure::{Spread, milliseconds};
use crate::process::Process;
use crate::stage::Stage;
use crate::topology::REGISTRAR;

/// In the median Bellhop's REGISTER leaves later than this only if something polls or settles, not because a machine is busy.
const CHANGE_OF_KIND_MS: f64 = 50.0;
/// Far more than a program takes to read a few events and to send a datagram for each.
const CAUGHT_UP: Duration = Duration::from_millis(100);

/// Milliseconds from the event to the wire.
#[derive(Clone, Debug, Default)]
pub struct Reaction {
    /// Bellhop's.
    pub bellhop: Vec<f64>,
    /// The minimal program's.
    pub minimal: Vec<f64>,
}

impl Reaction {
    /// As a section of the report.
    ///
    /// # Errors
    /// When nothing was measured.
    pub fn text(&self) -> Result<String> {
        let (bellhop, minimal) = (spread(&self.bellhop)?, spread(&self.minimal)?);
        let mut text = String::from(
            "## From the kernel's event to REGISTER on the wire\n\n\
             Milliseconds from the new default route, as a netlink listener hears it, to the datagram on the laptop's uplink, by the kernel's clock. \
             The minimal program sends one prepared datagram at the event and does nothing else. They take turns, each alone.\n\n\
             | program | runs | min | median | p95 | max |\n|---|---|---|---|---|---|\n",
        );
        for (name, runs, of) in [
            ("Bellhop", self.bellhop.len(), &bellhop),
            ("minimal", self.minimal.len(), &minimal),
        ] {
            let _ = writeln!(
                text,
                "| {name} | {runs} | {:.3} | {:.3} | {:.3} | {:.3} |",
                of.min, of.median, of.p95, of.max
            );
        }
        let _ = writeln!(
            text,
            "\nBellhop above the minimal program: {:+.3} in the median, {:+.3} at p95; ratio {} and {}.",
            bellhop.median - minimal.median,
            bellhop.p95 - minimal.p95,
            ratio(bellhop.median, minimal.median),
            ratio(bellhop.p95, minimal.p95),
        );
        Ok(text)
    }
}

/// Where the listener heard of the event after the datagram had left, there is none.
fn ratio(of: f64, to: f64) -> String {
    if to > 0.0 {
        format!("{:.1}", of / to)
    } else {
        "none (sent before it was heard)".to_owned()
    }
}

fn spread(values: &[f64]) -> Result<Spread> {
    Spread::of(values.iter().copied()).context("nothing was measured")
}

/// Switches between the two networks, `times` for each program.
///
/// # Errors
/// When the line is lost, or a REGISTER is late by more than any load explains.
pub fn reaction(binary: &Path, minimal: &Path, times: u32) -> Result<Reaction> {
    let stage = Stage::set(binary, ROUND_TRIP, Pbx::default())?;
    let capture = Capture::start(&stage.lab.laptop)?;
    let minimal = start(minimal, &stage)?;
    minimal.hold()?;
    let mut uplink = Uplink::Wlan;
    let mut reaction = Reaction::default();
    let switch = |uplink| {
        let after = stage.change(uplink, |lab| lab.switch(uplink, GAP), new_route(uplink))?;
        let sent = capture.first_register(after.began, PATIENCE)?;
        ensure!(
            u32::try_from(sent.interface) == Ok(uplink.index()),
            "a REGISTER left by interface {}",
            sent.interface
        );
        Ok((milliseconds(after.usable, sent.at), after))
    };
    for _ in 0..times {
        uplink = uplink.other();
        let (took, after) = switch(uplink)?;
        stage.settle(&after)?;
        reaction.bellhop.push(took);

        uplink = uplink.other();
        let (took, after) = stage.with_line_held(|| {
            minimal.go_on()?;
            // It acts on what it missed, and then waits in the kernel as Bellhop does.
            thread::sleep(CAUGHT_UP);
            let switched = switch(uplink);
            minimal.hold()?;
            switched
        })?;
        reaction.minimal.push(took);
        // Bellhop finds the network changed when it goes on.
        stage.settle(&after)?;
    }
    let median = spread(&reaction.bellhop)?.median;
    ensure!(
        median < CHANGE_OF_KIND_MS,
        "REGISTER left {median} ms after the event in the median"
    );
    Ok(reaction)
}

/// The minimal program on the laptop, once it listens.
fn start(minimal: &Path, stage: &Stage) -> Result<Process> {
    let mut command = Command::new(minimal);
    command
        .arg(REGISTRAR.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = stage
        .lab
        .laptop
        .inside(|| command.spawn().context("starting the minimal program"))?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let process = Process::new(child);
    stdin
        .context("no standard input")?
        .write_all(prepared().as_bytes())?;
    let mut line = String::new();
    BufReader::new(stdout.context("no standard output")?).read_line(&mut line)?;
    ensure!(line == "ready\n", "the minimal program said {line:?}");
    Ok(process)
}

/// A REGISTER as long as Bellhop's, of an account that nobody has.
fn prepared() -> String {
    let born = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_micros());
    format!(
        "REGISTER sip:{REGISTRAR} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-minimal-{born};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:minimal@{DOMAIN}>;tag=minimal\r\nTo: <sip:minimal@{DOMAIN}>\r\nCall-ID: minimal-{born}\r\nCSeq: 1 REGISTER\r\n\
         Contact: <sip:minimal@192.0.2.1:5060>;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000002>\"\r\nExpires: 3600\r\n\
         Subject: {}\r\nContent-Length: 0\r\n\r\n",
        "as long as the login that a client must send ".repeat(6)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_has_median_p95_and_ratio() {
        let reaction = Reaction {
            bellhop: vec![0.3, 0.4, 0.9],
            minimal: vec![-0.1, 0.1, 0.3],
        };
        let text = reaction.text().unwrap();
        assert!(text.contains("| Bellhop | 3 | 0.300 | 0.400 | 0.900 | 0.900 |"));
        assert!(text.contains("+0.300 in the median, +0.600 at p95; ratio 4.0 and 3.0."));
        assert!(ratio(0.2, -0.1).starts_with("none"));
        assert!(Reaction::default().text().is_err());
    }
}
