//! A source, and drawing it in some size.

use std::fs;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::{Fallible, folder};

/// A source.
pub struct Drawing(Tree);

/// A source drawn in some size.
#[derive(Clone)]
pub struct Picture(Pixmap);

impl Drawing {
    /// The source of that name.
    ///
    /// # Errors
    /// It is not there, or is no SVG.
    pub fn of(name: &str) -> Fallible<Drawing> {
        let file = folder().join(name).with_extension("svg");
        let text = fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
        Drawing::parse(&text)
    }

    /// An SVG.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(svg: &str) -> Fallible<Drawing> {
        Ok(Drawing(Tree::from_str(svg, &Options::default())?))
    }

    /// A square of so many pixels.
    ///
    /// # Errors
    /// It has none.
    pub fn at(&self, pixels: u16) -> Fallible<Picture> {
        let mut map =
            Pixmap::new(pixels.into(), pixels.into()).ok_or("a picture without pixels")?;
        let size = self.0.size();
        let scale = Transform::from_scale(
            f32::from(pixels) / size.width(),
            f32::from(pixels) / size.height(),
        );
        resvg::render(&self.0, scale, &mut map.as_mut());
        Ok(Picture(map))
    }
}

impl Picture {
    /// The same silhouette in black: macOS gives it the colour that the menu bar wants.
    #[must_use]
    pub fn template(mut self) -> Picture {
        for pixel in self.0.data_mut().chunks_exact_mut(4) {
            if let [red, green, blue, _] = pixel {
                (*red, *green, *blue) = (0, 0, 0);
            }
        }
        self
    }

    /// As a PNG.
    ///
    /// # Errors
    /// It can't be written as one.
    pub fn png(&self) -> Fallible<Vec<u8>> {
        Ok(self.0.encode_png()?)
    }

    /// Red, green, blue and how much of the pixel is covered; row by row from the top.
    pub fn pixels(&self) -> impl Iterator<Item = [u8; 4]> + '_ {
        self.0.pixels().iter().map(|pixel| {
            let plain = pixel.demultiply();
            [plain.red(), plain.green(), plain.blue(), plain.alpha()]
        })
    }
}
