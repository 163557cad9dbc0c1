//! The REGISTERs that are challenged, sent once more with a login: a line is added to them, and nothing else is changed.
//!
//! No phone of a config has a null in its extension, so `escnull` may bind nothing here: neither with the login of `null-`, which is what is left of its user
//! where the null ends it, nor for that phone. What a registrar binds that has such a user, the conformance tests say.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_lab::digest::Challenge;
use bellhop_tests_lab::namespace::Namespace;

use super::{Rfc, folder, status};
use crate::house::{self, House};

const CONFIG: &str = "[home]\nenabled = true\ndomain = \"example.com\"\nlisten = [\"udp:127.0.0.1:5066\"]\n\
    [[device]]\nname = \"watson\"\nextension = \"watson\"\npassword = { file = \"secret\" }\n\
    [[device]]\nname = \"user\"\nextension = \"user\"\npassword = { file = \"secret\" }\n\
    [[device]]\nname = \"null\"\nextension = \"null-\"\npassword = { file = \"secret\" }\n";
/// Their places in it.
const WATSON: usize = 0;
const USER: usize = 1;
const NULL: usize = 2;

pub(super) fn bind() -> Result<()> {
    let host = Namespace::new("the machine")?;
    let house = House::start(&host, CONFIG)?;
    // Where the messages' Vias want their answers.
    let phone = host.inside(|| {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 5060))?;
        socket.connect((Ipv4Addr::LOCALHOST, super::PORT))?;
        socket.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(socket)
    })?;
    let log_in = |name: &str, user: &str| log_in(&phone, &house, name, user);
    let bound = |device: usize| -> Result<Vec<String>> {
        let contacts = house::contacts(&house.home()?, device)?;
        Ok(contacts.into_iter().map(|it| it.uri).collect())
    };
    let bare = "sip:+19725552222@gw1.example.net";
    let with_parameter = format!("{bare};unknownparam");

    // The parameter is the header's, so the binding has none; then the URI's, so it has one.
    for (name, wanted) in [("cparam01", bare), ("cparam02", &with_parameter)] {
        let answer = log_in(name, "watson")?;
        ensure!(status(&answer)? == 200, "{name}: {answer}");
        ensure!(answer.contains(&format!("<{wanted}>")), "{name}: {answer}");
        ensure!(bound(WATSON)? == [wanted], "{name}: {:?}", bound(WATSON)?);
    }
    let answer = log_in("regescrt", "user")?;
    let wanted = "sip:user@example.com?Route=%3Csip:sip.example.com%3E";
    ensure!(status(&answer)? == 200, "{answer}");
    ensure!(answer.contains(&format!("<{wanted}>")), "{answer}");
    ensure!(bound(USER)? == [wanted], "{:?}", bound(USER)?);
    let answer = log_in("escnull", "null-")?;
    ensure!([403, 404].contains(&status(&answer)?), "{answer}");
    ensure!(bound(NULL)?.is_empty(), "{:?}", bound(NULL)?);
    Ok(())
}

/// The answer to a message with the login of this user.
fn log_in(phone: &UdpSocket, house: &House, name: &str, user: &str) -> Result<String> {
    let message = std::fs::read_to_string(folder(Rfc::Torture).join(format!("{name}.dat")))?;
    let challenged = ask(phone, &message)?;
    ensure!(status(&challenged)? == 401, "{name}: {challenged}");
    let challenge = Challenge::of(&challenged).context("no challenge")?;
    let login = challenge.answer(user, house.password(), "sip:example.com", 1);
    let (line, rest) = message.split_once("\r\n").context("no lines")?;
    ask(phone, &format!("{line}\r\n{login}\r\n{rest}"))
}

fn ask(phone: &UdpSocket, message: &str) -> Result<String> {
    phone.send(message.as_bytes())?;
    let mut buffer = [0; 8192];
    loop {
        let length = phone.recv(&mut buffer).context("no answer")?;
        let answer = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
        // They are asked whether they are there.
        if answer.starts_with("SIP/2.0 ") {
            return Ok(answer.into_owned());
        }
    }
}
