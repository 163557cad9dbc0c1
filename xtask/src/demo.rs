//! `cargo xtask demo`: a line that moves between two networks, shown from start to end.
//!
//! Outside, packages are asked for and the binary is built; then the story is played, if the machine allows it inside network namespaces
//! (this program runs itself again there), else on loopback addresses.

mod laptop;
mod line;
mod scratch;
mod scripted;
mod stage;
mod story;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::namespaces::Right;
use crate::packages::{self, Package};
use crate::{Fallible, interrupt, namespaces, process, run};
use laptop::Laptop;
use scratch::Scratch;
use scripted::Scripted;

/// The word by which the demo starts itself again inside the namespaces.
pub(crate) const INSIDE: &str = "demo-inside";

const PACKAGES: [Package; 1] = [Package::new(
    "iproute2",
    "ip",
    "builds two networks that the line moves between",
)];

/// How long the inside has to clear away: longer than the engine may take to unregister.
const AFTER_CTRL_C: Duration = Duration::from_secs(4);

pub(crate) fn run(yes: bool) -> Fallible<()> {
    packages::need(&[&PACKAGES], yes)?;
    let bellhop = build()?;
    interrupt::watch()?;
    let scratch = Scratch::new()?;
    match namespaces::allowed() {
        Some(right) => again_inside(right, &bellhop, scratch.path()),
        None => {
            println!(
                "\nThis machine allows no network namespaces: the networks are two loopback addresses, and what changes is told to Bellhop \
                 rather than noticed by it."
            );
            story::tell(&bellhop, scratch.path(), &mut Scripted::new()?)
        }
    }
}

/// What runs inside the namespaces.
pub(crate) fn inside(bellhop: &Path, scratch: &Path) -> Fallible<()> {
    interrupt::watch()?;
    story::tell(bellhop, scratch, &mut Laptop::new()?)
}

fn build() -> Fallible<PathBuf> {
    println!("\nBuilding bellhop (some minutes the first time) …");
    run::well(&mut run::cargo(&[
        "build",
        "--release",
        "--locked",
        "--package",
        "bellhop",
    ]))?;
    let target = run::target_directory()?;
    Ok(target.join("release/bellhop"))
}

fn again_inside(right: Right, bellhop: &Path, scratch: &Path) -> Fallible<()> {
    let how = match right {
        Right::Root => "as root",
        Right::User => "as an ordinary user",
    };
    println!(
        "\nThe networks are real ones: links, addresses and routes in network namespaces, made {how}. They vanish with the demo."
    );
    let mut command: Command = namespaces::enter(right, &std::env::current_exe()?);
    let mut child = command.arg(INSIDE).arg(bellhop).arg(scratch).spawn()?;
    // Ctrl-C reaches the inside too, which then clears away by itself; a signal to this process alone does not.
    let mut patience = None;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(process::GLANCE);
        if interrupt::asked() && patience.get_or_insert_with(Instant::now).elapsed() > AFTER_CTRL_C
        {
            child.kill()?;
        }
    };
    if status.success() {
        Ok(())
    } else {
        Err("The demo did not come to its end.".into())
    }
}
