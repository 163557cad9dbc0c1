//! What is committed is what the sources give.

use std::collections::BTreeSet;
use std::fs;

use bellhop_tests_icons::{all, folder};

#[test]
fn every_picture_is_what_its_source_gives() {
    for file in all().unwrap() {
        let kept = fs::read(folder().join(&file.path)).unwrap_or_default();
        assert!(
            kept == file.bytes,
            "icons/{} is not what its source gives: cargo xtask icons",
            file.path
        );
    }
}

#[test]
fn no_picture_lies_about_without_a_source() {
    let drawn: BTreeSet<String> = all().unwrap().into_iter().map(|file| file.path).collect();
    for part in ["tray", "app"] {
        for entry in fs::read_dir(folder().join(part)).unwrap() {
            let path = format!("{part}/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(drawn.contains(&path), "nothing draws icons/{path}");
        }
    }
}
