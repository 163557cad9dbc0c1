//! A QR code as an SVG path: the page draws it with no picture, which its policy would have to let in.

use std::fmt::Write as _;

use bellhop_control::protocol::Password;
use bellhop_control::window::QrCode;
use qrcode::Color;

/// Light modules around a code, which readers need (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// None where the address is too long for a code.
pub(super) fn of(address: Password, minutes: u32) -> Option<QrCode> {
    let code = qrcode::QrCode::new(address.expose()).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    // Reserved whole, so that no copy is left behind by growing: the address can be read from it.
    let mut path = String::with_capacity(16 * width * width);
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            if run.first() == Some(&Color::Dark) {
                let (x, y) = (x + QUIET, y + QUIET);
                let _ = write!(path, "M{x} {y}h{0}v1h-{0}z", run.len());
            }
            x += run.len();
        }
    }
    Some(QrCode {
        address,
        size: u16::try_from(width + 2 * QUIET).ok()?,
        path: Password::from(path),
        minutes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "http://192.168.1.5:40000/provisioning/abcdefghijkmnpqrstuvwxyz23456789";

    #[test]
    fn a_reader_reads_what_is_drawn() {
        let code = of(ADDRESS.into(), 10).unwrap();
        let size = usize::from(code.size);
        let mut dark = vec![false; size * size];
        for run in code.path.expose().split('M').skip(1) {
            let (at, length) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = length.split_once('v').unwrap().0.parse().unwrap();
            dark[y * size + x..][..length].fill(true);
        }
        let grey = |x: usize, y: usize| if dark[y / 4 * size + x / 4] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(4 * size, 4 * size, grey);
        let found = image.detect_grids();
        assert_eq!(found.first().unwrap().decode().unwrap().1, ADDRESS);
    }

    #[test]
    fn what_no_code_holds_has_none() {
        assert_eq!(of("x".repeat(5000).as_str().into(), 10), None);
    }
}
