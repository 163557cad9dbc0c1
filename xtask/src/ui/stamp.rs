//! Whether something was made of exactly these files: a number over all of them, kept beside what cargo builds.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::node::Node;
use crate::{Fallible, run};

pub(super) struct Stamp {
    file: PathBuf,
    number: String,
}

impl Stamp {
    /// Of the files' names and contents, and of the Node that reads them.
    pub(super) fn of(what: &str, node: &Node, files: &[PathBuf]) -> Fallible<Stamp> {
        let folder = run::target_directory()?.join("ui");
        fs::create_dir_all(&folder)?;
        Stamp::at(folder.join(what), node.version(), files)
    }

    fn at(file: PathBuf, version: &str, files: &[PathBuf]) -> Fallible<Stamp> {
        let mut hasher = DefaultHasher::new();
        version.hash(&mut hasher);
        for path in files {
            path.hash(&mut hasher);
            let bytes = fs::read(path).map_err(|why| format!("{}: {why}", path.display()))?;
            bytes.hash(&mut hasher);
        }
        Ok(Stamp {
            file,
            number: format!("{:016x}", hasher.finish()),
        })
    }

    pub(super) fn is_set(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.number)
    }

    pub(super) fn set(&self) -> Fallible<()> {
        Ok(fs::write(&self.file, &self.number)?)
    }

    /// Before the making: what is broken off is made again.
    pub(super) fn clear(&self) -> Fallible<()> {
        match fs::remove_file(&self.file) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(why.into()),
            _ => Ok(()),
        }
    }
}

/// Every file below, sorted, without the folders of these names.
pub(super) fn files_below(root: &Path, without: &[&str]) -> Fallible<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                files.push(entry.path());
            } else if !without.iter().any(|name| entry.file_name() == *name) {
                folders.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_stamp_holds_until_a_file_changes_comes_or_goes() {
        let scratch = Scratch::new("stamp").unwrap();
        let folder = scratch.path().join("ui");
        fs::create_dir_all(folder.join("dist")).unwrap();
        fs::write(folder.join("a.ts"), "1").unwrap();
        let stamp = |version: &str| {
            let files = files_below(&folder, &["dist"]).unwrap();
            Stamp::at(scratch.path().join("stamp"), version, &files).unwrap()
        };
        assert!(!stamp("22").is_set());
        stamp("22").set().unwrap();
        fs::write(folder.join("dist/index.html"), "made").unwrap();
        assert!(stamp("22").is_set());
        assert!(!stamp("24").is_set());
        fs::write(folder.join("b.ts"), "").unwrap();
        assert!(!stamp("22").is_set());
        fs::remove_file(folder.join("b.ts")).unwrap();
        assert!(stamp("22").is_set());
        fs::write(folder.join("a.ts"), "2").unwrap();
        assert!(!stamp("22").is_set());
        stamp("22").clear().unwrap();
        stamp("22").clear().unwrap();
    }
}
