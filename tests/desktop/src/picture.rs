//! What is seen, as pixels.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufWriter, Cursor};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::display::Place;

/// What is seen at one moment.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue of each.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Part of it.
    #[must_use]
    pub fn part(&self, place: Place) -> Picture {
        let within = |at: i16, length: u16, limit: u32| {
            let from = u32::try_from(at).unwrap_or(0).min(limit);
            (from, (from + u32::from(length)).min(limit))
        };
        let (left, right) = within(place.x, place.width, self.width);
        let (top, bottom) = within(place.y, place.height, self.height);
        let mut rgb = Vec::new();
        for row in top..bottom {
            let at = |column: u32| ((row * self.width + column) * 3) as usize;
            rgb.extend_from_slice(self.rgb.get(at(left)..at(right)).unwrap_or_default());
        }
        Picture {
            width: right - left,
            height: bottom - top,
            rgb,
        }
    }

    /// How many colours are in it.
    #[must_use]
    pub fn colours(&self) -> usize {
        let all: BTreeSet<&[u8]> = self.rgb.chunks_exact(3).collect();
        all.len()
    }

    /// Of a PNG.
    ///
    /// # Errors
    /// When it is none, or of no colours.
    pub fn read(png: &[u8]) -> Result<Picture> {
        let mut decoder = png::Decoder::new(Cursor::new(png));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info()?;
        let mut data = vec![0; reader.output_buffer_size().context("too large")?];
        let info = reader.next_frame(&mut data)?;
        let channels = info.color_type.samples();
        ensure!(channels >= 3, "a picture of {:?}", info.color_type);
        let rgb = data
            .chunks_exact(channels)
            .flat_map(|pixel| pixel.iter().take(3).copied());
        Ok(Picture {
            width: info.width,
            height: info.height,
            rgb: rgb.collect(),
        })
    }

    /// So many times as large, smoothed between the pixels.
    #[must_use]
    pub fn enlarged(&self, times: u32) -> Picture {
        let (width, height) = (self.width * times, self.height * times);
        let mut rgb = Vec::with_capacity((width * height * 3) as usize);
        // Of two neighbours, each by how near it is, in parts of `times`.
        let between = |at: u32, limit: u32| {
            let from = at / times;
            (from, (from + 1).min(limit - 1), at % times)
        };
        for row in 0..height {
            let (above, below, down) = between(row, self.height);
            for column in 0..width {
                let (left, right, along) = between(column, self.width);
                for channel in 0..3 {
                    let at = |row: u32, column: u32| {
                        let place = (row * self.width + column) * 3 + channel;
                        u32::from(self.rgb.get(place as usize).copied().unwrap_or(0))
                    };
                    let mix = |row| at(row, left) * (times - along) + at(row, right) * along;
                    let value = (mix(above) * (times - down) + mix(below) * down) / (times * times);
                    rgb.push(u8::try_from(value).unwrap_or(u8::MAX));
                }
            }
        }
        Picture { width, height, rgb }
    }

    /// Writes it as PNG.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let output = BufWriter::new(fs::File::create(file)?);
        let mut encoder = png::Encoder::new(output, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        Ok(writer.write_image_data(&self.rgb)?)
    }
}
