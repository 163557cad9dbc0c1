//! PJSIP, by its bindings for Python: over UDP, TCP and TLS.

use std::process::Command;

use anyhow::Result;
use bellhop_tests_lab::namespace::Namespace;

use super::{Phone, Program, Socket, USER, folder};
use crate::house::{House, Over};
use crate::python;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/home/pjsip.py");
/// Long enough that no refresh comes unasked.
const SECONDS: u32 = 300;

/// A phone of PJSIP.
pub(crate) struct Pjsip {
    program: Program,
    registrations: usize,
}

pub(super) fn start(socket: &Socket<'_>) -> Result<Box<dyn Phone>> {
    Ok(Box::new(Pjsip::on(socket)?))
}

impl Pjsip {
    /// One over UDP.
    pub(crate) fn over_udp(host: &Namespace, house: &House) -> Result<Pjsip> {
        Pjsip::on(&Socket {
            host,
            over: Over::Udp,
            password: house.password(),
            authority: house.certificate_file()?,
        })
    }

    fn on(socket: &Socket<'_>) -> Result<Pjsip> {
        let mut command = Command::new(python::python()?);
        command
            .arg(SCRIPT)
            .args([
                socket.over.name(),
                &socket.over.at_home().to_string(),
                USER,
                socket.password,
                &SECONDS.to_string(),
            ])
            .arg(&socket.authority);
        Ok(Pjsip {
            program: Program::start(socket.host, folder()?, &mut command)?,
            registrations: 0,
        })
    }

    /// Waits until it says that it is registered once more.
    pub(crate) fn wait(&mut self) -> Result<()> {
        self.registrations += 1;
        let told = format!("registration 200 for {SECONDS}");
        self.program.wait_for(&told, self.registrations)
    }

    /// What it wrote.
    pub(crate) fn output(&self) -> String {
        self.program.output()
    }
}

impl Phone for Pjsip {
    fn is_registered(&mut self) -> Result<bool> {
        self.wait().map(|()| true)
    }

    fn refresh(&mut self) -> Result<()> {
        self.program.says("refresh")?;
        self.wait()
    }

    fn unregister(&mut self) -> Result<()> {
        self.program.says("unregister")?;
        self.program.wait_for("registration 200 for 0", 1)
    }

    fn words(&self) -> String {
        self.output()
    }
}
