//! Reading pictures: what a person would see written, by tesseract.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::picture::Picture;

/// Letters of 15 pixels are too small for it.
const ENLARGED: u32 = 3;

/// All that is written in a picture.
///
/// # Errors
/// Without tesseract.
pub fn read(picture: &Picture) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("picture.png");
    picture.enlarged(ENLARGED).write(&file)?;
    let mut command = Command::new("tesseract");
    command
        .arg(&file)
        .args(["stdout", "--psm", "11", "-l", "eng"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::null());
    let output = command
        .output()
        .context("tesseract (package tesseract-ocr)")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "tesseract: {told}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Checks that a sentence is written in a picture.
///
/// # Errors
/// With what is read there.
pub fn ensure_written(picture: &Picture, sentence: &str) -> Result<()> {
    let text = read(picture)?;
    ensure!(
        letters(&text).contains(&letters(sentence)),
        "{sentence:?} is not to be read there, but:\n{text}"
    );
    Ok(())
}

/// Without what it takes for something else: dots, apostrophes, the breaks of lines; and letters that look alike are one.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'i' | '1' | '|' => 'l',
            '0' => 'o',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_the_same() {
        assert_eq!(
            letters("You can't be\ncalled"),
            letters("You can’t be called.")
        );
        assert_ne!(letters("Registered"), letters("Paused"));
    }
}
