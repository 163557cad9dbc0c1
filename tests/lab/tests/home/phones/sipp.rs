//! SIPp, whose scenario is a phone with MD5: over UDP and TCP. It plays by itself and ends well only if every answer was as expected.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bellhop_tests_lab::namespace::program;
use bellhop_tests_lab::process::Process;
use tempfile::TempDir;

use super::{Phone, Socket, USER, ended, folder};
use crate::house::Over;

const SCENARIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/home/sipp.xml");
const PATIENCE: Duration = Duration::from_secs(60);

struct Sipp {
    process: Process,
    folder: TempDir,
}

pub(super) fn start(socket: &Socket<'_>) -> Result<Box<dyn Phone>> {
    let folder = folder()?;
    let own = socket.host.inside(|| {
        // Its own address is what it would leave by.
        let probe = std::net::UdpSocket::bind("0.0.0.0:0")?;
        probe.connect(socket.over.at_home())?;
        Ok(probe.local_addr()?.ip().to_string())
    })?;
    let mut command = program("sipp")?;
    command
        .arg(socket.over.at_home().to_string())
        .args(["-sf", SCENARIO, "-i", &own, "-s", USER, "-au", USER])
        .args(["-ap", socket.password, "-m", "1", "-nostdin"])
        .args(["-trace_err", "-error_file", "errors"])
        .args(["-t", if socket.over == Over::Tcp { "t1" } else { "u1" }])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(File::create(folder.path().join("output"))?)
        .stderr(Stdio::null());
    let child = socket
        .host
        .inside(|| command.spawn().context("starting sipp"))?;
    Ok(Box::new(Sipp {
        process: Process::new(child),
        folder,
    }))
}

impl Phone for Sipp {
    /// It says so at the end.
    fn is_registered(&mut self) -> Result<bool> {
        Ok(true)
    }

    fn refresh(&mut self) -> Result<()> {
        Ok(())
    }

    fn unregister(&mut self) -> Result<()> {
        let status = ended(&mut self.process, PATIENCE)?;
        ensure!(status.success(), "sipp: {status}");
        Ok(())
    }

    fn words(&self) -> String {
        fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default()
    }
}
