//! The deb.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tree::{Tree, is_setting};
use super::{VERSION, clear, template};
use crate::{Fallible, run};

pub(super) fn pack(tree: &Tree, work: &Path, place: &Path) -> Fallible<PathBuf> {
    let architecture = run::output(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    let control = template(
        "deb.control",
        &[
            ("VERSION", VERSION),
            ("ARCHITECTURE", architecture),
            ("KIB", &tree.kib()?.to_string()),
            ("LIBRARIES", &libraries(tree, work)?),
        ],
    )?;
    // Beside the tree, not in it: the rpm is made of the same one.
    let root = work.join("deb");
    run::well(Command::new("cp").arg("-a").arg(tree.root()).arg(&root))?;
    let folder = root.join("DEBIAN");
    fs::create_dir(&folder)?;
    fs::write(folder.join("control"), control)?;
    fs::write(folder.join("md5sums"), sums(tree)?)?;
    let settings: String = tree
        .settings()
        .map(|file| format!("/{}\n", file.display()))
        .collect();
    fs::write(folder.join("conffiles"), settings)?;
    clear(place, "deb")?;
    let file = place.join(format!("bellhop_{VERSION}_{architecture}.deb"));
    run::well(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zxz", "--build"])
            .arg(root)
            .arg(&file)
            .stdout(std::process::Stdio::null()),
    )?;
    Ok(file)
}

/// The packages of the libraries that the programs are linked with, as Debian's own tool names them.
fn libraries(tree: &Tree, work: &Path) -> Fallible<String> {
    // It wants to be where a source package is.
    let source = work.join("source");
    fs::create_dir_all(source.join("debian"))?;
    fs::write(
        source.join("debian/control"),
        "Source: bellhop\n\nPackage: bellhop\nArchitecture: any\n",
    )?;
    let programs = tree.programs().map(|program| tree.root().join(program));
    let told = run::output(
        Command::new("dpkg-shlibdeps")
            .current_dir(source)
            .arg("-O")
            .args(programs),
    )?;
    let found = told
        .lines()
        .find_map(|line| line.strip_prefix("shlibs:Depends="));
    Ok(found.ok_or("dpkg-shlibdeps names no libraries")?.to_owned())
}

fn sums(tree: &Tree) -> Fallible<String> {
    run::output(
        Command::new("md5sum")
            .current_dir(tree.root())
            .args(tree.files().iter().filter(|file| !is_setting(file))),
    )
}
