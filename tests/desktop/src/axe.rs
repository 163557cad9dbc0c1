//! axe in the page: what those can't use who see, hear or move otherwise.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use bellhop_tests_support::binary::workspace;
use serde_json::{Value, json};

use crate::page::Page;

/// Where npm put it.
fn source() -> PathBuf {
    workspace().join("ui/node_modules/axe-core/axe.min.js")
}

/// Checks that there are no findings.
///
/// # Errors
/// With all there are.
pub fn finds_nothing(page: &Page) -> Result<()> {
    let there = page.run("return typeof window.axe === 'object';")?;
    if there != json!(true) {
        let axe = fs::read_to_string(source())
            .with_context(|| format!("{}: npm brings it", source().display()))?;
        page.run(&axe)?;
    }
    // "incomplete" is what a person has to look at: told where contrast could not be computed, unless something that is open hangs over it.
    let found = page.run_until_done(
        "axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then(
            (result) => done({
                passes: result.passes.length,
                findings: result.violations.concat(result.incomplete.filter((one) =>
                    one.id === 'color-contrast' && one.nodes.some((node) => node.any.some((check) => check.data?.messageKey !== 'bgOverlap')))).map((one) => ({
                    id: one.id,
                    help: one.help,
                    places: one.nodes.map((node) => node.html + '   ' + (node.any.concat(node.all, node.none).map((check) => check.message).join('; '))),
                })),
            }),
            (error) => done({ error: String(error) }));",
    )?;
    let findings = found.get("findings").and_then(Value::as_array);
    let passes = found.get("passes").and_then(Value::as_u64);
    match (findings, passes) {
        (Some(findings), Some(passes)) if findings.is_empty() && passes > 0 => Ok(()),
        _ => bail!("axe finds: {}", serde_json::to_string_pretty(&found)?),
    }
}
