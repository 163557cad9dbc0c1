//! `cargo xtask bench`: what reading a message costs, beside rsip in the same run.

use crate::{Fallible, run};

pub(crate) fn run() -> Fallible<()> {
    run::well(&mut run::cargo(&[
        "bench",
        "--locked",
        "--package",
        "bellhop-sip",
    ]))
}
