//! Bellhop's registrar with nothing around it: what the engine adds is the difference.

use std::net::{SocketAddr, UdpSocket};
use std::process::Command;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result};
use bellhop_endpoint::stateless::{Received, StatelessUas};
use bellhop_registrar::{Account, Arrival, Registrar, RegistrarConfig};
use bellhop_sip::digest::Algorithm;
use bytes::Bytes;

use super::{Counting, DOMAIN, PASSWORD, READY, Server, Site};
use crate::registrar_bench::message;
use crate::registrar_bench::wire::Wire;

/// The word that makes the bench such a registrar.
pub(in crate::registrar_bench) const WORD: &str = "--register-at";

pub(super) fn start(site: Site, users: u32) -> Result<Server> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([WORD, &site.address.to_string(), &users.to_string()]);
    Server::started(command, site, Counting::Nothing)
        .and_then(|server| server.wait_until(|site| site.log().starts_with(READY)))
        .context("the registrar as a library")
}

/// Serves whoever asks first, and him alone, until it is ended.
///
/// # Errors
/// When the address is taken, or the socket breaks.
pub(in crate::registrar_bench) fn serve(
    address: SocketAddr,
    users: u32,
    ready: impl FnOnce(&str),
) -> Result<()> {
    let accounts = (0..users).map(|index| Account::new(message::name(index), PASSWORD));
    let config = RegistrarConfig {
        digest: vec![Algorithm::Md5],
        ..RegistrarConfig::new(DOMAIN, accounts.collect())
    };
    let mut registrar = Registrar::new(config, [7; 32]);
    let uas = StatelessUas::new([9; 32]);
    let socket = UdpSocket::bind(address)?;
    ready(READY);
    let (_, peer) = socket.peek_from(&mut [0; 2048])?;
    socket.connect(peer)?;
    let mut wire = Wire::of(socket)?;
    let mut answers: Vec<Bytes> = Vec::new();
    loop {
        wire.wait_for_some(1_000)?;
        let (now, wall) = (Instant::now(), SystemTime::now());
        registrar.handle_timeout(now);
        loop {
            let count = wire.receive(|bytes| {
                let message = Bytes::copy_from_slice(bytes);
                if let Received::Request { request, .. } = uas.receive(peer, message) {
                    let arrival = Arrival::udp(peer);
                    let answer = registrar.handle_request(now, wall, &arrival, &request);
                    answers.push(answer.response);
                }
            })?;
            if count == 0 {
                break;
            }
            let sent: Vec<_> = answers.iter().map(Bytes::as_ref).collect();
            wire.send(&sent)?;
            answers.clear();
            while registrar.poll_event().is_some() {}
            while registrar.poll_write().is_some() {}
        }
    }
}
