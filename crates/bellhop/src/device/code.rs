//! A QR code with the address under which Linphone finds its settings, once, on the home network.

use bellhop_control::device::make_token;
use bellhop_control::error::Code;
use bellhop_control::protocol::{Password, Reply, Request};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use zeroize::Zeroizing;

use crate::engine::{Place, unexpected};
use crate::failure::Failure;
use crate::output;

/// Shows the code. Without an engine or away from home there is none, which is said and is no failure: the settings can be typed.
pub(super) fn show(device: &str, password: &Password, place: &Place) -> Result<(), Failure> {
    let Some(mut engine) = place.connect_if_running()? else {
        output::say("with an engine that runs, Linphone could read a QR code here");
        return Ok(());
    };
    let token = make_token();
    let request = Request::Provision {
        device: device.to_owned(),
        password: password.clone(),
        token: token.clone(),
    };
    let reply = engine.request(request)?;
    let Reply::Provisioning { addresses, seconds } = reply else {
        let error = unexpected(&reply);
        if error.code == Code::NotAtHome {
            output::say(&format!("no QR code: {error} (`bellhop home here`)"));
            return Ok(());
        }
        if error.code == Code::NoSuchDevice {
            output::say("no QR code: the engine that runs has another config");
            return Ok(());
        }
        return Err(error.into());
    };
    for address in addresses {
        let address = Zeroizing::new(format!("{address}{}", token.expose()));
        output::print(&rendered(&address)?)?;
        output::print(&address)?;
    }
    let minutes = seconds / 60;
    output::print(&format!(
        "for Linphone: scan it within {minutes} min; it is given out once"
    ))
}

/// In half blocks, light on dark as terminals mostly are, with the quiet zone that readers need.
fn rendered(text: &str) -> Result<String, Failure> {
    let code = QrCode::new(text.as_bytes())
        .map_err(|error| Failure::refused(format!("no QR code: {error}")))?;
    Ok(code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_of_half_blocks() {
        let shown = rendered("http://192.168.1.5:40000/provisioning/abc").unwrap();
        let rows: Vec<usize> = shown.lines().map(|row| row.chars().count()).collect();
        let width = *rows.first().unwrap();
        assert!(rows.iter().all(|row| *row == width), "{shown}");
        assert_eq!(rows.len(), width.div_ceil(2));
        assert!(shown.contains('█') && shown.contains('▄'));
    }
}
