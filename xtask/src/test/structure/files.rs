//! Rules that hold for every file of the tree.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Fallible;

const MOST_LINES: usize = 600;

/// Never part of the sources, wherever they lie.
const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", ".test"];

/// What is made of the sources.
const MADE: [&str; 2] = ["ui/dist", "ui/dev/dist"];

/// Rendered by a test from the types of control: nobody writes it, and its parts are read there.
const RENDERED: &str = "ui/src/lib/control.ts";

/// What people write by hand, and others read.
const WRITTEN: [&str; 8] = ["rs", "py", "sh", "svelte", "ts", "js", "css", "html"];

/// The text files of the workspace.
pub(crate) struct Tree(Vec<File>);

struct File {
    /// Relative to the workspace.
    path: PathBuf,
    text: String,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Fallible<Tree> {
        let mut files = Vec::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                let is_made = || MADE.iter().any(|path| entry.path() == root.join(path));
                let is_ours = || !NOT_OURS.iter().any(|name| entry.file_name() == *name);
                if kind.is_dir() && is_ours() && !is_made() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    // What is not text has neither lines nor code.
                    if let Ok(text) = fs::read_to_string(entry.path()) {
                        let path = entry.path().strip_prefix(root)?.to_path_buf();
                        files.push(File { path, text });
                    }
                }
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Tree(files))
    }

    pub(crate) fn too_long(&self) -> Vec<String> {
        let sources = self
            .0
            .iter()
            .filter(|file| file.path != Path::new(RENDERED))
            .filter(|file| WRITTEN.iter().any(|extension| file.has(extension)));
        sources
            .map(|file| (file, file.text.lines().count()))
            .filter(|(_, lines)| *lines > MOST_LINES)
            .map(|(file, lines)| format!("{}: {lines} lines", file.path.display()))
            .collect()
    }

    pub(crate) fn unsafe_code(&self) -> Vec<String> {
        // Put together here, so that this file does not name itself.
        let word = ["un", "safe"].concat();
        let signs = [
            format!("{word} {{"),
            format!("{word} fn"),
            format!("{word} impl"),
            format!("allow({word}_code"),
            format!("expect({word}_code"),
        ];
        self.lines_with(&signs, |file| file.has("rs"))
    }

    pub(crate) fn registries(&self) -> Vec<String> {
        let signs = [
            "registry+",
            "sparse+",
            "index.crates",
            "static.crates",
            "[source.",
            "replace-with",
            "registry.npmjs",
            "\"resolved\": \"http",
        ];
        let here = Path::new("xtask/src/test/structure/files.rs");
        self.lines_with(&signs.map(str::to_owned), |file| {
            !file.path.ends_with("Cargo.lock") && file.path != here && !file.has("md")
        })
    }

    fn lines_with(&self, signs: &[String], wanted: impl Fn(&File) -> bool) -> Vec<String> {
        let mut found = Vec::new();
        for file in self.0.iter().filter(|file| wanted(file)) {
            for (number, line) in (1..).zip(file.text.lines()) {
                if signs.iter().any(|sign| line.contains(sign)) {
                    found.push(format!("{}:{number}: {}", file.path.display(), line.trim()));
                }
            }
        }
        found
    }
}

impl File {
    fn has(&self, extension: &str) -> bool {
        self.path
            .extension()
            .is_some_and(|found| found == extension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(path: &str, text: &str) -> Tree {
        Tree(vec![File {
            path: path.into(),
            text: text.to_owned(),
        }])
    }

    #[test]
    fn a_file_of_601_lines_is_told() {
        assert!(tree("a.rs", &"\n".repeat(600)).too_long().is_empty());
        assert_eq!(
            tree("a.rs", &"\n".repeat(601)).too_long(),
            ["a.rs: 601 lines"]
        );
        assert_eq!(
            tree("ui/src/App.svelte", &"\n".repeat(601))
                .too_long()
                .len(),
            1
        );
        assert!(tree(RENDERED, &"\n".repeat(601)).too_long().is_empty());
        assert!(tree("Cargo.lock", &"\n".repeat(601)).too_long().is_empty());
    }

    #[test]
    fn code_outside_the_rules_is_told_with_its_place() {
        let text = format!("fn a() {{\n    {} {{ }}\n}}\n", ["un", "safe"].concat());
        assert_eq!(tree("a.rs", &text).unsafe_code().len(), 1);
        assert!(
            tree("a.rs", "//! an unsafe thing to say\n")
                .unsafe_code()
                .is_empty()
        );
    }

    #[test]
    fn a_registry_is_told_anywhere_but_in_the_lock_file() {
        let line = "registry = \"sparse+https://packages.example/index/\"\n";
        assert_eq!(tree(".cargo/config.toml", line).registries().len(), 1);
        assert!(tree("Cargo.lock", line).registries().is_empty());
        let line = "\"resolved\": \"https://packages.example/svelte.tgz\",\n";
        assert_eq!(tree("ui/package-lock.json", line).registries().len(), 1);
    }

    #[test]
    fn the_tree_is_read_without_what_is_built() {
        let tree = Tree::read(&crate::run::workspace()).unwrap();
        assert!(
            tree.0
                .iter()
                .any(|file| file.path == Path::new("Cargo.toml"))
        );
        for made in ["target", "ui/dist", "ui/node_modules"] {
            assert!(!tree.0.iter().any(|file| file.path.starts_with(made)));
        }
    }
}
