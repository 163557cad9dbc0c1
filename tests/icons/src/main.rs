//! `cargo xtask icons`: writes every picture anew.
#![allow(
    clippy::print_stdout,
    reason = "it tells the person at the terminal what it wrote"
)]

use std::fs;

use bellhop_tests_icons::{Fallible, all, folder};

fn main() -> Fallible<()> {
    for file in all()? {
        let path = folder().join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, &file.bytes)?;
        println!("icons/{}", file.path);
    }
    Ok(())
}
