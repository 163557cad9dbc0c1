//! Libraries that a machine does not have: hidden from the programs that a trial starts, while the machine keeps them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

/// What no program can load, and what is there on every system.
const NOTHING: &str = "/dev/null";
/// Below these are the libraries, on systems with a folder for each kind of machine and on those without.
const FOLDERS: [&str; 3] = ["/usr/lib", "/usr/lib64", "/lib"];

/// Hides every library whose file name begins like one of these, from this thread and from all that it starts after this. To be called on the thread of a trial,
/// which ends with it.
///
/// # Errors
/// When there is none to hide, or without the right to.
pub fn hide_libraries(names: &[&str]) -> Result<()> {
    let files = libraries(names)?;
    ensure!(!files.is_empty(), "no {names:?} to be hidden");
    unshare(CloneFlags::CLONE_NEWNS).context("a mount namespace")?;
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    for file in &files {
        mount(Some(NOTHING), file, none, MsFlags::MS_BIND, none)
            .with_context(|| format!("hiding {}", file.display()))?;
    }
    Ok(())
}

/// The files themselves: links to them lead to what hides them.
fn libraries(names: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in FOLDERS.map(Path::new) {
        let below = fs::read_dir(folder).into_iter().flatten();
        let below = below.filter_map(|entry| Some(entry.ok()?.path()));
        for folder in std::iter::once(folder.to_owned()).chain(below.filter(|path| path.is_dir())) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let entry = entry?;
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if names.iter().any(|wanted| name.starts_with(wanted)) {
                    found.push(entry.path().canonicalize()?);
                }
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}
