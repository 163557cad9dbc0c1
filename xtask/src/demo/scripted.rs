//! The stage for machines without network namespaces: loopback addresses, and an engine that is told what its networks are.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::stage::{Move, Stage};
use crate::Fallible;
use crate::process::Running;

const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));

pub(crate) struct Scripted {
    registrar: SocketAddr,
}

impl Scripted {
    pub(crate) fn new() -> Fallible<Scripted> {
        // A port that is free now; 5060 is often taken.
        let registrar = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        Ok(Scripted { registrar })
    }
}

impl Stage for Scripted {
    fn company(&self, bellhop: &Path) -> Command {
        Command::new(bellhop)
    }

    fn registrar(&self) -> SocketAddr {
        self.registrar
    }

    fn engine_words(&self) -> &'static [&'static str] {
        &["--scripted-networks"]
    }

    fn begin(&mut self, engine: &mut Running) -> Fallible<IpAddr> {
        engine.say(&ONE.to_string())?;
        Ok(ONE)
    }

    fn alarm(&self) -> &'static str {
        "the word that the network changed"
    }

    fn moves(&self) -> Vec<Move> {
        let to = |title, local: IpAddr| Move {
            title,
            steps: vec![format!("the local address is now {local}")],
            local,
        };
        vec![
            to("From one loopback address to the other", OTHER),
            to("And back", ONE),
        ]
    }

    fn perform(&mut self, change: &Move, engine: &mut Running) -> Fallible<Instant> {
        let start = Instant::now();
        engine.say(&change.local.to_string())?;
        Ok(start)
    }
}
