//! What the sources put into logs above DEBUG, by the names of the values: a test run may never come by the line that says too much.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use bellhop_tests_support::binary::workspace;

const LOUD: [&str; 6] = [
    "info!(",
    "warn!(",
    "error!(",
    "info_span!(",
    "warn_span!(",
    "error_span!(",
];
/// No value of such a name belongs there, nor one whose name has it as a part.
const PRIVATE: &[&str] = &[
    "addr",
    "address",
    "addresses",
    "aor",
    "auth",
    "call",
    "contact",
    "contacts",
    "gateway",
    "host",
    "id",
    "ip",
    "local",
    "nonce",
    "password",
    "peer",
    "realm",
    "registrar",
    "remote",
    "secret",
    "source",
    "uri",
    "user",
];

#[test]
fn no_source_logs_a_private_value_above_debug() -> Result<()> {
    let mut loud = 0;
    let mut found = Vec::new();
    for file in sources(&workspace().join("crates"))? {
        let text = fs::read_to_string(&file)?;
        for call in calls(&text) {
            loud += 1;
            found.extend(
                private_names(call).map(|name| format!("{}: {name} in {call}", file.display())),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(
        loud > 5,
        "only {loud} places log anything: they are not found"
    );
    Ok(())
}

#[test]
fn names_are_found_in_every_form() {
    for call in [
        "info!(%addr, \"moved\")",
        "tracing::info!(from = ?flow.local, \"moved\")",
        "warn!(\"no password for {user}\")",
        "error!(\"no password for {}\", line.settings.aor)",
        "info!(\n    line = 1,\n    local_address = %it,\n    \"moved\"\n)",
        "info_span!(\"line\", id = %settings.id)",
        "info!(\"nonce {nonce:?}\")",
    ] {
        let found: usize = calls(call)
            .into_iter()
            .map(|call| private_names(call).count())
            .sum();
        assert!(found > 0, "{call}");
    }
    for call in [
        "info!(line = line.number, state = \"registered\", \"the user's address (local)\")",
        "tracing::debug!(%addr, \"moved\")",
        "info!(pid = std::process::id(), \"ready\")",
    ] {
        let found: Vec<_> = calls(call).into_iter().flat_map(private_names).collect();
        assert!(found.is_empty(), "{call}: {found:?}");
    }
}

/// Sources of the crates; their tests may log what they like.
fn sources(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && !["tests", "benches", "examples"].contains(&name.as_str()) {
            found.extend(sources(&path)?);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
    Ok(found)
}

/// Each call of a macro that logs above DEBUG, to its last parenthesis.
fn calls(text: &str) -> Vec<&str> {
    let begins = LOUD
        .iter()
        .flat_map(|name| text.match_indices(name))
        .filter(|(at, _)| {
            let before = text
                .get(..*at)
                .and_then(|before| before.chars().next_back());
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        });
    begins
        .filter_map(|(at, name)| {
            let rest = text.get(at..)?;
            let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
            let end = rest
                .char_indices()
                .skip(name.len() - 1)
                .find_map(|(at, c)| {
                    match c {
                        _ if escaped => escaped = false,
                        '\\' if quoted => escaped = true,
                        '"' => quoted = !quoted,
                        '(' if !quoted => depth += 1,
                        ')' if !quoted => depth -= 1,
                        _ => {}
                    }
                    (depth == 0).then_some(at + 1)
                })?;
            rest.get(..end)
        })
        .collect()
}

/// Private names among the values of a call: outside its literals, and in their braces.
fn private_names(call: &str) -> impl Iterator<Item = String> {
    // The process's own number, whose function is named like a value.
    let call = call.replace("std::process::id()", "");
    let mut values = String::new();
    for (place, part) in call.split('"').enumerate() {
        if place % 2 == 0 {
            values.push_str(part);
        } else {
            for braced in part.split('{').skip(1) {
                values.push(' ');
                values.push_str(braced.split(['}', ':']).next().unwrap_or_default());
            }
        }
        values.push(' ');
    }
    let words: Vec<String> = values
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map(str::to_owned)
        .collect();
    words
        .into_iter()
        .filter(|word| word.split('_').any(|part| PRIVATE.contains(&part)))
}
