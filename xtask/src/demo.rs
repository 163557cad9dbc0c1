//! `cargo xtask demo`: a line that moves between two networks, shown from start to end.
//!
//! Outside, packages are asked for and what is shown is built: tray and window too where there is a display. Then the story is played, if the machine
//! allows it inside network namespaces (this program runs itself again there), else on loopback addresses.

mod faces;
mod laptop;
mod line;
mod scripted;
mod stage;
mod story;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::desktop::{self, Built, For};
use crate::namespaces::Right;
use crate::packages::{self, Package};
use crate::scratch::Scratch;
use crate::{Fallible, interrupt, namespaces, process, run, ui};
use faces::Faces;
use laptop::Laptop;
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
    let shown = faces::can_be_shown();
    need(shown, yes)?;
    println!("\nBuilding (some minutes the first time) …");
    let (bellhop, built) = if shown {
        let built = Built::named().map_or_else(|| desktop::build(For::People), Ok)?;
        (built.bellhop.clone(), Some(built))
    } else {
        println!("There is no display here: tray and window are left out.");
        (build()?, None)
    };
    interrupt::watch()?;
    let scratch = Scratch::new("demo")?;
    let faces = built.map(|built| Faces::open(built, scratch.path()));
    let faces = faces.transpose()?;
    let told = match namespaces::allowed() {
        Some(right) => again_inside(right, &bellhop, scratch.path()),
        None => {
            println!(
                "\nThis machine allows no network namespaces: the networks are two loopback addresses, and what changes is told to Bellhop \
                 rather than noticed by it."
            );
            story::tell(&bellhop, scratch.path(), &mut Scripted::new()?)
        }
    };
    let seen = faces.map_or(Ok(()), Faces::close);
    told.and(seen)
}

fn need(shown: bool, yes: bool) -> Fallible<()> {
    let page = ui::packages();
    let mut groups: Vec<&[Package]> = vec![&PACKAGES];
    if shown {
        groups.extend([&desktop::TO_BUILD as &[Package], &desktop::TO_RUN, &page]);
    }
    packages::need(&groups, yes)
}

/// What runs inside the namespaces.
pub(crate) fn inside(bellhop: &Path, scratch: &Path) -> Fallible<()> {
    interrupt::watch()?;
    story::tell(bellhop, scratch, &mut Laptop::new()?)
}

fn build() -> Fallible<PathBuf> {
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
