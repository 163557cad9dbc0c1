//! The tray alone: what its menu says and does.

use anyhow::{Result, ensure};
use bellhop_tests_desktop::stage::{Stage, ensure_only_from};
use bellhop_tests_lab::laptop::Uplink;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;

use super::trial;

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([trial(
        "the_tray_starts_the_engine_and_tells_the_binding",
        the_tray_starts_the_engine_and_tells_the_binding,
    )]);
}

fn the_tray_starts_the_engine_and_tells_the_binding(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let _tray = stage.desktop.start_tray(&[])?;
    let icon = stage.desktop.icon()?;
    let menu = icon
        .menu
        .says("tina@company.test: registered at 203.0.113.10")?;
    ensure!(menu.labels().first() == Some(&"Registered"), "{menu}");
    ensure!(menu.lines.len() <= 12, "longer than a glance:\n{menu}");
    let bindings = stage.holds(1)?;
    ensure_only_from(&bindings, Uplink::Wlan.address())?;
    let contact = bindings.first().map_or("", |binding| &binding.address);
    ensure!(menu.says(contact), "no {contact} in\n{menu}");
    // Grey is too faint to read on many desktops; a click does no harm.
    for line in menu.all().iter().skip(1).filter(|line| !line.separator) {
        ensure!(line.enabled, "{:?} is greyed:\n{menu}", line.label);
    }
    icon.menu.click("Contact: ")?;
    comes("the window", || Ok(stage.desktop.window().is_ok()))?;
    ensure!(icon.icon()?.is_file(), "no picture at {:?}", icon.icon());
    Ok(())
}
