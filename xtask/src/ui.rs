//! `cargo xtask ui`: the window's page, built with Node. Nothing is done while nothing has changed.

mod node;
mod stamp;

use std::path::PathBuf;
use std::process::Command;

use crate::packages::{self, Package};
use crate::{Fallible, run};
use node::Node;
use stamp::Stamp;

/// What the page is made of outside `ui/`: the one catalogue of all sentences, and the bells.
const CATALOGUE: &str = "crates/control/src/messages.ftl";
const ICONS: &str = "icons";

/// Made by building, never read by it.
const MADE: [&str; 4] = ["node_modules", "dist", ".test", ".svelte-kit"];

/// What has to be installed before the page can be built; nothing where Node is here already.
pub(crate) fn packages() -> Vec<Package> {
    node::packages()
}

/// Builds the page, after asking for what that needs.
pub(crate) fn run(yes: bool) -> Fallible<()> {
    let needed = packages();
    if !needed.is_empty() {
        packages::need(&[&needed], yes)?;
    }
    build()
}

/// Builds it into `ui/dist`.
pub(crate) fn build() -> Fallible<()> {
    let node = Node::find()?;
    let page = Stamp::of("page", &node, &sources()?)?;
    if page.is_set() && folder().join("dist/index.html").is_file() {
        println!("The window's page is as new as what it is made of.");
        return Ok(());
    }
    page.clear()?;
    let node = with_modules(node)?;
    run::well(npm(&node).args(["run", "build"]))?;
    page.set()
}

/// Builds the page with every state that it can show, fed by hand, and gives its folder.
pub(crate) fn fixture() -> Fallible<PathBuf> {
    let node = with_modules(Node::find()?)?;
    let made = folder().join("dev/dist");
    let page = Stamp::of("fixture", &node, &sources()?)?;
    if !(page.is_set() && made.join("index.html").is_file()) {
        page.clear()?;
        run::well(npm(&node).args(["run", "fixture"]))?;
        page.set()?;
    }
    Ok(made)
}

/// Checks the page's types, then gives its own tests, as a command that prints them.
pub(crate) fn tests() -> Fallible<Command> {
    let node = with_modules(Node::find()?)?;
    run::well(npm(&node).args(["run", "check"]))?;
    let mut command = npm(&node);
    command.args(["run", "test"]);
    Ok(command)
}

/// Node with the packages that the lock file names, and no others.
fn with_modules(node: Node) -> Fallible<Node> {
    let lists = ["package.json", "package-lock.json"].map(|name| folder().join(name));
    let modules = Stamp::of("modules", &node, &lists)?;
    if !(modules.is_set() && folder().join("node_modules").is_dir()) {
        modules.clear()?;
        run::well(npm(&node).args(["ci", "--no-audit", "--no-fund"]))?;
        modules.set()?;
    }
    Ok(node)
}

fn npm(node: &Node) -> Command {
    let mut command = node.npm();
    command
        .current_dir(folder())
        .stdin(std::process::Stdio::null());
    command
}

fn sources() -> Fallible<Vec<PathBuf>> {
    let mut files = stamp::files_below(&folder(), &MADE)?;
    files.extend(stamp::files_below(&run::workspace().join(ICONS), &[])?);
    files.push(run::workspace().join(CATALOGUE));
    Ok(files)
}

fn folder() -> PathBuf {
    run::workspace().join("ui")
}
