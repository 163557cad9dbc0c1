//! `device qr`: a code that a phone reads. It needs the password, and the old one can't be had back: so it makes a new one.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use bellhop_control::device::make_password;
use bellhop_control::protocol::Request;
use bellhop_engine::lines::{self, ConfigFile};

use super::{code, settings, setup};
use crate::engine::Place;
use crate::failure::Failure;
use crate::output;

pub(super) fn qr(name: &str, yes: bool, file: &ConfigFile, place: &Place) -> Result<(), Failure> {
    let setup = setup(file, name, place)?;
    if !yes {
        ask(name)?;
    }
    let password = make_password();
    lines::set_device_password(file, name, |_| Ok::<_, Failure>(password.clone()))?;
    if let Some(mut engine) = place.connect_if_running()? {
        engine.done(Request::ForgetDeviceSecret {
            device: name.to_owned(),
        })?;
    }
    output::print(&settings::of(&setup, None, Some(&password)))?;
    output::say("the password is shown this once");
    code::show(name, &password, place)
}

fn ask(name: &str) -> Result<(), Failure> {
    let explained = format!(
        "the password of {name} can't be read back, so a new one is made; what has the old one is locked out"
    );
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(format!("{explained}: say --yes")));
    }
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{explained}. Go on? [y/N] ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::refused(format!("the answer could not be read: {error}")))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::refused("nothing was changed"))
    }
}
