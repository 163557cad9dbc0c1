//! Words that no sentence of Bellhop has, wherever it is written: the catalogue has tests of its own, and sentences of the command line stand in its sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use bellhop_tests_support::binary::workspace;

/// The rooms that speak to people.
const SPEAKERS: [&str; 4] = [
    "crates/bellhop/src",
    "crates/control/src",
    "crates/engine/src",
    "src-tauri/src",
];
const NEVER: [&str; 5] = [
    "an error occurred",
    "try again later",
    "failed to",
    "please",
    "!",
];

#[test]
fn no_sentence_in_the_sources_has_a_word_that_is_never_said() -> Result<()> {
    let (mut sentences, mut found) = (0, Vec::new());
    for folder in SPEAKERS {
        for file in sources(&workspace().join(folder))? {
            let text = fs::read_to_string(&file)?;
            let spoken = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or(&text);
            for sentence in spoken.lines().flat_map(sentences_of) {
                sentences += 1;
                if is_banned(&sentence) {
                    found.push(format!("{}: {sentence}", file.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(
        sentences > 100,
        "only {sentences} sentences: they are not found"
    );
    Ok(())
}

#[test]
fn such_words_are_found() {
    let banned = |line| {
        sentences_of(line)
            .iter()
            .any(|sentence| is_banned(sentence))
    };
    for line in [
        "say(\"An error occurred\")",
        "let a = \"x\"; say(\"it failed to start\");",
        "say(\"Registered again!\")",
        "say(\"now we wait\")",
        "say(\"Please wait\")",
    ] {
        assert!(banned(line), "{line}");
    }
    for line in [
        "assert!(text.contains(\"a b\"))",
        "// we failed to say \"we wait\"",
        "say(\"the web answers\")",
    ] {
        assert!(!banned(line), "{line}");
    }
}

/// The literals of a line that have more than a word.
fn sentences_of(line: &str) -> Vec<String> {
    if line.trim_start().starts_with("//") {
        return Vec::new();
    }
    // A quotation mark that is a character begins no literal.
    let line = line.replace("'\"'", "");
    let literals = line.split('"').skip(1).step_by(2);
    literals
        .filter(|literal| literal.contains(' '))
        .map(str::to_owned)
        .collect()
}

fn is_banned(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    NEVER.iter().any(|never| lower.contains(never))
        || lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == "we")
}

fn sources(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.ends_with("tests") || path.ends_with("tests.rs") {
            // What tests say to one another is said to nobody.
        } else if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}
