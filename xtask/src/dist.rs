//! `cargo xtask dist`: a deb and an rpm, in `target/dist`. Both hold the same tree, which is laid out once.

mod deb;
mod licences;
mod rpm;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

use crate::desktop::{self, For};
use crate::packages::{self, Package};
use crate::{Fallible, run, ui};
use tree::Tree;

/// What makes the packages.
pub(crate) const TO_PACK: [Package; 3] = [
    Package::new(
        "binutils",
        "strip",
        "takes out of the programs what only developers need",
    ),
    Package::new(
        "dpkg-dev",
        "dpkg-shlibdeps",
        "finds out what the deb depends on",
    ),
    Package::new("rpm", "rpmbuild", "builds the rpm"),
];

/// The version of everything in the workspace.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was made.
pub(crate) struct Packed {
    pub(crate) deb: PathBuf,
    pub(crate) rpm: PathBuf,
}

pub(crate) fn run(yes: bool) -> Fallible<()> {
    let page = ui::packages();
    packages::need(&[&TO_PACK, &desktop::TO_BUILD, &page], yes)?;
    let packed = pack()?;
    println!();
    for file in [&packed.deb, &packed.rpm] {
        let kib = fs::metadata(file)?.len() / 1024;
        println!("{} ({kib} KiB)", file.display());
    }
    Ok(())
}

/// Builds what is shipped, and packs it.
pub(crate) fn pack() -> Fallible<Packed> {
    let built = desktop::build(For::People)?;
    let place = run::target_directory()?.join("dist");
    let work = place.join("work");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let tree = Tree::lay_out(&work.join("tree"), &built)?;
    Ok(Packed {
        deb: deb::pack(&tree, &work, &place)?,
        rpm: rpm::pack(&tree, &work, &place)?,
    })
}

/// A file of `installers/`, with what stands between at signs filled in.
fn template(name: &str, words: &[(&str, &str)]) -> Fallible<String> {
    let file = run::workspace().join("installers").join(name);
    let text = fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    Ok(words.iter().fold(text, |text, (word, value)| {
        text.replace(&format!("@{word}@"), value)
    }))
}

/// Removes what earlier versions left, so that only one package of a kind lies there.
fn clear(place: &Path, extension: &str) -> Fallible<()> {
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_template_is_filled_in() {
        let control = template(
            "deb.control",
            &[
                ("VERSION", VERSION),
                ("ARCHITECTURE", "amd64"),
                ("KIB", "12"),
                ("LIBRARIES", "libc6"),
            ],
        );
        let control = control.unwrap();
        assert!(control.contains("Depends: libc6, libayatana-appindicator3-1\n"));
        assert!(!control.replace("authors@", "").contains('@'), "{control}");
    }
}
