//! The phones at home: added in the window, seen in window and menu, and gone again.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::desktop::Program;
use bellhop_tests_desktop::page::{ENTER, Page};
use bellhop_tests_desktop::stage::Stage;
use bellhop_tests_lab::peer::baresip;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;

use super::trial;

/// Whom the keyring knows the phone's password by.
const KEPT: &str = "device:desk";

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "a_phone_added_in_the_window_registers_and_is_removed",
            a_phone_added_in_the_window_registers_and_is_removed,
        ),
        trial(
            "a_network_becomes_home_by_keyboard_and_is_forgotten",
            a_network_becomes_home_by_keyboard_and_is_forgotten,
        ),
        trial(
            "a_port_that_is_taken_is_told_in_menu_and_window",
            a_port_that_is_taken_is_told_in_menu_and_window,
        ),
    ]);
}

fn a_phone_added_in_the_window_registers_and_is_removed(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let config = fs::read_to_string(stage.desktop.config())?;
    // The baresip of this machine may be one that stumbles where it is offered SHA-256.
    stage.desktop.write_config(&format!(
        "{config}\n[home]\nenabled = false\ndigest = [\"MD5\"]\n"
    ))?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    let before = menu.says("registered at 203.0.113.10")?;
    ensure!(!before.says("Home devices"), "they are off:\n{before}");
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "Registered")?;
    page.click("open-home")?;
    page.shows("headline", "No phone at home yet")?;
    stage.seen(&page, "home-empty", "No phone at home yet")?;

    page.click("add-device")?;
    page.click("save")?;
    page.has("problem-name")?;
    page.fill("field-name", "desk")?;
    page.click("more")?;
    page.has("device-login")?;
    stage.seen(&page, "home-form", "What others dial")?;
    page.click("save")?;
    page.shows("headline", "desk is added")?;
    let password = page.text_of("setup-password")?.trim().to_owned();
    let kept = stage.desktop.keyring.lookup(KEPT)?;
    ensure!(kept.as_deref() == Some(&*password), "kept: {kept:?}");
    stage.seen(&page, "home-added", "The password is shown this once")?;
    let account = account(&page)?;
    ensure!(account.contains(&password), "not for this phone: {account}");

    page.click("done")?;
    page.shows("headline", "Home devices")?;
    let shown = page.run("return document.documentElement.outerHTML;")?;
    ensure!(!shown.to_string().contains(&password), "it has it still");
    page.attribute("device", "data-online", &["false"])?;
    menu.says("desk (101): offline")?;

    let phone = register(stage, &account)?;
    page.attribute("device", "data-online", &["true"])
        .with_context(|| phone.said())?;
    page.tells("stands", "nline since ")?;
    page.tells("agent", "baresip")?;
    let told = menu.says("desk (101): online since ")?;
    ensure!(told.says("baresip"), "as what?\n{told}");
    stage.seen(&page, "home-online", "1 of 1 online")?;

    page.click("device-menu")?;
    page.click("menu-remove-device")?;
    page.has("remove-device")?;
    stage.seen(&page, "home-remove", "Remove desk?")?;
    page.click("remove-device-no")?;
    page.has_no("remove-device")?;
    page.click("device-menu")?;
    page.click("menu-remove-device")?;
    page.click("remove-device-yes")?;
    page.shows("headline", "No phone at home yet")?;
    focus_is_on_the_headline(&page)?;
    menu.when("no phone", |menu| !menu.says("desk (101)"))?;
    let config = fs::read_to_string(stage.desktop.config())?;
    ensure!(!config.contains("desk"), "{config}");
    comes("the password's end", || {
        Ok(stage.desktop.keyring.lookup(KEPT)?.is_none())
    })?;
    drop(phone);
    page.click("back")?;
    page.shows("headline", "Registered")
}

/// Whoever hears the page hears what it is now.
fn focus_is_on_the_headline(page: &Page) -> Result<()> {
    page.until(
        "the headline has the focus",
        "document.activeElement?.dataset.testid === 'headline'",
    )
}

