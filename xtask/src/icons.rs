//! `cargo xtask icons`: every picture of the icons anew, from their sources.

use crate::{Fallible, run};

pub(crate) fn run() -> Fallible<()> {
    run::well(&mut run::cargo(&[
        "run",
        "--quiet",
        "--locked",
        "--package",
        "bellhop-tests-icons",
    ]))
}
