//! The rpm. What its programs need is found out by rpm's own tools.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tree::{Tree, is_setting};
use super::{VERSION, clear, template};
use crate::{Fallible, run};

pub(super) fn pack(tree: &Tree, work: &Path, place: &Path) -> Fallible<PathBuf> {
    let files: Vec<String> = tree.files().iter().map(|file| entry(file)).collect();
    let spec = template(
        "rpm.spec",
        &[("VERSION", VERSION), ("FILES", &files.join("\n"))],
    )?;
    let top = work.join("rpm");
    fs::create_dir_all(&top)?;
    let file = top.join("bellhop.spec");
    fs::write(&file, spec)?;
    let define = |name: &str, value: &Path| format!("{name} {}", value.display());
    let built = run::output(
        Command::new("rpmbuild")
            .arg("-bb")
            .args(["--define", &define("_topdir", &top)])
            .args(["--define", &define("tree", tree.root())])
            // Its own place for what it looks up: it shall not write to the home of who packs.
            .args(["--define", &define("_dbpath", &top.join("db"))])
            .arg(file),
    );
    built?;
    clear(place, "rpm")?;
    let made = find(&top.join("RPMS"))?;
    let name = made.file_name().ok_or("the rpm has no name")?;
    let target = place.join(name);
    fs::copy(&made, &target)?;
    Ok(target)
}

/// A line of `%files`.
fn entry(file: &Path) -> String {
    let path = format!("/{}", file.display());
    if path.starts_with("/usr/share/doc/bellhop/") {
        format!("%doc {path}")
    } else if is_setting(file) {
        format!("%config(noreplace) {path}")
    } else {
        path
    }
}

/// rpmbuild puts it into a folder of the architecture's name.
fn find(folder: &Path) -> Fallible<PathBuf> {
    for architecture in fs::read_dir(folder)? {
        for file in fs::read_dir(architecture?.path())? {
            let path = file?.path();
            if path.extension().is_some_and(|found| found == "rpm") {
                return Ok(path);
            }
        }
    }
    Err("rpmbuild left no rpm".into())
}