/// What the page has a person write into baresip's accounts.
fn account(page: &Page) -> Result<String> {
    page.run(
        "const it = document.querySelector('[data-testid=phone]'); it.value = 'baresip'; it.dispatchEvent(new Event('change', { bubbles: true }));",
    )?;
    page.attribute("phone-settings", "data-phone", &["baresip"])?;
    let line = page.run(
        "return document.querySelector('[data-testid=phone-settings] dd .mono').textContent;",
    )?;
    Ok(line.as_str().context("a line")?.trim().to_owned())
}

fn register(stage: &Stage<'_>, account: &str) -> Result<Program> {
    let folder = stage.desktop.home().join("baresip");
    fs::create_dir_all(&folder)?;
    // From where the listener is: one on loopback hears nobody else.
    let config = baresip::config()?.replace("0.0.0.0:0", "127.0.0.1:0");
    fs::write(folder.join("config"), config)?;
    fs::write(folder.join("accounts"), format!("{account}\n"))?;
    let folder = folder.to_str().context("a path")?;
    stage
        .desktop
        .start_program(Path::new("baresip"), &["-f", folder])
}

fn a_network_becomes_home_by_keyboard_and_is_forgotten(stage: &Stage<'_>) -> Result<()> {
    let _tray = stage.desktop.start_tray(&[])?;
    let page = stage.desktop.page()?;
    page.shows("headline", "No line yet")?;
    page.tab_to("open-home")?;
    page.keys(ENTER)?;
    page.tab_to("add-device")?;
    page.keys(ENTER)?;
    page.until(
        "the name is typed first",
        "document.activeElement?.dataset.testid === 'field-name'",
    )?;
    page.keys("desk")?;
    page.keys(ENTER)?;
    page.shows("headline", "desk is added")?;
    page.has("laptop-only")?;
    stage.seen(&page, "home-added-away", "This network is not home")?;

    page.tab_to("home-here")?;
    page.keys(ENTER)?;
    page.has("code")?;
    page.has_no("laptop-only")?;
    page.tells("setup-server", ":5070")?;
    page.says("192.168.1.23:5070")?;
    focus_is_on_the_headline(&page)?;
    page.run("document.querySelector('[data-testid=code]').scrollIntoView();")?;
    stage.seen(&page, "home-code", "Linphone can read this code instead")?;
    let allowed =
        page.run("return document.querySelector('[data-testid=code] path').getBBox().width;")?;
    ensure!(allowed.as_f64() > Some(20.0), "nothing is drawn: {allowed}");
    page.tab_to("done")?;
    page.keys(ENTER)?;
    page.tells("home-network", "This network is home")?;

    page.tab_to("home-forget")?;
    page.keys(ENTER)?;
    page.has("forget-home")?;
    page.tab_to("forget-home-yes")?;
    page.keys(ENTER)?;
    page.tells("home-network", "This network is not home")?;
    page.until(
        "nothing is open for others",
        "!document.querySelector('[data-testid=listening]').innerText.includes('192.168.1.23')",
    )
}

fn a_port_that_is_taken_is_told_in_menu_and_window(stage: &Stage<'_>) -> Result<()> {
    let _taken = (
        UdpSocket::bind("127.0.0.1:5070")?,
        TcpListener::bind("127.0.0.1:5070")?,
    );
    stage.with_a_line()?;
    let config = fs::read_to_string(stage.desktop.config())?;
    stage
        .desktop
        .write_config(&format!("{config}\n[home]\nenabled = true\n"))?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.says("127.0.0.1:5070 is taken by ")?;
    menu.click("Open devices")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "No phone at home yet")?;
    page.tells("problem", "is taken by")?;
    page.tells("problem", "is free and can be named under listen instead")?;
    stage.seen(&page, "home-taken", "is free and can be named")
}
