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

/// In half blocks, white on black whatever a terminal's colours are, with the quiet zone that readers need.
fn rendered(text: &str) -> Result<String, Failure> {
    let blocks = blocks(text)?;
    if !output::is_terminal() {
        return Ok(blocks);
    }
    let rows = blocks
        .lines()
        .map(|row| format!("{WHITE_ON_BLACK}{row}{PLAIN}"));
    Ok(rows.collect::<Vec<_>>().join("\n"))
}

const WHITE_ON_BLACK: &str = "\u{1b}[97;40m";
const PLAIN: &str = "\u{1b}[0m";

fn blocks(text: &str) -> Result<String, Failure> {
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
        let shown = blocks(ADDRESS).unwrap();
        let rows: Vec<usize> = shown.lines().map(|row| row.chars().count()).collect();
        let width = *rows.first().unwrap();
        assert!(rows.iter().all(|row| *row == width), "{shown}");
        assert_eq!(rows.len(), width.div_ceil(2));
        assert!(shown.contains('█') && shown.contains('▄'));
    }

    #[test]
    fn a_reader_reads_what_is_in_it() {
        let shown = blocks(ADDRESS).unwrap();
        // Blocks are the light parts: each character is one pixel above another.
        let rows: Vec<Vec<char>> = shown.lines().map(|row| row.chars().collect()).collect();
        let is_light = |x: usize, y: usize| match rows[y / 2][x] {
            '█' => true,
            '▀' => y.is_multiple_of(2),
            '▄' => !y.is_multiple_of(2),
            _ => false,
        };
        let (width, height) = (rows[0].len(), 2 * rows.len());
        let grey = |x: usize, y: usize| if is_light(x / 4, y / 4) { 255 } else { 0 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(4 * width, 4 * height, grey);
        let found = image.detect_grids();
        assert_eq!(found.first().unwrap().decode().unwrap().1, ADDRESS);
    }

    const ADDRESS: &str = "http://192.168.1.5:40000/provisioning/abcdefghijkmnpqrstuvwxyz23456789";
}
