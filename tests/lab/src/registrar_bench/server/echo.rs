//! What the generator is able to drive: a loop that answers each request with a 200 of a fixed size and knows nothing.

use std::net::{SocketAddr, UdpSocket};
use std::process::Command;

use anyhow::{Context, Result};

use super::{Counting, READY, Server, Site};
use crate::registrar_bench::answer;
use crate::registrar_bench::message::BRANCH;
use crate::registrar_bench::wire::Wire;

/// The word that makes the bench such a loop.
pub(in crate::registrar_bench) const WORD: &str = "--answer-at";

pub(super) fn start(site: Site) -> Result<Server> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([WORD, &site.address.to_string()]);
    Server::started(command, site, Counting::Nothing)
        .and_then(|server| server.wait_until(|site| site.log().starts_with(READY)))
        .context("the bare answer loop")
}

/// Answers whoever asks first, and him alone, until it is ended.
///
/// # Errors
/// When the address is taken, or the socket breaks.
pub(in crate::registrar_bench) fn serve(
    address: SocketAddr,
    ready: impl FnOnce(&str),
) -> Result<()> {
    let socket = UdpSocket::bind(address)?;
    ready(READY);
    let mut first = [0; 2048];
    let (length, peer) = socket.recv_from(&mut first)?;
    socket.connect(peer)?;
    let mut wire = Wire::of(socket)?;
    let mut answers = vec![template(); 64];
    if let (Some(bytes), Some(answer)) = (first.get(..length), answers.first_mut()) {
        fill(answer, bytes);
        wire.send(&[answer])?;
    }
    loop {
        wire.wait_for_some(1_000)?;
        loop {
            let mut slots = answers.iter_mut();
            let count = wire.receive(|bytes| {
                if let Some(answer) = slots.next() {
                    fill(answer, bytes);
                }
            })?;
            if count == 0 {
                break;
            }
            let sent: Vec<_> = answers.iter().take(count).map(Vec::as_slice).collect();
            wire.send(&sent)?;
        }
    }
}

fn template() -> Vec<u8> {
    format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:50000;rport=50000;branch={BRANCH}0000000000000000;received=127.0.0.1\r\n\
         From: <sip:1000000@home>;tag=6b3a00000000\r\nTo: <sip:1000000@home>;tag=9f2c4e6a8b0d\r\nCall-ID: 00000000f81d4fae7dec@desk\r\n\
         CSeq: 1000000000 REGISTER\r\nContact: <sip:1000000@10.0.0.0:5060>;expires=3600\r\nDate: Fri, 27 Nov 2026 16:53:00 GMT\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

/// Puts the branch of `request` in its place.
fn fill(answer: &mut [u8], request: &[u8]) {
    let Some(digits) = answer::digits(request) else {
        return;
    };
    let at = memchr::memmem::find(answer, BRANCH.as_bytes()).map(|at| at + BRANCH.len());
    if let Some(place) = at.and_then(|at| answer.get_mut(at..at + digits.len())) {
        place.copy_from_slice(digits);
    }
}
