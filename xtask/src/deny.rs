//! `cargo xtask deny`: licences, bans, sources and known vulnerabilities of what Bellhop depends on, by deny.toml.

use crate::{Fallible, run};

pub(crate) fn run() -> Fallible<()> {
    if !run::quietly(&mut run::cargo(&["deny", "--version"])) {
        println!("cargo-deny is missing; building it takes some minutes …");
        run::well(&mut run::cargo(&["install", "--locked", "cargo-deny"]))?;
    }
    run::well(&mut run::cargo(&["deny", "--workspace", "check"]))
}
