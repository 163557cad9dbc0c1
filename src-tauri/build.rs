//! Lists the two commands that the page may call, so that a capability must allow them by name, and says what to do where the page is not built.

use std::path::Path;

/// What `cargo xtask ui` makes.
const PAGE: &str = "../ui/dist/index.html";

fn main() {
    println!("cargo::rerun-if-changed=../ui/dist");
    println!("cargo::rerun-if-changed=capabilities");
    if !Path::new(PAGE).exists() {
        println!(
            "cargo::error=the window's page is not built yet: run `cargo xtask ui`, then build again"
        );
        return;
    }
    let commands = tauri_build::AppManifest::new().commands(&["request", "subscribe"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
