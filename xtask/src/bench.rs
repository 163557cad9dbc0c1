//! `cargo xtask bench`: what can be measured, each beside something else in the same run.

mod rebind;
mod registrar;

use crate::{Fallible, run};

const BENCHES: &str = "\
cargo xtask bench rebind [--quick] [--times N] [--yes]
    a change of network, from usable to bound at the registrar: beside what no client can beat, a script, baresip and linphone-daemon;
    --quick takes minutes instead of a quarter of an hour, N is how often Bellhop does each
cargo xtask bench registrar [--quick] [--yes]
    the home registrar beside Kamailio: CPU and memory of a binding, refreshes a second, latency, lookup; some minutes, --quick one
cargo xtask bench message
    reading a message, beside rsip";

/// Runs the bench of that name; without words, tells which there are. `None` when there is another word.
pub(crate) fn run(words: &[&str]) -> Option<Fallible<()>> {
    match words.split_first() {
        None => {
            println!("{BENCHES}");
            Some(Ok(()))
        }
        Some((&"message", [])) => Some(message()),
        Some((&"registrar", flags)) => {
            registrar::Wanted::read(flags).map(|wanted| registrar::run(&wanted))
        }
        Some((&"rebind", flags)) => rebind::Wanted::read(flags).map(|wanted| rebind::run(&wanted)),
        Some(_) => None,
    }
}

fn message() -> Fallible<()> {
    run::well(&mut run::cargo(&[
        "bench",
        "--locked",
        "--package",
        "bellhop-sip",
    ]))
}
