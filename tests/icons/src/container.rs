//! Files that hold one picture in several sizes.

use crate::Fallible;
use crate::drawing::Drawing;

/// What macOS calls each size; the second of a size is for half as large a place on a dense display.
const MACOS: [(&[u8; 4], u16); 8] = [
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic07", 128),
    (b"ic13", 256),
    (b"ic08", 256),
    (b"ic14", 512),
    (b"ic09", 512),
    (b"ic10", 1024),
];

/// For Windows: a directory of pictures, then the pictures, as PNG.
pub(crate) fn ico(drawing: &Drawing, sizes: &[u16]) -> Fallible<Vec<u8>> {
    const HEADER: usize = 6;
    const ENTRY: usize = 16;
    let mut directory = vec![0, 0, 1, 0];
    directory.extend(u16::try_from(sizes.len())?.to_le_bytes());
    let mut pictures = Vec::new();
    for &size in sizes {
        let png = drawing.at(size)?.png()?;
        // 0 stands for 256.
        let edge = u8::try_from(size).unwrap_or(0);
        directory.extend([edge, edge, 0, 0, 1, 0, 32, 0]);
        directory.extend(u32::try_from(png.len())?.to_le_bytes());
        let start = HEADER + ENTRY * sizes.len() + pictures.len();
        directory.extend(u32::try_from(start)?.to_le_bytes());
        pictures.extend(png);
    }
    directory.extend(pictures);
    Ok(directory)
}

/// For macOS: pictures as PNG, each after its name and length.
pub(crate) fn icns(drawing: &Drawing) -> Fallible<Vec<u8>> {
    const HEAD: usize = 8;
    let mut pictures = Vec::new();
    for (name, size) in MACOS {
        let png = drawing.at(size)?.png()?;
        pictures.extend(name);
        pictures.extend(u32::try_from(HEAD + png.len())?.to_be_bytes());
        pictures.extend(png);
    }
    let mut file = b"icns".to_vec();
    file.extend(u32::try_from(HEAD + pictures.len())?.to_be_bytes());
    file.extend(pictures);
    Ok(file)
}
