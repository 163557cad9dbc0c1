//! An engine that does not run, or is another than this tray's: said in tray and window, and ended by what is offered.

use std::fs;
use std::io::Read as _;
use std::os::unix::net::UnixStream;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::desktop::{Desktop, Program, are_gone};
use bellhop_tests_desktop::programs::Programs;
use bellhop_tests_desktop::stage::{AOR, Stage, config};
use bellhop_tests_lab::company::PASSWORD;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;
use serde_json::Value;

use super::trial;

/// Lower than every release's.
const FIRST_VERSION: &str = "0.0.1";

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "a_config_that_is_wrong_at_the_start_is_explained_and_mended_and_started_now",
            a_config_that_is_wrong_at_the_start_is_explained_and_mended_and_started_now,
        ),
        trial(
            "an_engine_of_an_earlier_protocol_is_replaced",
            an_engine_of_an_earlier_protocol_is_replaced,
        ),
        trial(
            "an_engine_of_an_earlier_version_is_replaced",
            an_engine_of_an_earlier_version_is_replaced,
        ),
        trial(
            "an_engine_of_a_later_release_is_left_alone_and_said_to_be_newer",
            an_engine_of_a_later_release_is_left_alone_and_said_to_be_newer,
        ),
    ]);
}

fn a_config_that_is_wrong_at_the_start_is_explained_and_mended_and_started_now(
    stage: &Stage<'_>,
) -> Result<()> {
    let desktop = &stage.desktop;
    desktop.keyring.store(AOR, PASSWORD.as_bytes())?;
    let broken = config().replace(AOR, "not an address");
    ensure!(broken != config(), "nothing was broken in\n{broken}");
    desktop.write_config(&broken)?;
    let _tray = desktop.start_tray(&[])?;
    let menu = desktop.icon()?.menu;
    menu.says("config.toml:3: aor")?;
    menu.click("Open Bellhop")?;
    let page = desktop.page()?;
    page.shows("headline", "Bellhop's engine stopped")?;
    page.tells("why", "config.toml:3: aor")?;
    page.tells("second", "starting it again in")?;
    stage.seen(&page, "engine-config", "starting it again in")?;

    // It comes to nothing while nothing is mended, and that is said again.
    page.click("start-engine")?;
    page.tells("second", "starting it again in")?;
    page.tells("why", "config.toml:3: aor")?;
    fs::write(desktop.config(), config())?;
    page.click("start-engine")?;
    page.shows("headline", "Registered")?;
    menu.says("registered at 203.0.113.10")?;
    stage.holds(1)?;
    Ok(())
}

fn an_engine_of_an_earlier_protocol_is_replaced(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    is_replaced(stage, "0", FIRST_VERSION)
}

fn an_engine_of_an_earlier_version_is_replaced(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let protocol = protocol(&stage.desktop)?.to_string();
    is_replaced(stage, &protocol, FIRST_VERSION)
}

fn is_replaced(stage: &Stage<'_>, protocol: &str, version: &str) -> Result<()> {
    let mut old = other_engine(&stage.desktop, protocol, version)?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.says("registered at 203.0.113.10")?;
    ensure!(old.ends()? == 0, "{}", old.said());
    stage.holds(1)?;
    Ok(())
}

fn an_engine_of_a_later_release_is_left_alone_and_said_to_be_newer(
    stage: &Stage<'_>,
) -> Result<()> {
    stage.with_a_line()?;
    let desktop = &stage.desktop;
    let mut newer = other_engine(desktop, "999", "999.0.0")?;
    let _tray = desktop.start_tray(&[])?;
    let menu = desktop.icon()?.menu;
    let says = "Bellhop was updated: quit and open it again";
    menu.says(says)?;
    menu.click("Open Bellhop")?;
    let page = desktop.page()?;
    page.shows("headline", says)?;
    stage.seen(&page, "engine-newer", "Bellhop was updated")?;
    let text = page.text()?;
    ensure!(!text.contains("starting it again"), "{text}");
    newer.ensure_running()?;
    // It is not ours to end: nobody loses a call, and nobody is asked.
    page.click_last("quit")?;
    are_gone(desktop, "tray and window", |it| {
        it.program() == "bellhop-tray"
    })?;
    newer.ensure_running()
}

fn other_engine(desktop: &Desktop, protocol: &str, version: &str) -> Result<Program> {
    let folder = desktop.state_dir();
    let folder = folder.to_str().context("a path in UTF-8")?;
    let program = Path::new(env!("CARGO_BIN_EXE_bellhop-old-engine"));
    let engine = desktop.start_program(program, &[folder, protocol, version])?;
    comes("the other engine", || Ok(engine.said().contains("ready")))?;
    Ok(engine)
}

/// What the engine under test speaks, as its hello says.
fn protocol(desktop: &Desktop) -> Result<u64> {
    let mut engine = desktop.start_program(&Programs::gathered()?.engine(), &["run"])?;
    comes("the engine", || Ok(engine.said().contains("ready")))?;
    let mut view = UnixStream::connect(desktop.state_dir().join("control.sock"))?;
    let mut length = [0; 4];
    view.read_exact(&mut length)?;
    let mut hello = vec![0; u32::from_be_bytes(length) as usize];
    view.read_exact(&mut hello)?;
    let hello: Value = serde_json::from_slice(&hello)?;
    engine.ask_to_end()?;
    engine.ends()?;
    let protocol = hello.get("protocol").and_then(Value::as_u64);
    protocol.with_context(|| format!("no protocol in {hello}"))
}
