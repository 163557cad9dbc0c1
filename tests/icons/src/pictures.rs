//! Which pictures there are, and what each is for.

use crate::container::{icns, ico};
use crate::drawing::Drawing;
use crate::{Fallible, STATES};

/// A picture as it lies in the tree.
#[derive(Debug, PartialEq)]
pub struct File {
    /// Below `icons/`, with slashes.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What trays are given: the panel scales it to its own 16, 22 or 24 pixels, and twice as many on dense displays.
const TRAY: [(&str, u16); 2] = [("", 32), ("@2x", 64)];

/// The sizes of freedesktop's icon theme that launchers and task bars ask for; `icons/app.svg` is for all the others.
const HICOLOR: [u16; 8] = [16, 24, 32, 48, 64, 128, 256, 512];

/// Those that Windows picks from.
const WINDOWS: [u16; 6] = [16, 24, 32, 48, 64, 256];

/// Every picture, drawn now.
///
/// # Errors
/// A source is missing or broken.
pub fn all() -> Fallible<Vec<File>> {
    let mut files = Vec::new();
    for state in STATES {
        let drawing = Drawing::of(state)?;
        for (suffix, size) in TRAY {
            let picture = drawing.at(size)?;
            files.push(file(format!("tray/{state}{suffix}.png"), picture.png()?));
            let template = picture.template().png()?;
            files.push(file(format!("tray/{state}-template{suffix}.png"), template));
        }
    }
    let app = Drawing::of("app")?;
    for size in HICOLOR {
        let png = app.at(size)?.png()?;
        files.push(file(format!("app/{size}x{size}.png"), png));
    }
    files.push(file("app/128x128@2x.png".to_owned(), app.at(256)?.png()?));
    files.push(file("app/icon.png".to_owned(), app.at(512)?.png()?));
    files.push(file("app/icon.ico".to_owned(), ico(&app, &WINDOWS)?));
    files.push(file("app/icon.icns".to_owned(), icns(&app)?));
    Ok(files)
}

fn file(path: String, bytes: Vec<u8>) -> File {
    File { path, bytes }
}
