//! What fuzzers found and what they began with, once more: `fuzz/seeds`, by target, and the messages of the RFCs for all.

#![allow(clippy::print_stdout, reason = "a test that fails says at which file")]

use std::fs;
use std::path::{Path, PathBuf};

use bellhop_tests_conformance::fuzzed;

fn replay(target: &str, run: fn(&[u8])) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = files(&package.join("../../fuzz/seeds").join(target));
    assert!(!own.is_empty(), "no seeds of {target}");
    let rfcs = ["data/rfc4475", "data/rfc5118"].map(|folder| files(&package.join(folder)));
    for file in own.iter().chain(rfcs.iter().flatten()) {
        let bytes = fs::read(file).unwrap();
        println!("{}", file.display());
        run(&bytes);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn whatever_was_found_in_messages_holds() {
    replay("message", fuzzed::message);
}

#[test]
fn whatever_was_found_in_headers_holds() {
    replay("headers", fuzzed::headers);
}

#[test]
fn whatever_was_found_in_rows_of_requests_holds() {
    replay("registrar", fuzzed::registrar);
}
