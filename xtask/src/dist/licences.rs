//! The licences of what is inside the programs: libraries of Rust, and those that the window's page is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Fallible, run};

/// What of `node_modules` ends up in the page; what these need goes with them.
const PAGE: [&str; 5] = [
    "svelte",
    "bits-ui",
    "@fluent/bundle",
    "@tauri-apps/api",
    "@internationalized/date",
];

/// How files begin that hold a licence or a notice that has to be passed on.
const PAPERS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"];

/// A library of somebody else.
struct Library {
    /// With its version.
    name: String,
    licence: String,
    folder: PathBuf,
}

/// Each library with its licence, then every text once, under the names of those that come with it.
pub(super) fn of_others() -> Fallible<String> {
    let mut libraries = crates()?;
    libraries.extend(of_the_page()?);
    let mut paper = String::from("What is inside Bellhop's programs, and under which licence\n\n");
    let mut texts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for library in &libraries {
        writeln!(paper, "{}: {}", library.name, library.licence)?;
        for text in papers(&library.folder)? {
            texts.entry(text).or_default().push(&library.name);
        }
    }
    for (text, names) in texts {
        let rule = "-".repeat(80);
        write!(paper, "\n{rule}\n{}\n{rule}\n\n{text}\n", names.join(", "))?;
    }
    Ok(paper)
}

fn crates() -> Fallible<Vec<Library>> {
    let inside = run::output(&mut run::cargo(&[
        "tree",
        "--locked",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--package",
        "bellhop",
        "--package",
        "bellhop-tray",
    ]))?;
    let inside: BTreeSet<String> = inside.lines().filter_map(named).collect();
    let metadata = run::output(&mut run::cargo(&[
        "metadata",
        "--locked",
        "--format-version",
        "1",
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let packages = packages.ok_or("cargo names no packages")?.iter();
    let others = packages.filter(|package| package.get("source").is_some_and(Value::is_string));
    let libraries: BTreeMap<String, Library> = others
        .filter_map(Library::of_cargo)
        .filter(|library| inside.contains(&library.name))
        .map(|library| (library.name.clone(), library))
        .collect();
    Ok(libraries.into_values().collect())
}

/// Of a line like `serde v1.0.228 (*)`.
fn named(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    Some(format!("{name} {version}"))
}

fn of_the_page() -> Fallible<Vec<Library>> {
    let modules = run::workspace().join("ui/node_modules");
    let mut found = BTreeMap::new();
    let mut open: Vec<String> = PAGE.map(str::to_owned).to_vec();
    while let Some(name) = open.pop() {
        if found.contains_key(&name) {
            continue;
        }
        let folder = modules.join(&name);
        // What lies deeper is a second version of something; its licence is the same.
        let Ok(text) = fs::read_to_string(folder.join("package.json")) else {
            continue;
        };
        let package: Value = serde_json::from_str(&text)?;
        if let Some(needed) = package.get("dependencies").and_then(Value::as_object) {
            open.extend(needed.keys().cloned());
        }
        let word = |key| package.get(key).and_then(Value::as_str).unwrap_or("?");
        let library = Library {
            name: format!("{name} {}", word("version")),
            licence: word("license").to_owned(),
            folder,
        };
        found.insert(name, library);
    }
    if let Some(missing) = PAGE.iter().find(|name| !found.contains_key(**name)) {
        return Err(format!(
            "the page is not built with {missing} any more: see {}",
            file!()
        )
        .into());
    }
    Ok(found.into_values().collect())
}

impl Library {
    fn of_cargo(package: &Value) -> Option<Library> {
        let word = |key: &str| package.get(key).and_then(Value::as_str);
        Some(Library {
            name: format!("{} {}", word("name")?, word("version")?),
            licence: word("license").unwrap_or("see below").to_owned(),
            folder: Path::new(word("manifest_path")?).parent()?.to_path_buf(),
        })
    }
}

fn papers(folder: &Path) -> Fallible<BTreeSet<String>> {
    let mut texts = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_uppercase();
        if path.is_file()
            && PAPERS.iter().any(|paper| name.starts_with(paper))
            && let Ok(text) = fs::read_to_string(&path)
        {
            texts.insert(text.replace("\r\n", "\n").trim().to_owned());
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tree_names_a_library_and_its_version() {
        assert_eq!(named("serde v1.0.228 (*)").unwrap(), "serde 1.0.228");
        assert_eq!(named(""), None);
    }

    #[test]
    fn the_papers_of_a_folder_are_its_licences() {
        assert!(!papers(&run::workspace()).unwrap().is_empty());
        assert!(papers(&run::workspace().join("xtask")).unwrap().is_empty());
    }
}
