//! A directory for one command, removed at its end.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::Fallible;

pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Readable by its owner only. Its path is short: a socket's path has room for about a hundred bytes.
    pub(crate) fn new(name: &str) -> Fallible<Scratch> {
        let path = std::env::temp_dir().join(format!("bellhop-{name}-{}", std::process::id()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|why| format!("{}: {why}", path.display()))?;
        Ok(Scratch(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(why) = fs::remove_dir_all(&self.0) {
            eprintln!("{} is left behind: {why}", self.0.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_gone_with_all_that_is_in_it() {
        let scratch = Scratch::new("scratch").unwrap();
        let path = scratch.path().to_path_buf();
        fs::write(path.join("secret"), "x").unwrap();
        drop(scratch);
        assert!(!path.exists());
    }
}
