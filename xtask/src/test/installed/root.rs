//! A root of its own for a package: dpkg believes that it installs into a machine with the same packages as this one, which is left alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scratch::Scratch;
use crate::{Fallible, run};

/// Where dpkg keeps its books.
const BOOKS: &str = "var/lib/dpkg";

pub(super) struct Root {
    scratch: Scratch,
}

impl Root {
    pub(super) fn new() -> Fallible<Root> {
        let root = Root::empty()?;
        let books = root.path().join(BOOKS);
        // What the package depends on is looked for in here, and must be there.
        fs::copy(
            Path::new("/").join(BOOKS).join("status"),
            books.join("status"),
        )?;
        Ok(root)
    }

    fn empty() -> Fallible<Root> {
        let root = Root {
            scratch: Scratch::new("packages")?,
        };
        let books = root.path().join(BOOKS);
        for folder in ["info", "updates", "triggers"] {
            fs::create_dir_all(books.join(folder))?;
        }
        fs::write(books.join("available"), "")?;
        Ok(root)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.scratch.path().join("root")
    }

    /// For what is not installed, but has to do with it.
    pub(super) fn beside(&self) -> &Path {
        self.scratch.path()
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.path().join("usr/bin").join(name)
    }

    pub(super) fn install(&self, deb: &Path) -> Fallible<()> {
        run::output(self.dpkg().arg("--install").arg(deb)).map(drop)
    }

    pub(super) fn remove(&self) -> Fallible<()> {
        run::output(self.dpkg().args(["--purge", "bellhop"])).map(drop)
    }

    /// Something that is there besides dpkg's books.
    pub(super) fn left(&self) -> Option<PathBuf> {
        let books = self.path().join(BOOKS);
        let mut folders = vec![self.path()];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder)
                .ok()?
                .flatten()
                .map(|entry| entry.path())
            {
                if path == books {
                    continue;
                }
                if !books.starts_with(&path) {
                    return Some(path);
                }
                folders.push(path);
            }
        }
        None
    }

    fn dpkg(&self) -> Command {
        let mut command = Command::new("dpkg");
        command
            .arg("--root")
            .arg(self.path())
            // Anybody may do that in a folder of his own, and has no use for the superuser's programs.
            .args(["--force-not-root", "--force-bad-path"])
            .args(["--log", "/dev/null"])
            .stdin(std::process::Stdio::null());
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_besides_dpkgs_books_is_left_over() {
        let root = Root::empty().unwrap();
        assert_eq!(root.left(), None);
        let folder = root.path().join("usr");
        fs::create_dir(&folder).unwrap();
        assert_eq!(root.left(), Some(folder));
    }
}
